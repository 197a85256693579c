package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class MediaTapTest {
    private static final String DELTA =
            "event: speech.audio.delta\ndata: {\"type\":\"speech.audio.delta\",\"audio\":\"QUJD\"}\n\n";
    private static final String DONE =
            "event: speech.audio.done\ndata: {\"type\":\"speech.audio.done\",\"usage\":{\"input_tokens\":3,\"output_tokens\":40,\"total_tokens\":43}}\n\n";
    private static final String USAGE = "\"usage\":{\"input_tokens\":3,\"output_tokens\":40}";

    private static byte[] bytes(String text) {
        return text.getBytes(UTF_8);
    }

    private static String last(ResponseTap tap) {
        return new String(tap.last(), UTF_8);
    }

    private static String picture(int length, String before, String behind) {
        return "event: image_generation.completed\ndata: {\"type\":\"image_generation.completed\"," + before
                + "\"b64_json\":\"" + "A".repeat(length) + "\"" + behind + "}\n\n";
    }

    @Test
    void passesPiecesAtOnceAndHoldsTheLastEvent() {
        MediaTap tap = new MediaTap(true);
        Collected out = new Collected();

        out.feed(tap, bytes(DELTA));

        assertThat(out.text()).isEqualTo(DELTA);
        assertThat(tap.complete()).isFalse();

        out.feed(tap, bytes(DONE));
        out.end(tap);

        assertThat(out.text()).isEqualTo(DELTA);
        assertThat(last(tap)).isEqualTo(DONE);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(3, 0, 40, 0));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void givesTheSameForEverySplit(String lineEnd) {
        String stream = (": hello\n\n" + DELTA + "id: 7\ndata: {\"type\":\"x\",\ndata: \"delta\":\"word\"}\n\n" + DONE)
                .replace("\n", lineEnd);
        byte[] whole = bytes(stream);
        for (int at = 0; at <= whole.length; at++) {
            check(stream, Arrays.copyOf(whole, at), Arrays.copyOfRange(whole, at, whole.length));
        }
        check(stream, Collected.bytewise(whole));
    }

    private static void check(String expected, byte[]... pieces) {
        MediaTap tap = new MediaTap(true);
        Collected out = Collected.run(tap, pieces);
        assertThat(out.text() + last(tap)).isEqualTo(expected);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(3, 0, 40, 0));
        assertThat(tap.estimatedOutputTokens()).isPositive();
    }

    @Test
    void isCutBeforeItsLastEvent() {
        byte[] whole = bytes(DELTA + DONE);
        int lastByte = (DELTA + DONE).stripTrailing().length();
        for (int at = 0; at < lastByte; at++) {
            MediaTap tap = new MediaTap(true);
            Collected.run(tap, Arrays.copyOf(whole, at));
            assertThat(tap.complete()).as("cut at %d", at).isFalse();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 100, 1_000, 65_536, 65_537})
    void letsPicturesThroughInFlatMemory(int piece) {
        int[] lengths = {MediaTap.MAX_HELD - 200, MediaTap.MAX_HELD, 300_000};
        for (int length : piece == 1 ? new int[] {70_000} : lengths) {
            for (String stream : new String[] {
                picture(length, "", "," + USAGE),
                picture(length, USAGE + ",", ""),
                picture(length, "", "," + USAGE + ",\"x\":[1]")
            }) {
                MediaTap tap = new MediaTap(true);
                Collected out = new Collected();
                byte[] whole = bytes(stream);
                for (int at = 0; at < whole.length; at += piece) {
                    out.feed(tap, Arrays.copyOfRange(whole, at, Math.min(whole.length, at + piece)));
                    int waiting = Math.min(whole.length, at + piece) - out.size();
                    assertThat(waiting).isLessThanOrEqualTo(MediaTap.MAX_HELD + 200 + piece);
                }
                out.end(tap);
                assertThat(out.text() + last(tap)).isEqualTo(stream);
                assertThat(last(tap)).endsWith("\n\n").hasSizeLessThan(MediaTap.MAX_HELD + 1);
                assertThat(tap.complete()).isTrue();
                assertThat(tap.usage()).isEqualTo(new TokenUsage(3, 0, 40, 0));
            }
        }
    }

    @Test
    void severalPicturesPassAndTheStreamsEndIsTheirs() {
        MediaTap tap = new MediaTap(false);
        String one = picture(10, "", "");
        Collected out = Collected.run(tap, bytes(one), bytes(picture(70_000, "", "," + USAGE)), bytes(one));

        assertThat(out.text()).isEqualTo(one + picture(70_000, "", "," + USAGE) + one);
        assertThat(tap.last()).isEmpty();
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isNotNull();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "event: error\ndata: {\"type\":\"error\",\"error\":{\"message\":\"no\",\"code\":\"rate_limit_exceeded\"}}\n\n",
                "data: {\"error\":{\"message\":\"no\"}}\n\n",
                "{\"error\":{\"message\":\"no\"}}",
                "event: error\ndata: {\"message\":\"no\"}\n\n"
            })
    void anErrorDoesNotPass(String text) {
        MediaTap tap = new MediaTap(true);

        Collected out = Collected.run(tap, bytes(DELTA), bytes(text));

        assertThat(out.text()).isEqualTo(DELTA);
        assertThat(tap.error()).isNotNull();
        assertThat(tap.complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "<html>\n\n</html>",
                "<!doctype html><p>no",
                "data: {\"type\":\"x\"\n\n",
                "data: {\"type\":oh}\n\n"
            })
    void whatIsNoEventIsRefused(String text) {
        MediaTap tap = new MediaTap(true);

        Collected out = Collected.run(tap, bytes(text));

        assertThat(out.text()).isEmpty();
        assertThat(tap.error()).isNotNull().returns(Kind.BAD_RESPONSE, e -> e.kind());
    }

    @Test
    void bracketsInALongEventMustClose() {
        MediaTap tap = new MediaTap(true);

        Collected.run(tap, bytes(picture(70_000, "", ",\"x\":[")));

        assertThat(tap.complete()).isFalse();
    }

    @Test
    void anEventWithoutItsBlankLineCountsWhenItIsWhole() {
        for (String done : new String[] {DONE, picture(70_000, "", "")}) {
            MediaTap tap = new MediaTap(true);

            Collected out = Collected.run(tap, bytes(done.stripTrailing()));

            assertThat(out.text() + last(tap)).isEqualTo(done);
            assertThat(tap.complete()).isTrue();
        }
    }

    @Test
    void doneEndsAStreamToo() {
        MediaTap tap = new MediaTap(true);

        Collected out = Collected.run(tap, bytes("data: {\"type\":\"x\"}\n\ndata: [DONE]\n\n"));

        assertThat(out.text()).isEqualTo("data: {\"type\":\"x\"}\n\n");
        assertThat(last(tap)).isEqualTo("data: [DONE]\n\n");
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void soundPassesAsItComesAndIsWholeAtItsEnd() {
        ResponseTap tap = ResponseTaps.ofMedia(Endpoint.SPEECH, 1, "audio/mpeg", "m", "m");
        Collected out = new Collected();

        out.feed(tap, bytes("{\"error\":"));

        assertThat(out.text()).isEqualTo("{\"error\":");
        assertThat(tap.isOpaque()).isTrue();
        assertThat(tap.complete()).isFalse();
        out.end(tap);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isNull();
    }

    @Test
    void noSoundIsNoAnswer() {
        ResponseTap tap = ResponseTaps.ofMedia(Endpoint.SPEECH, 1, "audio/mpeg", "m", "m");

        Collected.run(tap);

        assertThat(tap.complete()).isFalse();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "\"meta\":{\"api_version\":{\"version\":\"2\"},\"tokens\":{\"input_tokens\":31,\"output_tokens\":0}}",
                "\"usage\":{\"total_tokens\":31}",
                "\"tokens\":{\"input_tokens\":31,\"output_tokens\":0}",
                "\"meta\":{\"billed_units\":{\"search_units\":1}},\"usage\":{\"total_tokens\":31}"
            })
    void findsTheTokensOfARanking(String where) {
        ResponseTap tap = ResponseTaps.ofMedia(Endpoint.RERANK, 1, "application/json", "pub", "up");

        Collected out = Collected.run(
                tap,
                bytes("{\"model\":\"up\",\"results\":[{\"index\":0,\"document\":{\"text\":\"tokens\"}}]," + where
                        + "}"));

        assertThat(out.text()).startsWith("{\"model\":\"pub\"");
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(31, 0, 0, 0));
    }
}
