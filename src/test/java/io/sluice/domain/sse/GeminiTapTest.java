package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

class GeminiTapTest {
    private static final String FIRST =
            "{\"candidates\": [{\"content\": {\"parts\": [{\"text\": \"He said \\\"hi\\\" {[ 中\"}],\"role\": \"model\"},\"index\": 0}],\"usageMetadata\": {\"promptTokenCount\": 9},\"modelVersion\": \"up-1\",\"responseId\":\"r\"}";
    private static final String SECOND =
            "{\"modelVersion\":\"up-1\",\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"modelVersion\",\"error\":{}},{\"functionCall\":{\"name\":\"f\",\"args\":{\"modelVersion\":\"up-1\"}}}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"promptTokenCount\":9,\"cachedContentTokenCount\":4,\"candidatesTokenCount\":2,\"thoughtsTokenCount\":7,\"toolUsePromptTokenCount\":1,\"totalTokenCount\":19,\"promptTokensDetails\":[{\"modality\":\"TEXT\",\"tokenCount\":99}]}}";
    private static final String EVENTS = ": hi\r\n\r\ndata: " + FIRST + "\r\n\r\ndata: " + SECOND + "\r\n\r\n";
    private static final String ARRAY = "[" + FIRST + "\n,\r\n" + SECOND + "\n]\n";
    private static final String ERROR = "{\"error\":{\"code\":500,\"message\":\"broken\",\"status\":\"INTERNAL\"}}";

    static List<String> forms() {
        return List.of(EVENTS, EVENTS.replace("\r\n", "\n"), ARRAY, SECOND, "\ufeff" + SECOND);
    }

    private static GeminiTap tap(@Nullable String rename) {
        return new GeminiTap(rename, UpstreamErrors::inAnswer);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }

    private static String renamed(String text) {
        // The name at the top alone: it stands before "responseId", or at the beginning.
        return text.replaceAll(Pattern.quote("\"modelVersion\": \"up-1\""), "\"modelVersion\": \"pub\"")
                .replaceAll(Pattern.quote("{\"modelVersion\":\"up-1\",\"c"), "{\"modelVersion\":\"pub\",\"c");
    }

    private static void check(String form, byte[]... pieces) {
        GeminiTap tap = tap("pub");
        Collected out = Collected.run(tap, pieces);

        assertThat(out.text() + text(tap.last())).isEqualTo(renamed(form));
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.error()).isNull();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(10, 4, 9, 7));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void givesTheSameForEverySplit(String form) {
        byte[] whole = bytes(form);
        for (int i = 0; i <= whole.length; i++) {
            check(form, Collected.cut(whole, i, Math.min(whole.length, i + 13)));
        }
        check(form, Collected.bytewise(whole));
    }

    @ParameterizedTest
    @MethodSource("forms")
    void passesUntouched(String form) {
        GeminiTap tap = tap(null);
        Collected out = Collected.run(tap, bytes(form));

        assertThat(out.text() + text(tap.last())).isEqualTo(form);
        assertThat(out.writes).isZero();
        assertThat(tap.estimatedOutputTokens()).isBetween(5L, 30L);
    }

    @Test
    void closingBracketIsTheLastPiece() {
        GeminiTap array = tap(null);
        Collected.run(array, bytes(ARRAY));
        GeminiTap object = tap(null);
        Collected.run(object, bytes(SECOND));

        assertThat(text(array.last())).isEqualTo("]\n");
        assertThat(text(object.last())).isEqualTo("}");
    }

    @ParameterizedTest
    @MethodSource("forms")
    void cutAnswersAreNotComplete(String form) {
        byte[] whole = bytes(form);
        for (int end = 0; end < whole.length - 400; end += 17) {
            GeminiTap tap = tap(null);
            Collected.run(tap, Arrays.copyOf(whole, end));
            assertThat(tap.complete()).as("cut at %d", end).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                ERROR,
                "[" + ERROR + "\n]",
                "data: " + ERROR + "\r\n\r\n",
                "\n  {\n \"error\": {\"code\":500,\"message\":\"broken\",\"status\":\"INTERNAL\"}}"
            })
    void errorIsKeptBackInEverySplit(String body) {
        byte[] whole = bytes(body);
        for (int i = 0; i <= whole.length; i++) {
            GeminiTap tap = tap("pub");
            Collected out = Collected.run(tap, Collected.cut(whole, i));
            UpstreamFailure error = tap.error();
            assertThat(error).isNotNull();
            assertThat(error.message()).isEqualTo("broken");
            assertThat(out.text().strip()).isEmpty();
            assertThat(tap.complete()).isFalse();
            assertThat(tap.sawContent()).isFalse();
        }
    }

    @Test
    void errorInAStreamEndsIt() {
        String good = "data: " + FIRST + "\r\n\r\n";
        GeminiTap tap = tap(null);
        Collected out = new Collected();
        out.feed(tap, bytes(good + "data: " + ERROR + "\r\n\r\n"));

        UpstreamFailure error = tap.error();
        assertThat(error).isNotNull();
        assertThat(error.message()).isEqualTo("broken");
        assertThat(out.text()).isEqualTo(good);
        assertThat(tap.usage()).isEqualTo(new TokenUsage(9, 0, 0, 0));
    }

    @Test
    void errorInAnArrayEndsIt() {
        GeminiTap tap = tap(null);
        Collected out = Collected.run(tap, bytes("[" + FIRST + ",\n" + ERROR + "]"));

        UpstreamFailure error = tap.error();
        assertThat(error).isNotNull();
        assertThat(error.message()).isEqualTo("broken");
        assertThat(out.text()).isEqualTo("[" + FIRST);
        assertThat(tap.complete()).isFalse();
    }

    @Test
    void blockedPromptIsWhole() {
        GeminiTap tap = tap(null);
        Collected.run(tap, bytes("data: {\"promptFeedback\":{\"blockReason\":\"SAFETY\"}}\n\n"));

        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"<html></html>", "\"text\"", "404 page not found"})
    void otherThingsAreRefused(String body) {
        GeminiTap tap = tap(null);
        Collected out = Collected.run(tap, bytes(body));

        UpstreamFailure error = tap.error();
        assertThat(error).isNotNull();
        assertThat(error.kind()).isEqualTo(Kind.BAD_RESPONSE);
        assertThat(out.size()).isZero();
    }

    @ParameterizedTest
    @ValueSource(strings = {"{\"totalTokens\":31}", "{\"embedding\":{\"values\":[1,2]}}"})
    void otherAnswersPassToo(String body) {
        GeminiTap tap = tap("pub");
        Collected out = Collected.run(tap, Collected.bytewise(bytes(body)));

        assertThat(out.text() + text(tap.last())).isEqualTo(body);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
    }

    /** An event of many megabytes flows through: its usage and its end are still seen. */
    @Test
    void longEventsFlowThrough() {
        GeminiTap tap = tap("pub");
        Collected out = new Collected();
        byte[] filler = new byte[64 * 1024];
        Arrays.fill(filler, (byte) 'A');
        out.feed(
                tap,
                bytes(
                        "data: {\"candidates\":[{\"content\":{\"parts\":[{\"inlineData\":{\"mimeType\":\"image/png\",\"data\":\""));
        for (int i = 0; i < 100; i++) {
            int before = out.size();
            out.feed(tap, filler);
            assertThat(out.size()).isEqualTo(before + filler.length);
        }
        out.feed(tap, bytes("\"}}]},\"finishReason\":\"STOP\"}],\"usageMetadata\":{\"candidatesTokenCount\":5}}\n\n"));
        out.end(tap);

        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(0, 0, 5, 0));
        assertThat(tap.estimatedOutputTokens()).isLessThan(10);
    }

    @Test
    void damageIsNeverThrown() {
        Random random = new Random(7);
        byte[] alphabet = bytes("{}[]\",:\\0e-n\n\r d<");
        for (int round = 0; round < 4_000; round++) {
            byte[] sample = bytes(forms().get(round % 4));
            for (int i = random.nextInt(5); i >= 0; i--) {
                sample[random.nextInt(sample.length)] = alphabet[random.nextInt(alphabet.length)];
            }
            GeminiTap tap = tap("pub");
            Collected out = Collected.run(tap, Collected.cut(sample, random.nextInt(sample.length)));
            assertThat(out.size()).isLessThan(sample.length + 100);
        }
    }

    @Test
    void depthWithoutEndIsFollowedInFlatMemory() {
        GeminiTap tap = tap(null);
        Collected out = Collected.run(tap, bytes("{\"candidates\":" + "[".repeat(100_000)));

        assertThat(out.size()).isEqualTo(100_014);
        assertThat(tap.complete()).isFalse();
    }
}
