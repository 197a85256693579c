package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;

/** Reads which tool a chat request wants called. */
final class ToolChoice {
    private ToolChoice() {}

    /**
     * Reads the choice.
     *
     * @param tools the request's tools; missing when it has none
     * @param choice its {@code tool_choice}; missing when it has none
     * @return null when no tool may be called
     * @throws RefusedRequest when the choice names a tool that is not offered, or a tool is malformed
     */
    static Ask.@Nullable Tool of(JsonNode tools, JsonNode choice) throws RefusedRequest {
        for (int i = 0; i < tools.size(); i++) {
            check(tools.get(i), "tools[" + i + "]");
        }
        if (tools.isEmpty() || choice.asText().equals("none")) {
            return null;
        }
        if (choice.isObject() && !choice.path("type").asText().equals("allowed_tools")) {
            String name = choice.path(choice.path("type").asText()).path("name").asText();
            for (JsonNode tool : tools) {
                if (name(tool).equals(name)) {
                    return new Ask.Tool(name, arguments(tool), true, true);
                }
            }
            throw new RefusedRequest(ProviderError.invalid(
                    "Invalid value for 'tool_choice': no function named '" + name + "' was specified in the 'tools'"
                            + " parameter.",
                    "tool_choice",
                    null));
        }
        boolean demanded = choice.asText().equals("required")
                || choice.path("allowed_tools").path("mode").asText().equals("required");
        JsonNode first = tools.get(0);
        return new Ask.Tool(name(first), arguments(first), demanded, false);
    }

    private static void check(JsonNode tool, String at) throws RefusedRequest {
        FieldRule.OBJECT.check(at, tool);
        if (name(tool).isEmpty()) {
            String missing =
                    at + "." + (tool.hasNonNull("type") ? tool.path("type").asText() + ".name" : "type");
            throw new RefusedRequest(ProviderError.invalid(
                    "Missing required parameter: '" + missing + "'.", missing, "missing_required_parameter"));
        }
    }

    private static String name(JsonNode tool) {
        return tool.path(tool.path("type").asText()).path("name").asText();
    }

    /** Arguments that fit the required part of a simple schema. */
    private static String arguments(JsonNode tool) {
        JsonNode schema = tool.path("function").path("parameters");
        ObjectNode arguments = Json.object();
        for (JsonNode required : schema.path("required")) {
            JsonNode property = schema.path("properties").path(required.asText());
            if (property.path("enum").isArray() && !property.path("enum").isEmpty()) {
                arguments.set(required.asText(), property.path("enum").get(0));
                continue;
            }
            switch (property.path("type").asText()) {
                case "integer", "number" -> arguments.put(required.asText(), 1);
                case "boolean" -> arguments.put(required.asText(), true);
                case "array" -> arguments.putArray(required.asText());
                case "object" -> arguments.putObject(required.asText());
                default -> arguments.put(required.asText(), "example");
            }
        }
        return arguments.toString();
    }
}
