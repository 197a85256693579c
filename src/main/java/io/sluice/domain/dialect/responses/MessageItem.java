package io.sluice.domain.dialect.responses;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import java.util.Arrays;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** What the model says, while it is written: parts of text and refusal. */
final class MessageItem extends OutputItem {
    private static final byte[] PART_ADDED = ResponseEvents.head("response.content_part.added");
    private static final byte[] PART_DONE = ResponseEvents.head("response.content_part.done");
    private static final byte[] TEXT_DELTA = ResponseEvents.head("response.output_text.delta");
    private static final byte[] TEXT_DONE = ResponseEvents.head("response.output_text.done");
    private static final byte[] ANNOTATION = ResponseEvents.head("response.output_text.annotation.added");
    private static final byte[] REFUSAL_DELTA = ResponseEvents.head("response.refusal.delta");
    private static final byte[] REFUSAL_DONE = ResponseEvents.head("response.refusal.done");

    private static final byte[] NOTHING = new byte[0];

    private enum Kind {
        NONE,
        TEXT,
        REFUSAL
    }

    private final JsonBytes parts = new JsonBytes();
    private final JsonBytes text = new JsonBytes();
    private final JsonBytes annotations = new JsonBytes();
    private final JsonBytes logprobs = new JsonBytes();
    private byte[] place = new byte[0];
    private Kind kind = Kind.NONE;
    private int part = -1;
    private int annotationCount;
    private int characters;

    MessageItem(String id, int index, ResponseEvents events) {
        super(id, index, events);
    }

    /**
     * More text.
     *
     * @param more the text
     * @param probabilities of its tokens, as OpenAI writes them; null for none
     */
    void text(String more, @Nullable JsonNode probabilities, Consumer<byte[]> out) {
        open(Kind.TEXT, out);
        events.gather(text, more);
        characters += more.codePointCount(0, more.length());
        byte[] told = probabilities == null ? NOTHING : elements(probabilities);
        if (told.length > 0) {
            events.gather(logprobs, told);
        }
        if (events.isStream()) {
            JsonBytes event = events.begin(TEXT_DELTA)
                    .raw(place)
                    .raw(",\"delta\":")
                    .string(more)
                    .raw(",\"logprobs\":[");
            event.raw(told).raw("]");
            events.end(out);
        }
    }

    private static byte[] elements(JsonNode list) {
        byte[] json = list.isArray() ? Json.write(list) : NOTHING;
        return json.length < 2 ? NOTHING : Arrays.copyOfRange(json, 1, json.length - 1);
    }

    /** More of a refusal. */
    void refusal(String more, Consumer<byte[]> out) {
        open(Kind.REFUSAL, out);
        events.gather(text, more);
        if (events.isStream()) {
            events.begin(REFUSAL_DELTA).raw(place).raw(",\"delta\":").string(more);
            events.end(out);
        }
    }

    /** A source of the text so far; without a place of its own it stands behind that text. */
    void annotation(ObjectNode annotation, Consumer<byte[]> out) {
        open(Kind.TEXT, out);
        if (annotation.path("type").asText().equals("url_citation")) {
            for (String edge : new String[] {"start_index", "end_index"}) {
                if (!annotation.path(edge).isIntegralNumber()) {
                    annotation.put(edge, characters);
                }
            }
        }
        byte[] json = Json.write(annotation);
        events.gather(annotations, json);
        if (events.isStream()) {
            events.begin(ANNOTATION)
                    .raw(place)
                    .raw(",\"annotation_index\":")
                    .number(annotationCount)
                    .raw(",\"annotation\":")
                    .raw(json);
            events.end(out);
        }
        annotationCount++;
    }

    private void open(Kind wanted, Consumer<byte[]> out) {
        if (kind == wanted) {
            return;
        }
        closePart(out);
        kind = wanted;
        part++;
        place = new JsonBytes()
                .raw(",\"item_id\":\"")
                .raw(id)
                .raw("\",\"output_index\":")
                .number(index)
                .raw(",\"content_index\":")
                .number(part)
                .copy();
        if (events.isStream()) {
            writePart(events.begin(PART_ADDED).raw(place).raw(",\"part\":"));
            events.end(out);
        }
    }

    private void closePart(Consumer<byte[]> out) {
        if (kind == Kind.NONE) {
            return;
        }
        if (events.isStream()) {
            if (kind == Kind.TEXT) {
                events.begin(TEXT_DONE)
                        .raw(place)
                        .raw(",\"text\":")
                        .string(text)
                        .raw(",\"logprobs\":[")
                        .raw(logprobs)
                        .raw("]");
            } else {
                events.begin(REFUSAL_DONE).raw(place).raw(",\"refusal\":").string(text);
            }
            events.end(out);
            writePart(events.begin(PART_DONE).raw(place).raw(",\"part\":"));
            events.end(out);
        }
        writePart(parts.raw(parts.isEmpty() ? "" : ","));
        text.clear();
        annotations.clear();
        logprobs.clear();
        annotationCount = 0;
        characters = 0;
        kind = Kind.NONE;
    }

    private void writePart(JsonBytes target) {
        if (kind == Kind.REFUSAL) {
            target.raw("{\"type\":\"refusal\",\"refusal\":").string(text).raw("}");
        } else {
            target.raw("{\"type\":\"output_text\",\"text\":")
                    .string(text)
                    .raw(",\"annotations\":[")
                    .raw(annotations)
                    .raw("],\"logprobs\":[")
                    .raw(logprobs)
                    .raw("]}");
        }
    }

    @Override
    void finish(Consumer<byte[]> out) {
        closePart(out);
    }

    @Override
    void write(JsonBytes target, String status) {
        target.raw("{\"id\":\"")
                .raw(id)
                .raw("\",\"type\":\"message\",\"status\":\"")
                .raw(status)
                .raw("\",\"role\":\"assistant\",\"content\":[")
                .raw(parts)
                .raw("]}");
    }
}
