package io.sluice.managed;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.config.StoredEntry.Kind;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;

/**
 * Which fields of a document are secrets: every one that the effective configuration does not show. A field is called by its
 * path: names with {@code /} before each; an account stands under its name, so that its place in the list does not count.
 */
final class SecretFields {
    private static final String KEY = "key";

    private SecretFields() {}

    /** Looks at one secret field. */
    @FunctionalInterface
    interface Visitor {
        /**
         * Looks.
         *
         * @param path its path
         * @param holder the object that it is a field of; its value may be exchanged
         * @param field its name there
         */
        void visit(String path, ObjectNode holder, String field);
    }

    /** Visits every secret field that a document has. */
    static void each(Kind kind, ObjectNode document, Visitor visitor) {
        if (kind != Kind.CHANNEL) {
            return;
        }
        outbound("", document, visitor);
        Set<String> names = new HashSet<>();
        int index = 0;
        for (JsonNode item : document.path("accounts")) {
            if (item instanceof ObjectNode account) {
                String name = account.path("name").asText();
                // Of two accounts with one name, or without any, none is ever stored.
                String step = names.add(name) && !name.isEmpty() ? name : "#" + index;
                String path = "/accounts/" + escaped(step);
                field(path, account, KEY, visitor);
                outbound(path, account, visitor);
            }
            index++;
        }
    }

    /** What channels and accounts have alike. */
    private static void outbound(String path, ObjectNode node, Visitor visitor) {
        field(path, node, "proxy", visitor);
        field(path, node, "system-prompt", visitor);
        fields(path + "/headers", node.path("headers"), visitor);
        fields(path + "/query", node.path("query"), visitor);
        if (node.path("tls") instanceof ObjectNode tls) {
            field(path + "/tls", tls, KEY, visitor);
        }
        parameters(path + "/parameters", node.path("parameters"), visitor);
    }

    private static void parameters(String path, JsonNode parameters, Visitor visitor) {
        fields(path + "/set", parameters.path("set"), visitor);
        fields(path + "/default", parameters.path("default"), visitor);
        if (parameters.path("per-model") instanceof ObjectNode models) {
            for (String model : names(models)) {
                String inner = path + "/per-model/" + escaped(model);
                fields(inner + "/set", models.path(model).path("set"), visitor);
                fields(inner + "/default", models.path(model).path("default"), visitor);
            }
        }
    }

    private static void fields(String path, JsonNode node, Visitor visitor) {
        if (node instanceof ObjectNode object) {
            names(object).forEach(name -> field(path, object, name, visitor));
        }
    }

    private static void field(String path, ObjectNode holder, String field, Visitor visitor) {
        if (holder.hasNonNull(field)) {
            visitor.visit(path + "/" + escaped(field), holder, field);
        }
    }

    /** A copy, since a visitor may write. */
    private static List<String> names(ObjectNode object) {
        List<String> names = new ArrayList<>();
        object.fieldNames().forEachRemaining(names::add);
        return names;
    }

    private static String escaped(String step) {
        return step.replace("~", "~0").replace("/", "~1");
    }
}
