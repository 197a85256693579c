package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.json.KeptText;
import java.util.Arrays;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

/** What taps keep of what a model wrote, and that is all of it and nothing else, however the bytes are cut. */
class KeptAnswerTest {
    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(
                        "chat stream",
                        (Supplier<ResponseTap>) () -> new SseTap("public", true),
                        "data: {\"id\":\"c\",\"model\":\"m\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"He\\n\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"content\":\"l\\u00e4\"}}]}\n\n"
                                + "data: {\"choices\":[{\"index\":0,\"delta\":{\"tool_calls\":[{\"index\":0,\"id\":\"x\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{\\\"a\\\":1}\"}}]},\"finish_reason\":\"tool_calls\"}]}\n\n"
                                + "data: [DONE]\n\n",
                        "He\nläf{\"a\":1}"),
                Arguments.of(
                        "chat answer",
                        (Supplier<ResponseTap>) () -> new JsonTap(null, true),
                        "{\"id\":\"c\",\"object\":\"chat.completion\",\"model\":\"m\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"He\\n\\u00e4\","
                                + "\"tool_calls\":[{\"id\":\"x\",\"type\":\"function\",\"function\":{\"name\":\"f\",\"arguments\":\"{}\"}}]},"
                                + "\"logprobs\":{\"content\":[{\"token\":\"He\",\"logprob\":-1}]},\"finish_reason\":\"stop\"}]}",
                        "He\näf{}"),
                Arguments.of(
                        "responses stream",
                        (Supplier<ResponseTap>) () -> new ResponsesTap(null),
                        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"m\"}}\n\n"
                                + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"He\"}\n\n"
                                + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"llo\"}\n\n"
                                + "event: response.output_text.done\ndata: {\"type\":\"response.output_text.done\",\"text\":\"Hello\"}\n\n"
                                + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}\n\n",
                        "Hello"),
                Arguments.of(
                        "stored responses stream",
                        (Supplier<ResponseTap>) () -> new ResponseIdTap(new ResponsesTap(null), true, id -> "resp_x"),
                        "event: response.created\ndata: {\"type\":\"response.created\",\"response\":{\"id\":\"r\",\"model\":\"m\"}}\n\n"
                                + "event: response.output_text.delta\ndata: {\"type\":\"response.output_text.delta\",\"delta\":\"Hello\"}\n\n"
                                + "event: response.completed\ndata: {\"type\":\"response.completed\",\"response\":{\"id\":\"r\",\"status\":\"completed\"}}\n\n",
                        "Hello"),
                Arguments.of(
                        "responses answer",
                        (Supplier<ResponseTap>) () -> JsonTap.ofResponse(null),
                        "{\"id\":\"r\",\"object\":\"response\",\"status\":\"completed\",\"output\":[{\"type\":\"reasoning\",\"id\":\"rs\",\"encrypted_content\":\"zzzz\",\"summary\":[]},"
                                + "{\"type\":\"message\",\"id\":\"m\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]}]}",
                        "Hello"),
                Arguments.of(
                        "messages stream",
                        (Supplier<ResponseTap>) () -> SseTap.ofMessages(null),
                        "event: message_start\ndata: {\"type\":\"message_start\",\"message\":{\"id\":\"m\",\"model\":\"m\"}}\n\n"
                                + "event: content_block_start\ndata: {\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}\n\n"
                                + "event: content_block_delta\ndata: {\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hello\"}}\n\n"
                                + "event: message_stop\ndata: {\"type\":\"message_stop\"}\n\n",
                        "Hello"));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource("answers")
    void keepsWhatTheModelWrote(String name, Supplier<ResponseTap> taps, String answer, String expected) {
        byte[] bytes = answer.getBytes(UTF_8);
        for (int size : new int[] {1, 2, 3, 7, 64, bytes.length}) {
            ResponseTap tap = taps.get();
            KeptText kept = new KeptText(1_000);
            tap.keep(kept);
            Collected out = new Collected();
            for (int at = 0; at < bytes.length; at += size) {
                out.feed(tap, Arrays.copyOfRange(bytes, at, Math.min(bytes.length, at + size)));
            }
            assertThat(kept.text()).as("%s in pieces of %d", name, size).isEqualTo(expected);
            assertThat(kept.isCut()).isFalse();
            assertThat(tap.usage()).isNull();
        }
    }
}
