package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class JsonTapTest {
    private static final String CHAT =
            "{'id':'c', 'model' : 'up-1','choices':[{'index':0,'message':{'role':'assistant',"
                    + "'content':'He said \\'hi\\' {[ 中','model':'inner'},'finish_reason':'stop'}],\n'usage':{'prompt_tokens':9,"
                    + "'completion_tokens':2,'prompt_tokens_details':{'cached_tokens':4}},'x':-1.0e3,'y':null}\n ";

    @Test
    void passesAnAnswerWithNothingToChangeAsOneRange() {
        JsonTap tap = new JsonTap(null, true);

        Collected out = Collected.run(tap, bytes(CHAT));

        assertThat(out.text() + text(tap.last())).isEqualTo(json(CHAT));
        assertThat(text(tap.last())).isEqualTo("}\n ");
        assertThat(out.passes).isEqualTo(1);
        assertThat(out.writes).isZero();
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(9, 4, 2, 0));
        assertThat(tap.estimatedOutputTokens()).isBetween(10L, 20L);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                CHAT,
                "\ufeff \n{'error':null,'code':0,'model':'up-1','usage':{'prompt_tokens':9,'prompt_tokens_details':{'cached_tokens':4},'completion_tokens':2}}",
                "{'usage':{'prompt_tokens':9,'cached':1,'completion_tokens':2,'prompt_tokens_details':{'cached_tokens':4}},'error':'','model':'up-1'}"
            })
    void givesTheSameForEverySplit(String body) {
        byte[] whole = bytes(body);
        String expected = json(body.replace("'up-1'", "'pub'"));
        for (int i = 0; i <= whole.length; i++) {
            for (int j = i; j <= whole.length; j += 7) {
                check(expected, Collected.cut(whole, i, j));
            }
        }
        check(expected, Collected.bytewise(whole));
    }

    private static void check(String expected, byte[][] pieces) {
        JsonTap tap = new JsonTap("pub", true);
        Collected out = Collected.run(tap, pieces);
        assertThat(out.text() + text(tap.last())).isEqualTo(expected);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(9, 4, 2, 0));
        assertThat(tap.error()).isNull();
    }

    @Test
    void isCompleteExactlyAtItsEnd() {
        byte[] whole = bytes(CHAT.strip());
        for (int i = 0; i <= whole.length; i++) {
            JsonTap tap = new JsonTap(null, true);
            Collected out = Collected.run(tap, Arrays.copyOf(whole, i));
            assertThat(tap.complete()).isEqualTo(i == whole.length);
            assertThat(out.text() + text(tap.last())).isEqualTo(text(Arrays.copyOf(whole, i)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'m','type':'server_error'}}|SERVER_ERROR",
                "{'code':'x','error':'m'}|SERVER_ERROR",
                "{'code':429,'type':'y','error':{'message':'m','code':429},'more':1}|RATE_LIMITED",
                "[{'error':{'message':'m','code':'rate_limit_exceeded'}}]|RATE_LIMITED",
            })
    void keepsErrorsFromTheClient(String body, String kind) {
        byte[] whole = bytes(body);
        for (int i = 0; i <= whole.length; i++) {
            JsonTap tap = new JsonTap("pub", true);
            Collected out = Collected.run(tap, Collected.cut(whole, i));
            UpstreamFailure error = tap.error();
            assertThat(out.text()).isEmpty();
            assertThat(error).isNotNull();
            assertThat(error.kind()).isEqualTo(Kind.valueOf(kind));
            assertThat(error.message()).isEqualTo("m");
            assertThat(tap.complete()).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html>{}</html>", "Bad gateway", "'text'", "null"})
    void refusesWhatIsNoObject(String body) {
        JsonTap tap = new JsonTap("pub", true);

        assertThat(Collected.run(tap, bytes(body)).text()).isEmpty();
        assertThat(tap.error()).isNotNull();
        assertThat(tap.complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "{'model':''}",
                "{'model':null}",
                "{'model':{'model':'up'}}",
                "{'x':{'model':'up'}}",
                "{}",
                "{'code':1}"
            })
    void leavesOtherModelsAlone(String body) {
        JsonTap tap = new JsonTap("pub", true);

        assertThat(Collected.run(tap, bytes(body)).text() + text(tap.last())).isEqualTo(json(body));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void leavesAModelNameBeyondReasonAndAUsageBeyondReasonAlone() {
        String body =
                "{'model':'" + "m".repeat(5_000) + "','usage':{'x':'" + "u".repeat(20_000) + "','prompt_tokens':1}}";
        JsonTap tap = new JsonTap("pub", true);

        assertThat(Collected.run(tap, Collected.bytewise(bytes(body))).text() + text(tap.last()))
                .isEqualTo(json(body));
        assertThat(tap.usage()).isNull();
    }

    @Test
    void holdsNothingOfALongAnswer() {
        JsonTap tap = new JsonTap("pub", false);
        Collected out = new Collected();
        out.feed(tap, bytes("{'object':'list','data':[{'embedding':["));
        byte[] numbers = bytes("0.0123456,-1.5e-5,".repeat(2_000));
        for (int i = 0; i < 500; i++) {
            out.feed(tap, numbers);
        }
        out.feed(tap, bytes("0]}],'model':'up','usage':{'prompt_tokens':8,'total_tokens':8}}"));
        out.end(tap);

        assertThat(out.passes).isEqualTo(503);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(8, 0, 0, 0));
        assertThat(tap.estimatedOutputTokens()).isZero();
    }

    @Test
    void survivesBrokenAnswers() {
        survive(7, 20_000);
    }

    @Test
    @Tag("proof")
    void survivesAMillionBrokenAnswers() {
        survive(System.nanoTime(), 1_000_000);
    }

    /** Whatever is broken: every split gives the same. */
    private static void survive(long seed, int rounds) {
        Random random = new Random(seed);
        byte[] good = bytes(CHAT);
        for (int i = 0; i < rounds; i++) {
            byte[] whole = good.clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                whole[random.nextInt(whole.length)] = (byte) "{}[]\",:\n\\x".charAt(random.nextInt(10));
            }
            int[] cuts = random.ints(3, 0, whole.length + 1).sorted().toArray();
            JsonTap one = new JsonTap("pub", true);
            JsonTap cut = new JsonTap("pub", true);
            String as = "seed " + seed + " round " + i;
            assertThat(Collected.run(cut, Collected.cut(whole, cuts)).text())
                    .as(as)
                    .isEqualTo(Collected.run(one, whole).text());
            assertThat(cut.last()).as(as).isEqualTo(one.last());
            assertThat(cut.usage()).as(as).isEqualTo(one.usage());
            assertThat(cut.error()).as(as).isEqualTo(one.error());
            assertThat(cut.estimatedOutputTokens()).as(as).isEqualTo(one.estimatedOutputTokens());
        }
    }

    @Test
    void isChosenByWhatWasAskedAndAnswered() {
        assertThat(ResponseTaps.of(
                        Endpoint.CHAT_COMPLETIONS, true, "text/event-stream; charset=utf-8", "m", "m", false))
                .isInstanceOf(SseTap.class);
        assertThat(ResponseTaps.of(Endpoint.CHAT_COMPLETIONS, true, "", "m", "m", false))
                .isInstanceOf(SseTap.class);
        assertThat(ResponseTaps.of(Endpoint.CHAT_COMPLETIONS, true, "application/json", "m", "m", false))
                .isInstanceOf(JsonTap.class);
        assertThat(ResponseTaps.of(Endpoint.EMBEDDINGS, false, "", "m", "m", false))
                .isInstanceOf(JsonTap.class);
    }

    @Test
    void leavesDatedNamesWhenNothingIsRedirected() {
        String body = "{'model':'gpt-4o-2024-08-06'}";
        ResponseTap same =
                ResponseTaps.of(Endpoint.CHAT_COMPLETIONS, false, "application/json", "gpt-4o", "gpt-4o", false);
        ResponseTap other =
                ResponseTaps.of(Endpoint.CHAT_COMPLETIONS, false, "application/json", "pub", "gpt-4o", false);

        assertThat(Collected.run(same, bytes(body)).text()).isEqualTo(json("{'model':'gpt-4o-2024-08-06'"));
        assertThat(Collected.run(other, bytes(body)).text()).isEqualTo(json("{'model':'pub'"));
    }

    private static String json(String text) {
        return text.replace("\\'", "\\\"").replace('\'', '"');
    }

    private static byte[] bytes(String text) {
        return json(text).getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
