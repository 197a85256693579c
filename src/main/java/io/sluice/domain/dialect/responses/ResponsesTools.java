package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.AnswerFormat;
import io.sluice.domain.chat.Tool;
import io.sluice.domain.chat.ToolChoice;
import io.sluice.domain.dialect.Json;
import org.jspecify.annotations.Nullable;

/** Writes tools, the choice of them and the answer's form, in requests and in what answers repeat of them. */
final class ResponsesTools {
    private ResponsesTools() {}

    /** A function, flat. */
    static ObjectNode function(Tool.Function function) {
        ObjectNode tool = Json.object().put("type", "function").put("name", function.name());
        if (function.description() != null) {
            tool.put("description", function.description());
        }
        tool.set("parameters", function.parameters());
        return tool.put("strict", function.strict());
    }

    /** The choice; {@code auto} where none was made. */
    static JsonNode choice(@Nullable ToolChoice choice) {
        return switch (choice) {
            case null -> Json.NODES.textNode("auto");
            case ToolChoice.Auto auto -> Json.NODES.textNode("auto");
            case ToolChoice.None none -> Json.NODES.textNode("none");
            case ToolChoice.Required required -> Json.NODES.textNode("required");
            case ToolChoice.Named named -> Json.object().put("type", "function").put("name", named.name());
        };
    }

    /** The answer's form. */
    static ObjectNode format(AnswerFormat format) {
        return switch (format) {
            case AnswerFormat.Text text -> Json.object().put("type", "text");
            case AnswerFormat.Json json -> Json.object().put("type", "json_object");
            case AnswerFormat.Schema schema -> {
                ObjectNode written = Json.object().put("type", "json_schema");
                written.put("name", schema.name());
                if (schema.description() != null) {
                    written.put("description", schema.description());
                }
                written.set("schema", schema.schema());
                if (schema.strict() != null) {
                    written.put("strict", schema.strict());
                }
                yield written;
            }
        };
    }
}
