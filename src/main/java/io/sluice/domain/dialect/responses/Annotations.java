package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.Json;
import org.jspecify.annotations.Nullable;

/** Sources of other dialects as annotations of this one. */
final class Annotations {
    private Annotations() {}

    /**
     * A source as an annotation. Sources that have an address are {@code url_citation}; others have no form here.
     *
     * @return null when it has no form here
     */
    static @Nullable ObjectNode of(ChatEvent.Citation citation) {
        if (!(citation.json() instanceof ObjectNode json)) {
            return null;
        }
        if (citation.dialect() == ChatDialect.RESPONSES) {
            return json.path("type").isTextual() ? json.deepCopy() : null;
        }
        JsonNode source = json;
        for (String wrapper : new String[] {"url_citation", "web"}) {
            source = source.path(wrapper).isObject() ? source.path(wrapper) : source;
        }
        String url = firstText(source, "url", "uri");
        if (url == null) {
            return null;
        }
        ObjectNode annotation = Json.object().put("type", "url_citation");
        for (String edge : new String[] {"start_index", "end_index"}) {
            if (source.path(edge).isIntegralNumber()) {
                annotation.set(edge, source.path(edge));
            }
        }
        String title = firstText(source, "title");
        return annotation.put("url", url).put("title", title == null ? "" : title);
    }

    private static @Nullable String firstText(JsonNode source, String... names) {
        for (String name : names) {
            if (source.path(name).isTextual()) {
                return source.path(name).textValue();
            }
        }
        return null;
    }
}
