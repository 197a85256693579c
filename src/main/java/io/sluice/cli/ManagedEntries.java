package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.util.HashSet;
import java.util.Iterator;
import java.util.Map;
import java.util.Set;

/** Takes out of a node's effective configuration what is managed by API, so that the rest can be compared with files. */
final class ManagedEntries {
    private static final Set<String> OF_STORE = Set.of("revision", "files-revision", "warnings", "out-of-force");

    private ManagedEntries() {}

    /**
     * Takes it out. A model that is managed is taken out of the files' too: what it says there is not in force.
     *
     * @param node the node's configuration; changed
     * @param files what the files would give; changed
     * @return how many entries were taken out of the node's
     */
    static int remove(JsonNode node, JsonNode files) {
        if (!(node instanceof ObjectNode configuration) || !(files instanceof ObjectNode other)) {
            return 0;
        }
        int outOfForce = node.path("out-of-force").size();
        Set<String> channels = new HashSet<>();
        int removed = 0;
        for (Iterator<JsonNode> at = configuration.path("channels").iterator(); at.hasNext(); ) {
            JsonNode channel = at.next();
            if (isManaged(channel)) {
                channels.add(channel.path("name").asText() + "/");
                at.remove();
                removed++;
            }
        }
        for (Iterator<JsonNode> at = configuration.path("teams").iterator(); at.hasNext(); ) {
            if (isManaged(at.next())) {
                at.remove();
                removed++;
            }
        }
        for (Iterator<Map.Entry<String, JsonNode>> at =
                        configuration.path("models").fields();
                at.hasNext(); ) {
            Map.Entry<String, JsonNode> model = at.next();
            boolean wasServed = !model.getValue().path("candidates").isEmpty();
            candidates(model.getValue(), channels);
            if (isManaged(model.getValue())) {
                removed++;
                at.remove();
                if (other.path("models") instanceof ObjectNode models) {
                    models.remove(model.getKey());
                }
            } else if (wasServed && model.getValue().path("candidates").isEmpty()) {
                at.remove();
            }
        }
        if (removed + outOfForce > 0) {
            configuration.remove(OF_STORE);
            other.remove(OF_STORE);
        }
        return removed + outOfForce;
    }

    private static void candidates(JsonNode model, Set<String> channels) {
        if (model.path("candidates") instanceof ArrayNode candidates) {
            for (Iterator<JsonNode> at = candidates.iterator(); at.hasNext(); ) {
                String account = at.next().asText();
                if (channels.stream().anyMatch(account::startsWith)) {
                    at.remove();
                }
            }
        }
    }

    private static boolean isManaged(JsonNode entry) {
        return entry.path("origin").asText().equals("store");
    }
}
