package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.fasterxml.jackson.databind.node.TextNode;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Option;

/** Fields of a key or a team, as options; they are those of the files, and the node checks them. */
final class Fields {
    /** Amounts of money are read exactly. */
    private static final ObjectMapper JSON =
            new ObjectMapper().enable(DeserializationFeature.USE_BIG_DECIMAL_FOR_FLOATS);

    @Option(names = "--rpm", paramLabel = "N", description = "requests a minute")
    private @Nullable Long rpm;

    @Option(names = "--tpm", paramLabel = "N", description = "tokens a minute")
    private @Nullable Long tpm;

    @Option(names = "--concurrency", paramLabel = "N", description = "requests in flight at once")
    private @Nullable Long concurrency;

    @Option(
            names = "--budget",
            paramLabel = "AMOUNT[/EVERY]",
            description =
                    "what may be spent, as 20/month; EVERY is day, week, month, total or a duration (default: total)")
    private @Nullable String budget;

    @Option(
            names = "--set",
            paramLabel = "FIELD=VALUE",
            description = "any field of the files, as limits.rpd=1000; VALUE is JSON or a text, null removes the field")
    private @Nullable Map<String, String> set;

    /** Adds what was said to a document. */
    ObjectNode addTo(ObjectNode document) {
        number(document, "rpm", rpm);
        number(document, "tpm", tpm);
        number(document, "concurrency", concurrency);
        if (budget != null) {
            String[] parts = budget.split("/", 2);
            document.putObject("budget")
                    .<ObjectNode>set("amount", value(parts[0]))
                    .put("every", parts.length > 1 ? parts[1] : "total");
        }
        if (set != null) {
            set.forEach((field, value) -> put(document, List.of(field.split("\\.")), value(value)));
        }
        return document;
    }

    private static void number(ObjectNode document, String field, @Nullable Long value) {
        if (value != null) {
            document.withObjectProperty("limits").put(field, value);
        }
    }

    private static void put(ObjectNode document, List<String> path, JsonNode value) {
        ObjectNode at = document;
        for (String step : path.subList(0, path.size() - 1)) {
            at = at.withObjectProperty(step);
        }
        at.set(path.getLast(), value);
    }

    /** What JSON says, or the text itself where it is none. */
    private static JsonNode value(String text) {
        try {
            JsonNode json = JSON.readTree(text);
            return json.isMissingNode() ? TextNode.valueOf(text) : json;
        } catch (JsonProcessingException e) {
            return TextNode.valueOf(text);
        }
    }
}
