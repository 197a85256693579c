package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

/** Anthropic's answers on their way through. */
class MessageTapTest {
    private static final String BEGIN =
            "event: message_start\ndata: {'type':'message_start','message':{'id':'msg_1','model':'up-1','content':[],"
                    + "'usage':{'input_tokens':25,'cache_creation_input_tokens':7,'cache_read_input_tokens':100,'output_tokens':1}}}\n\n";
    private static final String TEXT =
            "event: content_block_start\ndata: {'type':'content_block_start','index':0,'content_block':{'type':'text','text':''}}\n\n"
                    + "event: ping\ndata: {'type':'ping'}\n\n"
                    + "event: content_block_delta\ndata: {'type':'content_block_delta','index':0,'delta':{'type':'text_delta','text':'Hé 中, model'}}\n\n"
                    + "event: content_block_stop\ndata: {'type':'content_block_stop','index':0}\n\n";
    private static final String FINISH =
            "event: message_delta\ndata: {'type':'message_delta','delta':{'stop_reason':'end_turn'},'usage':{'output_tokens':57,"
                    + "'output_tokens_details':{'thinking_tokens':20}}}\n\n";
    private static final String STOP = "event: message_stop\ndata: {'type':'message_stop'}\n\n";
    private static final TokenUsage USAGE = new TokenUsage(132, 100, 7, 57, 20);

    private static final String WHOLE =
            "{'id':'msg_1','type':'message','model':'up-1','content':[{'type':'text','text':'Hello, model'}],'stop_reason':'end_turn',"
                    + "'usage':{'input_tokens':25,'cache_creation_input_tokens':7,'cache_read_input_tokens':100,'output_tokens':57,"
                    + "'output_tokens_details':{'thinking_tokens':20}}}";

    private static String quoted(String text) {
        return text.replace('\'', '"');
    }

    private static byte[] bytes(String text) {
        return quoted(text).getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    @Test
    void passesAStreamAsItCame() {
        SseTap tap = SseTap.ofMessages(null);

        Collected out = Collected.run(tap, bytes(BEGIN + TEXT + FINISH + STOP));

        assertThat(out.text()).isEqualTo(quoted(BEGIN + TEXT + FINISH));
        assertThat(out.passes).isEqualTo(1);
        assertThat(out.writes).isZero();
        assertThat(text(tap.last())).isEqualTo(quoted(STOP));
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(USAGE);
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.estimatedOutputTokens()).isBetween(2L, 8L);
        assertThat(tap.error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsAStreamHoweverItIsCut(String newline) {
        byte[] whole = bytes((BEGIN + TEXT + FINISH + STOP).replace("\n", newline));
        String expected = quoted((BEGIN + TEXT + FINISH).replace("up-1", "pub").replace("\n", newline));
        for (int i = 0; i <= whole.length; i++) {
            check(expected, quoted(STOP.replace("\n", newline)), Collected.cut(whole, i));
        }
        check(expected, quoted(STOP.replace("\n", newline)), Collected.bytewise(whole));
    }

    private static void check(String expected, String last, byte[][] pieces) {
        SseTap tap = SseTap.ofMessages("pub");
        Collected out = Collected.run(tap, pieces);
        assertThat(out.text()).isEqualTo(expected);
        assertThat(text(tap.last())).isEqualTo(last);
        assertThat(tap.usage()).isEqualTo(USAGE);
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void isWholeWhenItSaidWhyItEnded() {
        SseTap finished = SseTap.ofMessages(null);
        Collected.run(finished, bytes(BEGIN + TEXT + FINISH));
        assertThat(finished.complete()).isTrue();

        SseTap cut = SseTap.ofMessages(null);
        Collected.run(cut, bytes(BEGIN + TEXT));
        assertThat(cut.complete()).isFalse();
        assertThat(cut.usage()).isEqualTo(new TokenUsage(132, 100, 7, 1, 0));

        SseTap cutAtTheStop = SseTap.ofMessages(null);
        Collected.run(cutAtTheStop, bytes(BEGIN + TEXT + "event: message_stop\ndata: {'type':'message_stop'"));
        assertThat(cutAtTheStop.complete()).isFalse();
    }

    @Test
    void keepsErrorsFromTheClient() {
        SseTap tap = SseTap.ofMessages(null);

        Collected out = Collected.run(
                tap,
                bytes(BEGIN
                        + "event: error\ndata: {'type':'error','error':{'type':'overloaded_error','message':'Overloaded'}}\n\n"
                        + TEXT));

        assertThat(out.text()).isEqualTo(quoted(BEGIN));
        UpstreamFailure error = Objects.requireNonNull(tap.error());
        assertThat(error.kind()).isEqualTo(Kind.SERVER_ERROR);
        assertThat(error.type()).isEqualTo("overloaded_error");
        assertThat(tap.complete()).isFalse();
    }

    @Test
    void tellsWhatIsNoStream() {
        SseTap tap = SseTap.ofMessages(null);

        Collected out = Collected.run(tap, bytes("{'type':'error','error':{'type':'rate_limit_error','message':'x'}}"));

        assertThat(out.text()).isEmpty();
        assertThat(Objects.requireNonNull(tap.error()).kind()).isEqualTo(Kind.RATE_LIMITED);
    }

    @Test
    void letsLongEventsFlow() {
        SseTap tap = SseTap.ofMessages("pub");
        String result = "event: content_block_start\ndata: {'type':'content_block_start','index':0,'content_block':"
                + "{'type':'web_search_tool_result','content':[{'x':'" + "a".repeat(300_000) + "'}]}}\n\n";
        byte[] whole = bytes(BEGIN + result + FINISH + STOP);
        Collected out = new Collected();
        int waiting = 0;
        for (int i = 0; i < whole.length; i += 1_000) {
            out.feed(tap, Arrays.copyOfRange(whole, i, Math.min(whole.length, i + 1_000)));
            waiting = Math.max(waiting, Math.min(whole.length, i + 1_000) - out.size());
        }
        out.end(tap);

        assertThat(out.text()).isEqualTo(quoted(BEGIN.replace("up-1", "pub") + result + FINISH));
        assertThat(waiting).isLessThan(SseTap.MAX_HELD + 2_000);
        assertThat(tap.usage()).isEqualTo(USAGE);
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void readsAWholeAnswerHoweverItIsCut() {
        byte[] whole = bytes(WHOLE);
        for (int i = 0; i <= whole.length; i++) {
            JsonTap tap = JsonTap.ofMessage("pub");
            Collected out = Collected.run(tap, Collected.cut(whole, i));
            assertThat(out.text() + text(tap.last())).isEqualTo(quoted(WHOLE.replace("up-1", "pub")));
            assertThat(text(tap.last())).isEqualTo("}");
            assertThat(tap.usage()).isEqualTo(USAGE);
            assertThat(tap.complete()).isTrue();
            assertThat(tap.sawContent()).isTrue();
            assertThat(tap.estimatedOutputTokens()).isPositive();
        }
    }

    @Test
    void keepsErrorsOfWholeAnswersFromTheClient() {
        JsonTap tap = JsonTap.ofMessage(null);

        Collected out = Collected.run(
                tap, bytes("{'type':'error','error':{'type':'overloaded_error','message':'x'},'request_id':'r'}"));

        assertThat(out.text()).isEmpty();
        assertThat(Objects.requireNonNull(tap.error()).type()).isEqualTo("overloaded_error");
    }

    @Test
    void chargesNothingForACount() {
        JsonTap tap = JsonTap.ofTokenCount();

        Collected out = Collected.run(tap, bytes("{'input_tokens':2095}"));

        assertThat(out.text() + text(tap.last())).isEqualTo("{\"input_tokens\":2095}");
        assertThat(tap.usage()).isEqualTo(new TokenUsage(0, 0, 0, 0));
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'input_tokens':-5,'output_tokens':1e300}",
                "{'input_tokens':'many','output_tokens':[]}",
                "7",
                "{'output_tokens_details':5,'input_tokens':1e999999}"
            })
    void believesNoNumber(String usage) {
        SseTap tap = SseTap.ofMessages(null);

        Collected.run(
                tap,
                bytes("data: {'type':'message_delta','delta':{'stop_reason':'x'},'usage':" + usage + "}\n\n" + STOP));

        assertThat(tap.complete()).isTrue();
        TokenUsage told = tap.usage();
        assertThat(told == null || told.output() <= TokenUsage.MAX).isTrue();
    }

    /** Whatever comes, it passes or is told as an error; nothing is thrown. */
    @Test
    void survivesMutations() {
        Random random = new Random(21);
        byte[] whole = bytes(BEGIN + TEXT + FINISH + STOP);
        for (int round = 0; round < 3_000; round++) {
            byte[] mutated = whole.clone();
            for (int i = random.nextInt(4); i >= 0; i--) {
                mutated[random.nextInt(mutated.length)] = (byte) "{}[]\",:\\\n0e\u0000".charAt(random.nextInt(12));
            }
            SseTap tap = SseTap.ofMessages("pub");
            Collected.run(tap, Collected.cut(mutated, random.nextInt(mutated.length)));
            assertThat(tap.complete() && tap.error() != null).isFalse();
        }
    }
}
