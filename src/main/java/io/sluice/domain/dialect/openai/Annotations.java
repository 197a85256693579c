package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatEvent.Citation;
import io.sluice.domain.dialect.Json;

/** Sources of an answer's text, as OpenAI's {@code annotations}. */
final class Annotations {
    private Annotations() {}

    /**
     * Writes a source. One of another dialect that has an address becomes a {@code url_citation}; any other stays as its
     * dialect wrote it.
     *
     * @param textLength characters of the text before it: the place that it belongs to
     */
    static JsonNode write(Citation citation, int textLength) {
        JsonNode json = citation.json();
        if (citation.dialect() == ChatDialect.OPENAI) {
            return json;
        }
        JsonNode source = json.path("web").isObject() ? json.path("web") : json;
        JsonNode url = source.path("url").isTextual() ? source.path("url") : source.path("uri");
        if (!url.isTextual()) {
            return json;
        }
        ObjectNode written = Json.object().put("type", "url_citation");
        written.putObject("url_citation")
                .put("start_index", textLength)
                .put("end_index", textLength)
                .put("url", url.textValue())
                .put("title", source.path("title").asText(""));
        return written;
    }
}
