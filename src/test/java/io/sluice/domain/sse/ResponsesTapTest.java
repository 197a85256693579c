package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class ResponsesTapTest {
    private static final String USAGE = """
            {"input_tokens":11,"input_tokens_details":{"cached_tokens":4},"output_tokens":70,\
            "output_tokens_details":{"reasoning_tokens":64},"total_tokens":81}""";

    private static String event(String type, String rest) {
        return "event: " + type + "\ndata: {\"type\":\"" + type + "\"," + rest + "}\n\n";
    }

    private static String response(String status, String output, String usage) {
        return "\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"status\":\"" + status
                + "\",\"error\":null,\"model\":\"up-1\",\"output\":[" + output + "],\"usage\":" + usage + "}";
    }

    private static final String BEGIN = event("response.created", response("in_progress", "", "null"))
            + event(
                    "response.output_text.delta",
                    "\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"H\u00e9llo \\\"model\\\"\"");
    private static final String END = event("response.completed", response("completed", "{\"id\":\"m\"}", USAGE));

    private static String whole(Collected out, ResponseTap tap) {
        return out.text() + new String(tap.last(), UTF_8);
    }

    private static String renamed(String text) {
        return text.replace("\"model\":\"up-1\"", "\"model\":\"pub\"");
    }

    @Test
    void passesEventsAndHoldsTheLastOne() {
        ResponsesTap tap = new ResponsesTap(null);

        Collected out = Collected.run(tap, (BEGIN + END).getBytes(UTF_8));

        assertThat(out.text()).isEqualTo(BEGIN);
        assertThat(out.writes).isZero();
        assertThat(out.passes).isEqualTo(1);
        assertThat(new String(tap.last(), UTF_8)).isEqualTo(END);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(11, 4, 0, 70, 64));
        assertThat(tap.estimatedOutputTokens()).isBetween(1L, 10L);
        assertThat(tap.error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void readsTheSameHoweverItIsCut(String lineEnd) {
        String text = (": hi\n\n" + BEGIN + event("response.unknown", "\"x\":1") + END).replace("\n", lineEnd);
        byte[] bytes = text.getBytes(UTF_8);
        for (int cut = 0; cut <= bytes.length; cut++) {
            ResponsesTap tap = new ResponsesTap("pub");
            Collected out = cut == bytes.length
                    ? Collected.run(tap, Collected.bytewise(bytes))
                    : Collected.run(tap, Collected.cut(bytes, cut));

            assertThat(whole(out, tap)).as("cut at %s", cut).isEqualTo(renamed(text));
            assertThat(tap.last()).isNotEmpty();
            assertThat(tap.complete()).isTrue();
            assertThat(tap.usage()).isEqualTo(new TokenUsage(11, 4, 0, 70, 64));
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {1_000, 16_384, 70_000, 10_000_000})
    void letsALongLastEventFlow(int piece) {
        String item = "{\"type\":\"message\",\"model\":\"up-1\",\"usage\":{\"input_tokens\":9}},";
        String output = item.repeat(20_000) + "{}";
        String text = event("response.created", response("in_progress", output, "null"))
                + event("response.completed", response("completed", output, USAGE) + ",\"sequence_number\":9");
        byte[] bytes = text.getBytes(UTF_8);
        ResponsesTap tap = new ResponsesTap("pub");
        Collected out = new Collected();
        for (int at = 0; at < bytes.length; at += piece) {
            out.feed(tap, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + piece)));
            // In flat memory: what went in is out, but for a bounded rest.
            assertThat(Math.min(bytes.length, at + piece) - out.size()).isLessThan(ResponsesTap.MAX_HELD + 2_048);
        }
        out.end(tap);

        assertThat(tap.last().length).isBetween(3, 4_096);
        assertThat(new String(tap.last(), UTF_8)).endsWith("\n\n");
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(11, 4, 0, 70, 64));
        String expected = text.replace("null,\"model\":\"up-1\"", "null,\"model\":\"pub\"");
        assertThat(whole(out, tap).equals(expected)).isTrue();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void letsALongLastEventFlowByteByByte(String lineEnd) {
        String output = "{\"text\":\"a \\\" b\"},".repeat(5_000) + "{}";
        String json = response("completed", output, USAGE).replace(",\"usage\"", ",\ndata: \"usage\"");
        String text = (BEGIN + event("response.completed", json)).replace("\n", lineEnd);
        ResponsesTap tap = new ResponsesTap("pub");

        Collected out = Collected.run(tap, Collected.bytewise(text.getBytes(UTF_8)));

        assertThat(whole(out, tap).equals(renamed(text))).isTrue();
        assertThat(tap.last().length).isLessThan(100);
        assertThat(new String(tap.last(), UTF_8)).endsWith(lineEnd + lineEnd);
        assertThat(tap.usage()).isEqualTo(new TokenUsage(11, 4, 0, 70, 64));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void isNotCompleteWhenALongEventIsCut() {
        String output = "{\"text\":\"a\"},".repeat(10_000) + "{}";
        byte[] bytes = event("response.completed", response("completed", output, USAGE))
                .getBytes(UTF_8);
        for (int length = bytes.length - 300; length < bytes.length - 2; length++) {
            ResponsesTap tap = new ResponsesTap("pub");
            Collected out = Collected.run(tap, Arrays.copyOf(bytes, length));

            assertThat(tap.complete()).isFalse();
            assertThat(out.text()).endsWith("\n\n");
        }
        ResponsesTap unclosed = new ResponsesTap("pub");
        Collected.run(unclosed, Arrays.copyOf(bytes, bytes.length - 2));
        assertThat(unclosed.complete()).isTrue();
        assertThat(new String(unclosed.last(), UTF_8)).endsWith("}\n\n");
    }

    @Test
    void findsTheTypeOfALongEventByItsName() {
        String output = "{\"a\":\"b\"},".repeat(20_000) + "{}";
        String text = "event: response.incomplete\ndata: {" + response("incomplete", output, USAGE)
                + ",\"type\":\"response.incomplete\"}\n\n";
        ResponsesTap tap = new ResponsesTap(null);

        Collected out = Collected.run(tap, text.getBytes(UTF_8));

        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isNotNull();
        assertThat(whole(out, tap)).isEqualTo(text);
    }

    @Test
    void letsALongEventWithoutAResponseFlow() {
        String text = event("response.image_generation_call.partial_image", "\"b64\":\"" + "A".repeat(300_000) + "\"");
        ResponsesTap tap = new ResponsesTap("pub");

        Collected out = Collected.run(tap, Collected.cut((text + END).getBytes(UTF_8), 100_000, 200_000));

        assertThat(whole(out, tap)).isEqualTo(text + renamed(END));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void dropsWhatComesBehindTheLastEvent() {
        ResponsesTap tap = new ResponsesTap(null);

        Collected out = Collected.run(tap, (BEGIN + END + "data: [DONE]\n\n").getBytes(UTF_8));

        assertThat(whole(out, tap)).isEqualTo(BEGIN + END);
    }

    @Test
    void keepsErrorsFromTheClient() {
        String error = event("error", "\"code\":\"rate_limit_exceeded\",\"message\":\"slow\",\"param\":null");
        ResponsesTap tap = new ResponsesTap(null);

        Collected out = Collected.run(tap, (BEGIN + error).getBytes(UTF_8));

        assertThat(out.text()).isEqualTo(BEGIN);
        assertThat(tap.complete()).isFalse();
        assertThat(tap.error()).isNotNull();
        assertThat(tap.error().kind()).isEqualTo(UpstreamFailure.Kind.RATE_LIMITED);
        assertThat(tap.error().message()).isEqualTo("slow");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100_000})
    void keepsFailedAnswersFromTheClient(int instructions) {
        String failed = event(
                "response.failed",
                "\"response\":{\"id\":\"resp_1\",\"status\":\"failed\",\"error\":{\"code\":\"invalid_prompt\","
                        + "\"message\":\"bad\"},\"instructions\":\"" + "i".repeat(instructions) + "\",\"usage\":"
                        + USAGE
                        + "}");
        ResponsesTap tap = new ResponsesTap(null);

        Collected out = Collected.run(tap, (BEGIN + failed).getBytes(UTF_8));

        assertThat(out.text()).isEqualTo(BEGIN);
        assertThat(tap.error()).isNotNull();
        assertThat(tap.error().kind()).isEqualTo(UpstreamFailure.Kind.REQUEST_REJECTED);
        assertThat(tap.error().message()).isEqualTo("bad");
        assertThat(tap.usage() != null).isEqualTo(instructions == 0);
    }

    @Test
    void failsWithoutAReason() {
        ResponsesTap tap = new ResponsesTap(null);

        Collected.run(
                tap, event("response.failed", "\"response\":{\"error\":null}").getBytes(UTF_8));

        assertThat(tap.error()).isNotNull();
        assertThat(tap.error().kind()).isEqualTo(UpstreamFailure.Kind.SERVER_ERROR);
    }

    @Test
    void isNotCompleteWhenCut() {
        byte[] bytes = (BEGIN + END).getBytes(UTF_8);
        for (int length = 0; length < bytes.length - 2; length++) {
            ResponsesTap tap = new ResponsesTap(null);
            Collected out = Collected.run(tap, Arrays.copyOf(bytes, length));

            assertThat(tap.complete()).as("%s bytes", length).isFalse();
            assertThat(out.text().isEmpty() || out.text().endsWith("\n\n")).isTrue();
        }
    }

    @Test
    void takesALastEventWithoutItsBlankLine() {
        ResponsesTap tap = new ResponsesTap("pub");

        Collected out = Collected.run(tap, (BEGIN + END.stripTrailing()).getBytes(UTF_8));

        assertThat(whole(out, tap)).isEqualTo(renamed(BEGIN + END));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void refusesWhatIsNoStream() {
        ResponsesTap json = new ResponsesTap(null);
        Collected.run(json, "{\"error\":{\"message\":\"no\",\"type\":\"server_error\"}}".getBytes(UTF_8));
        ResponsesTap html = new ResponsesTap(null);
        Collected.run(html, "<html>".getBytes(UTF_8));

        assertThat(json.error()).isNotNull();
        assertThat(json.error().message()).isEqualTo("no");
        assertThat(html.error()).isNotNull();
        assertThat(html.error().kind()).isEqualTo(UpstreamFailure.Kind.BAD_RESPONSE);
    }

    @Test
    void readsAWholeAnswer() {
        String text =
                "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"error\":null,"
                        + "\"incomplete_details\":null,\"model\":\"up-1\",\"output\":[{\"type\":\"message\",\"model\":\"up-1\"}],"
                        + "\"usage\":" + USAGE + "}\n";
        byte[] bytes = text.getBytes(UTF_8);
        for (int cut = 0; cut < bytes.length; cut++) {
            ResponseTap tap = ResponseTaps.of(Endpoint.RESPONSES, false, "application/json", "pub", "up-1", true);
            Collected out = Collected.run(tap, Collected.cut(bytes, cut));

            assertThat(whole(out, tap)).isEqualTo(text.replace("null,\"model\":\"up-1\"", "null,\"model\":\"pub\""));
            assertThat(tap.usage()).isEqualTo(new TokenUsage(11, 4, 0, 70, 64));
            assertThat(tap.complete()).isTrue();
            assertThat(tap.sawContent()).isTrue();
            assertThat(tap.estimatedOutputTokens()).isPositive();
        }
    }

    @Test
    void readsAWholeAnswerThatFailed() {
        String text = "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"failed\","
                + "\"error\":{\"code\":\"server_error\",\"message\":\"boom\"},\"model\":\"up-1\",\"output\":[]}";
        ResponseTap tap = ResponseTaps.of(Endpoint.RESPONSES, false, "application/json", "up-1", "up-1", true);

        Collected out = Collected.run(tap, Collected.bytewise(text.getBytes(UTF_8)));

        assertThat(out.text()).isEmpty();
        assertThat(tap.error()).isNotNull();
        assertThat(tap.error().message()).isEqualTo("boom");
        assertThat(tap.error().kind()).isEqualTo(UpstreamFailure.Kind.SERVER_ERROR);
    }

    @Test
    void throwsForNothing() {
        Random random = new Random(7);
        byte[] good = (BEGIN + END).getBytes(UTF_8);
        for (int round = 0; round < 3_000; round++) {
            byte[] bytes = good.clone();
            for (int i = random.nextInt(6); i >= 0; i--) {
                bytes[random.nextInt(bytes.length)] = (byte) random.nextInt(256);
            }
            ResponsesTap tap = new ResponsesTap(random.nextBoolean() ? "pub" : null);
            int first = random.nextInt(bytes.length);
            Collected out = Collected.run(tap, Collected.cut(bytes, first));

            assertThat(out.size() + tap.last().length).isLessThan(bytes.length + 64);
        }
    }
}
