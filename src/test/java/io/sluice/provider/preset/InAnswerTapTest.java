package io.sluice.provider.preset;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.ResponseTap;
import io.sluice.domain.sse.ResponseTaps;
import io.sluice.preset.Presets;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class InAnswerTapTest {
    private static final String GOOD = "{'id':'1','choices':[{'index':0,'message':{'role':'assistant','content':'Hi'},"
            + "'finish_reason':'stop'}],'usage':{'prompt_tokens':1,'completion_tokens':1},"
            + "'base_resp':{'status_code':0,'status_msg':''}}";
    private static final String BAD =
            "{'id':'1','choices':null,'created':1,'base_resp':{'status_code':1008,'status_msg':'insufficient balance'}}";

    private record Run(ResponseTap tap, String text) {}

    private static Run run(String preset, boolean stream, String body, int piece) {
        return run(Presets.of(preset).errors(), stream, body, piece);
    }

    private static Run run(ErrorTable table, boolean stream, String body, int piece) {
        String type = stream ? "text/event-stream" : "application/json";
        ResponseTap tap =
                InAnswerTap.of(ResponseTaps.of(Endpoint.CHAT_COMPLETIONS, stream, type, "m", "m", false), table, type);
        byte[] whole = body.replace('\'', '"').getBytes(UTF_8);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < whole.length; at += piece) {
            byte[] chunk = Arrays.copyOfRange(whole, at, Math.min(whole.length, at + piece));
            tap.feed(chunk, sink(chunk, out));
        }
        tap.end(sink(new byte[0], out));
        return new Run(tap, out.toString(UTF_8) + new String(tap.last(), UTF_8));
    }

    private static ResponseTap.Sink sink(byte[] chunk, ByteArrayOutputStream out) {
        return new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                out.write(chunk, offset, length);
            }

            @Override
            public void write(byte[] bytes) {
                out.writeBytes(bytes);
            }
        };
    }

    @Test
    void goodAnswerPassesAsItCame() {
        for (int piece = 1; piece < 300; piece += 7) {
            Run run = run("minimax", false, GOOD, piece);
            assertThat(run.text()).isEqualTo(GOOD.replace('\'', '"'));
            assertThat(run.tap().complete()).isTrue();
            assertThat(run.tap().error()).isNull();
            assertThat(Objects.requireNonNull(run.tap().usage()).input()).isEqualTo(1);
        }
    }

    @Test
    void longAnswerPassesAsItCame() {
        String body = GOOD.replace("Hi", "x".repeat(InAnswerTap.MOST_HELD * 2));

        assertThat(run("minimax", false, body, 1_000).text()).isEqualTo(body.replace('\'', '"'));
    }

    @Test
    void errorIsKeptBackHoweverItIsCut() {
        for (int piece = 1; piece < 200; piece++) {
            Run run = run("minimax", false, BAD, piece);
            UpstreamFailure error = Objects.requireNonNull(run.tap().error());
            assertThat(error.kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
            assertThat(error.message()).isEqualTo("insufficient balance");
            assertThat(run.tap().complete()).isFalse();
            assertThat(run.text()).isEmpty();
        }
    }

    @Test
    void errorInAStreamIsKeptBackHoweverItIsCut() {
        String delta =
                "data: {'id':'1','choices':[{'index':0,'delta':{'content':'Hi'}}],'base_resp':{'status_code':0}}\n\n";
        for (int piece = 1; piece < 400; piece++) {
            Run run = run("minimax", true, delta + "data: " + BAD + "\n\n", piece);
            UpstreamFailure error = Objects.requireNonNull(run.tap().error());
            assertThat(error.kind()).isEqualTo(Kind.ACCOUNT_REFUSED);
            assertThat(run.text()).doesNotContain("1008");
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "hunyuan|{'Response':{'Error':{'Code':'RequestLimitExceeded','Message':'m'},'RequestId':'r'}}|RATE_LIMITED",
                "hunyuan|{'Response':{'Error':{'Code':'AuthFailure.SignatureExpire','Message':'m'},'RequestId':'r'}}|ACCOUNT_REFUSED",
                "hunyuan|{'Id':'1','ErrorMsg':{'Code':'FailedOperation.ServiceNotActivated','Msg':'m'}}|ACCOUNT_REFUSED",
                "spark|{'code':11202,'message':'slow','sid':'s'}|RATE_LIMITED",
                "spark|{'code':0,'message':'Success','sid':'s','choices':[]}|-",
                "openrouter|{'id':'g','choices':[{'index':0,'error':{'code':502,'message':'gone'},'finish_reason':'error'}]}|SERVER_ERROR",
                "openrouter|{'id':'g','error':{'code':'429','message':'m'},'choices':[]}|RATE_LIMITED",
                "minimax|{'choices':null,'base_resp':{'status_code':'1039','status_msg':'m'}}|RATE_LIMITED",
                "minimax|{'choices':[],'base_resp':null}|-",
                "minimax|{'choices':[],'base_resp':{'status_code':false}}|-",
                "minimax|{'choices':[],'base_resp':[]}|-",
                "minimax|{'choices':[],'base_resp':{'status_code':{}}}|-",
                "stepfun|{'choices':[],'base_resp':{'status_code':1008}}|-",
            })
    void findsTheErrorsThatTheTableNames(String preset, String body, Kind kind) {
        UpstreamFailure error = run(preset, false, body, 9).tap().error();

        assertThat(error == null ? null : error.kind()).isEqualTo(kind);
    }
}
