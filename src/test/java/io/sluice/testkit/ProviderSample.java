package io.sluice.testkit;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.pool.ProviderType;
import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.zip.CRC32;

/** How each provider says {@code Hello}, whole and in pieces: three tokens asked, two answered. */
public enum ProviderSample {
    /** Chat completions. */
    OPENAI(
            ProviderType.OPENAI,
            "/v1",
            "text/event-stream",
            "{\"id\":\"x\",\"object\":\"chat.completion\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}",
            data(
                    "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":null}]}",
                    "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{\"content\":\"lo\"},\"finish_reason\":null}]}",
                    "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":[{\"index\":0,\"delta\":{},\"finish_reason\":\"stop\"}]}",
                    "{\"id\":\"x\",\"object\":\"chat.completion.chunk\",\"created\":1,\"model\":\"up\",\"choices\":[],\"usage\":{\"prompt_tokens\":3,\"completion_tokens\":2,\"total_tokens\":5}}",
                    "[DONE]")),
    /** Anthropic's messages. */
    ANTHROPIC(
            ProviderType.ANTHROPIC,
            "/v1",
            "text/event-stream",
            "{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\",\"content\":[{\"type\":\"text\",\"text\":\"Hello\"}],\"stop_reason\":\"end_turn\",\"stop_sequence\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":2}}",
            events(
                    "message_start",
                    "{\"type\":\"message_start\",\"message\":{\"id\":\"msg_1\",\"type\":\"message\",\"role\":\"assistant\",\"model\":\"up\",\"content\":[],\"stop_reason\":null,\"stop_sequence\":null,\"usage\":{\"input_tokens\":3,\"output_tokens\":1}}}",
                    "content_block_start",
                    "{\"type\":\"content_block_start\",\"index\":0,\"content_block\":{\"type\":\"text\",\"text\":\"\"}}",
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"Hel\"}}",
                    "content_block_delta",
                    "{\"type\":\"content_block_delta\",\"index\":0,\"delta\":{\"type\":\"text_delta\",\"text\":\"lo\"}}",
                    "content_block_stop",
                    "{\"type\":\"content_block_stop\",\"index\":0}",
                    "message_delta",
                    "{\"type\":\"message_delta\",\"delta\":{\"stop_reason\":\"end_turn\",\"stop_sequence\":null},\"usage\":{\"output_tokens\":2}}",
                    "message_stop",
                    "{\"type\":\"message_stop\"}")),
    /** OpenAI's responses, on Azure, where they pass as they came. */
    RESPONSES(
            ProviderType.AZURE,
            "/openai/v1",
            "text/event-stream",
            "{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"up\",\"output\":[{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5}}",
            events(
                    "response.created",
                    "{\"type\":\"response.created\",\"sequence_number\":0,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"in_progress\",\"model\":\"up\",\"output\":[]}}",
                    "response.output_item.added",
                    "{\"type\":\"response.output_item.added\",\"sequence_number\":1,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"in_progress\",\"role\":\"assistant\",\"content\":[]}}",
                    "response.output_text.delta",
                    "{\"type\":\"response.output_text.delta\",\"sequence_number\":2,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"Hel\"}",
                    "response.output_text.delta",
                    "{\"type\":\"response.output_text.delta\",\"sequence_number\":3,\"item_id\":\"msg_1\",\"output_index\":0,\"content_index\":0,\"delta\":\"lo\"}",
                    "response.output_item.done",
                    "{\"type\":\"response.output_item.done\",\"sequence_number\":4,\"output_index\":0,\"item\":{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]}}",
                    "response.completed",
                    "{\"type\":\"response.completed\",\"sequence_number\":5,\"response\":{\"id\":\"resp_1\",\"object\":\"response\",\"created_at\":1,\"status\":\"completed\",\"model\":\"up\",\"output\":[{\"type\":\"message\",\"id\":\"msg_1\",\"status\":\"completed\",\"role\":\"assistant\",\"content\":[{\"type\":\"output_text\",\"text\":\"Hello\",\"annotations\":[]}]}],\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5}}}")),
    /** Gemini's contents. */
    GEMINI(
            ProviderType.GEMINI,
            "/v1beta",
            "text/event-stream",
            "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hello\"}]},\"finishReason\":\"STOP\",\"index\":0}],\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":2,\"totalTokenCount\":5},\"modelVersion\":\"up\",\"responseId\":\"r\"}",
            data(
                    "{\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"Hel\"}]},\"index\":0}],\"modelVersion\":\"up\",\"responseId\":\"r\"}",
                    "{\"usageMetadata\":{\"promptTokenCount\":3,\"candidatesTokenCount\":2,\"totalTokenCount\":5},\"modelVersion\":\"up\",\"responseId\":\"r\",\"candidates\":[{\"content\":{\"role\":\"model\",\"parts\":[{\"text\":\"lo\"}]},\"index\":0,\"finishReason\":\"STOP\"}]}")),
    /** Bedrock's Converse. */
    BEDROCK(
            ProviderType.BEDROCK,
            "",
            "application/vnd.amazon.eventstream",
            "{\"output\":{\"message\":{\"role\":\"assistant\",\"content\":[{\"text\":\"Hello\"}]}},\"stopReason\":\"end_turn\",\"usage\":{\"inputTokens\":3,\"outputTokens\":2,\"totalTokens\":5},\"metrics\":{\"latencyMs\":1}}",
            frames(
                    "messageStart",
                    "{\"role\":\"assistant\"}",
                    "contentBlockDelta",
                    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"Hel\"}}",
                    "contentBlockDelta",
                    "{\"contentBlockIndex\":0,\"delta\":{\"text\":\"lo\"}}",
                    "contentBlockStop",
                    "{\"contentBlockIndex\":0}",
                    "messageStop",
                    "{\"stopReason\":\"end_turn\"}",
                    "metadata",
                    "{\"usage\":{\"inputTokens\":3,\"outputTokens\":2,\"totalTokens\":5},\"metrics\":{\"latencyMs\":1}}")),
    /** DashScope's native API. */
    DASHSCOPE(
            ProviderType.DASHSCOPE,
            "/api/v1",
            "text/event-stream",
            "{\"output\":{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"finish_reason\":\"stop\"}]},\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5},\"request_id\":\"r\"}",
            events(
                    "result",
                    "{\"output\":{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"finish_reason\":\"null\"}]},\"usage\":{\"input_tokens\":3,\"output_tokens\":1,\"total_tokens\":4},\"request_id\":\"r\"}",
                    "result",
                    "{\"output\":{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"lo\"},\"finish_reason\":\"null\"}]},\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5},\"request_id\":\"r\"}",
                    "result",
                    "{\"output\":{\"choices\":[{\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"finish_reason\":\"stop\"}]},\"usage\":{\"input_tokens\":3,\"output_tokens\":2,\"total_tokens\":5},\"request_id\":\"r\"}")),
    /** Ollama's native API. */
    OLLAMA(
            ProviderType.OLLAMA,
            "",
            "application/x-ndjson",
            "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hello\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":2}",
            lines(
                    "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"Hel\"},\"done\":false}",
                    "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"lo\"},\"done\":false}",
                    "{\"model\":\"up\",\"created_at\":\"2026-01-01T00:00:00Z\",\"message\":{\"role\":\"assistant\",\"content\":\"\"},\"done\":true,\"done_reason\":\"stop\",\"prompt_eval_count\":3,\"eval_count\":2}"));

    private final ProviderType type;
    private final String path;
    private final String streamType;
    private final String whole;
    private final List<byte[]> pieces;

    ProviderSample(ProviderType type, String path, String streamType, String whole, List<byte[]> pieces) {
        this.type = type;
        this.path = path;
        this.streamType = streamType;
        this.whole = whole;
        this.pieces = pieces;
    }

    private static List<byte[]> data(String... json) {
        return Arrays.stream(json)
                .map(one -> ("data: " + one + "\n\n").getBytes(UTF_8))
                .toList();
    }

    private static List<byte[]> events(String... namesAndJson) {
        byte[][] pieces = new byte[namesAndJson.length / 2][];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] =
                    ("event: " + namesAndJson[2 * i] + "\ndata: " + namesAndJson[2 * i + 1] + "\n\n").getBytes(UTF_8);
        }
        return List.of(pieces);
    }

    private static List<byte[]> lines(String... json) {
        return Arrays.stream(json).map(one -> (one + "\n").getBytes(UTF_8)).toList();
    }

    private static List<byte[]> frames(String... typesAndJson) {
        byte[][] pieces = new byte[typesAndJson.length / 2][];
        for (int i = 0; i < pieces.length; i++) {
            pieces[i] = frame(typesAndJson[2 * i], typesAndJson[2 * i + 1].getBytes(UTF_8));
        }
        return List.of(pieces);
    }

    private static byte[] frame(String type, byte[] payload) {
        ByteArrayOutputStream headers = new ByteArrayOutputStream();
        String[] values = {":event-type", type, ":content-type", "application/json", ":message-type", "event"};
        for (int i = 0; i < values.length; i += 2) {
            byte[] value = values[i + 1].getBytes(UTF_8);
            headers.write(values[i].length());
            headers.writeBytes(values[i].getBytes(UTF_8));
            headers.write(7);
            headers.write(value.length >> 8);
            headers.write(value.length);
            headers.writeBytes(value);
        }
        ByteBuffer frame = ByteBuffer.allocate(16 + headers.size() + payload.length);
        frame.putInt(frame.capacity()).putInt(headers.size());
        frame.putInt(crc(frame.array(), 8)).put(headers.toByteArray()).put(payload);
        frame.putInt(crc(frame.array(), frame.capacity() - 4));
        return frame.array();
    }

    private static int crc(byte[] bytes, int length) {
        CRC32 crc = new CRC32();
        crc.update(bytes, 0, length);
        return (int) crc.getValue();
    }

    /** Type of a channel that speaks so. */
    public ProviderType type() {
        return type;
    }

    /** Path of its base URL. */
    public String path() {
        return path;
    }

    /** Content type of an answer in pieces. */
    public String streamType() {
        return streamType;
    }

    /** The answer in one, JSON. */
    public String whole() {
        return whole;
    }

    /** The answer in pieces, each a whole event of its form. */
    public List<byte[]> pieces() {
        return pieces;
    }

    /** The head of an answer in pieces, and the first so many of them. */
    public FakeUpstream.Script stream(int first) {
        FakeUpstream.Script script = FakeUpstream.Script.bytes(
                "HTTP/1.1 200 OK\r\ncontent-type: " + streamType + "\r\ntransfer-encoding: chunked\r\n\r\n");
        for (byte[] piece : pieces.subList(0, first)) {
            script = script.write(Integer.toHexString(piece.length) + "\r\n")
                    .write(piece)
                    .write("\r\n");
        }
        return script;
    }
}
