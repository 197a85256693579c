package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.tokens.TokenUsage;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class ResponseIdTapTest {
    private static final String RESPONSE =
            "{\"id\":\"resp_up\",\"object\":\"response\",\"output\":[{\"id\":\"msg_1\",\"content\":[{\"id\":\"resp_up\","
                    + "\"text\":\"\\\"id\\\":\\\"resp_up\\\"\"}]}],\"previous_response_id\":\"resp_before\",\"model\":\"m\","
                    + "\"metadata\":{\"id\":\"resp_up\"},\"usage\":{\"input_tokens\":3,\"output_tokens\":5,\"total_tokens\":8}}";
    private static final String STREAM = "event: response.created\n"
            + "data: {\"type\":\"response.created\",\"response\":" + RESPONSE + ",\"sequence_number\":0}\n\n"
            + ": a comment with \"response\":{\"id\":\"resp_up\"}\n\n"
            + "event: response.output_text.delta\n"
            + "data: {\"type\":\"response.output_text.delta\",\"response_id\":\"resp_up\",\"item_id\":\"msg_1\","
            + "\"delta\":\"{\\\"response\\\":{\\\"id\\\":\\\"resp_up\\\"}} \\\\\",\"id\":\"resp_up\"}\n\n"
            + "event: response.completed\n"
            + "data: {\"response\" : " + RESPONSE + ",\"type\":\"response.completed\"}\n\n";

    private static @Nullable String name(String upstream) {
        return switch (upstream) {
            case "resp_up" -> "resp_OURS";
            case "resp_before" -> "resp_BEFORE_IT";
            default -> null;
        };
    }

    private static String told(String response) {
        return response.replaceFirst("\\{\"id\":\"resp_up\",\"object\"", "{\"id\":\"resp_OURS\",\"object\"")
                .replace("\"previous_response_id\":\"resp_before\"", "\"previous_response_id\":\"resp_BEFORE_IT\"");
    }

    private static String toldStream(String stream) {
        return stream.replace(RESPONSE, told(RESPONSE))
                .replace("\"response_id\":\"resp_up\"", "\"response_id\":\"resp_OURS\"");
    }

    private record Read(String text, @Nullable TokenUsage usage, boolean complete) {}

    private static Read read(boolean events, byte[]... pieces) {
        ResponseTap inner = events ? new ResponsesTap(null) : JsonTap.ofResponse(null);
        ResponseTap tap = new ResponseIdTap(inner, events, ResponseIdTapTest::name);
        Collected out = Collected.run(tap, pieces);
        out.write(tap.last());
        return new Read(out.text(), tap.usage(), tap.complete());
    }

    private static void assertAtEverySplit(boolean events, String text, String expected) {
        byte[] bytes = text.getBytes(UTF_8);
        for (int at = 0; at <= bytes.length; at++) {
            Read read = read(events, Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length));
            assertThat(read.text()).as("cut at %d", at).isEqualTo(expected);
            assertThat(read.complete()).isTrue();
            assertThat(read.usage()).isEqualTo(new TokenUsage(3, 0, 5, 0));
        }
        assertThat(read(events, Collected.bytewise(bytes)).text()).isEqualTo(expected);
    }

    @Test
    void aWholeAnswerNamesTheResponseAndTheOneBefore() {
        assertAtEverySplit(false, RESPONSE, told(RESPONSE));
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void everyEventNamesThem(String lineEnd) {
        assertAtEverySplit(
                true, STREAM.replace("\n", lineEnd), toldStream(STREAM).replace("\n", lineEnd));
    }

    @Test
    void aByteOrderMarkHidesNothing() {
        String text = read(true, ("\uFEFF" + STREAM.substring(STREAM.indexOf('\n') + 1)).getBytes(UTF_8))
                .text();

        assertThat(text).contains("\"response\":{\"id\":\"resp_OURS\"");
    }

    @Test
    void dataOfSeveralLinesIsOneText() {
        String stream =
                "data: {\"type\":\"response.completed\",\r\ndata: \"response\":\r\ndata:{\"object\":\"response\",\"id\":\r\n"
                        + "data: \"resp_up\"}}\r\n\r\n";

        assertThat(read(true, stream.getBytes(UTF_8)).text()).isEqualTo(stream.replace("resp_up", "resp_OURS"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"id\":\"unknown\",\"output\":[]}",
                "{\"id\":null,\"output\":[]}",
                "{\"id\":{\"id\":\"resp_up\"},\"output\":[]}",
                "{\"id\":[\"resp_up\"],\"output\":[]}",
                "{\"output\":[{\"id\":\"resp_up\"}],\"a\":\"id\",\"b\":\"resp_up\"}",
                "{\"object\":\"list\",\"data\":[{\"id\":\"resp_up\"}],\"first_id\":\"resp_up\"}"
            })
    void whatIsNotTheResponsesIdStays(String answer) {
        byte[] bytes = answer.getBytes(UTF_8);
        for (int at = 0; at <= bytes.length; at++) {
            assertThat(read(false, Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))
                            .text())
                    .isEqualTo(answer);
        }
    }

    @Test
    void aTextThatIsNoIdFlowsThrough() {
        String answer = "{\"id\":\"" + "x".repeat(5_000) + "\",\"output\":[],\"previous_response_id\":\"resp_before\"}";
        String expected = answer.replace("resp_before", "resp_BEFORE_IT");
        byte[] bytes = answer.getBytes(UTF_8);
        for (int at = 0; at <= bytes.length; at += 7) {
            assertThat(read(false, Arrays.copyOf(bytes, at), Arrays.copyOfRange(bytes, at, bytes.length))
                            .text())
                    .isEqualTo(expected);
        }
    }

    @Test
    void anAnswerThatIsCutInAnIdLosesNothing() {
        assertThat(read(false, "{\"output\":[],\"id\":\"resp_u".getBytes(UTF_8)).text())
                .isEqualTo("{\"output\":[],\"id\":\"resp_u");
    }

    @Test
    void anEventOverEveryBoundHasItsIdToo() {
        String large = "x".repeat(3 * ResponsesTap.MAX_HELD);
        String stream = "data: {\"type\":\"response.completed\",\"response\":{\"instructions\":\"" + large
                + "\",\"id\":\"resp_up\",\"output\":[],\"previous_response_id\":\"resp_before\"}}\n\n";

        assertThat(read(true, stream.getBytes(UTF_8)).text())
                .isEqualTo(stream.replace("resp_up", "resp_OURS").replace("resp_before", "resp_BEFORE_IT"));
    }

    @Test
    void piecesWithoutAnIdPassAsTheyCame() {
        byte[] piece = "data: {\"type\":\"response.output_text.delta\",\"delta\":\"x\"}\n\n".getBytes(UTF_8);
        ResponseIdSplice splice = new ResponseIdSplice(true, ResponseIdTapTest::name);

        assertThat(splice.feed(piece)).isSameAs(piece);
    }

    @Test
    void whateverComesNothingIsLostOrThrown() {
        Random random = new Random(7);
        String marks = "{}[]\":,\\\n\r di";
        for (int round = 0; round < 2_000; round++) {
            byte[] mutated = STREAM.getBytes(UTF_8);
            for (int i = 0; i < 4; i++) {
                mutated[random.nextInt(mutated.length)] = (byte) marks.charAt(random.nextInt(marks.length()));
            }
            int cut = random.nextInt(mutated.length);
            // No id is replaced: what comes out is what went in.
            ResponseIdSplice splice = new ResponseIdSplice(round % 2 == 0, upstream -> null);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            out.writeBytes(splice.feed(Arrays.copyOf(mutated, cut)));
            out.writeBytes(splice.feed(Arrays.copyOfRange(mutated, cut, mutated.length)));
            out.writeBytes(splice.end());

            assertThat(out.toByteArray()).as("round %d", round).isEqualTo(mutated);
        }
    }
}
