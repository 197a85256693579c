package io.sluice.provider.preset;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.ErrorTable;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Finds errors inside answers of status 200, where the table of the provider says that they are. Without state. */
final class InAnswerErrors {
    private final ErrorTable table;
    private final List<List<String>> paths;
    private final List<byte[]> marks;

    InAnswerErrors(ErrorTable table) {
        this.table = table;
        this.paths = table.inAnswer().stream()
                .map(path -> List.of(path.split("\\.")))
                .toList();
        // A text without the last name of any path needs no reading.
        this.marks = paths.stream()
                .map(path -> ("\"" + path.getLast() + "\"").getBytes(UTF_8))
                .toList();
    }

    /**
     * The error of a JSON text.
     *
     * @param text UTF-8
     * @param from first byte
     * @param to behind the last byte
     * @return null when it is none
     */
    @Nullable
    UpstreamFailure find(byte[] text, int from, int to) {
        if (!isMarked(text, from, to)) {
            return null;
        }
        JsonNode json = Json.read(text, from, to);
        if (json == null) {
            return null;
        }
        for (List<String> path : paths) {
            if (isError(at(json, path))) {
                // The error itself, not the answer around it: that may say "message" of something else.
                JsonNode part = path.size() == 1 ? json : holder(json, path);
                return table.inAnswer(Json.write(part));
            }
        }
        return null;
    }

    private static JsonNode holder(JsonNode json, List<String> path) {
        return at(json, path.subList(0, path.size() - 1));
    }

    private static JsonNode at(JsonNode json, List<String> path) {
        JsonNode node = json;
        for (String name : path) {
            node = node.isArray() && name.chars().allMatch(c -> c >= '0' && c <= '9')
                    ? node.path(Integer.parseInt(name))
                    : node.path(name);
        }
        return node;
    }

    private static boolean isError(JsonNode node) {
        return switch (node.getNodeType()) {
            case MISSING, NULL -> false;
            case BOOLEAN -> node.booleanValue();
            case NUMBER -> node.decimalValue().signum() != 0;
            case STRING -> !node.textValue().isBlank() && !node.textValue().equals("0");
            case OBJECT, ARRAY -> !node.isEmpty();
            case BINARY, POJO -> false;
        };
    }

    private boolean isMarked(byte[] text, int from, int to) {
        for (byte[] mark : marks) {
            for (int i = from; i + mark.length <= to; i++) {
                if (text[i] == '"' && Arrays.equals(text, i, i + mark.length, mark, 0, mark.length)) {
                    return true;
                }
            }
        }
        return false;
    }
}
