package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.StreamReadFeature;
import com.fasterxml.jackson.core.io.JsonStringEncoder;
import com.fasterxml.jackson.databind.DeserializationFeature;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectReader;
import com.fasterxml.jackson.databind.json.JsonMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;

/** JSON as the simulator reads and writes it: strictly, no doubled names, nothing behind the value. */
final class Json {
    private static final JsonMapper MAPPER = JsonMapper.builder()
            .enable(StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .enable(DeserializationFeature.FAIL_ON_TRAILING_TOKENS)
            .build();
    private static final ObjectReader TREES = MAPPER.readerFor(JsonNode.class);
    private static final ObjectReader UNTYPED = MAPPER.readerFor(Object.class);
    private static final JsonStringEncoder ESCAPER = JsonStringEncoder.getInstance();

    private Json() {}

    /** Reads a value as a tree. */
    static JsonNode read(byte[] text) throws JsonProcessingException {
        return parsed(TREES, text);
    }

    /** Reads a value as maps, lists, strings, numbers and truth values. */
    static Object readUntyped(byte[] text) throws JsonProcessingException {
        return parsed(UNTYPED, text);
    }

    private static <T> T parsed(ObjectReader reader, byte[] text) throws JsonProcessingException {
        try {
            return reader.readValue(text);
        } catch (JsonProcessingException e) {
            throw e;
        } catch (IOException e) {
            throw new UncheckedIOException(e); // there is no input but the array
        }
    }

    /** An empty object to fill. */
    static ObjectNode object() {
        return MAPPER.createObjectNode();
    }

    /** An empty array to fill. */
    static ArrayNode array() {
        return MAPPER.createArrayNode();
    }

    /** A JSON object as it is; an empty one when the text is none, as a model may write anything. */
    static String orEmptyObject(String text) {
        try {
            return read(text.getBytes(StandardCharsets.UTF_8)).isObject() ? text : "{}";
        } catch (JsonProcessingException e) {
            return "{}";
        }
    }

    /** A text as a JSON string. */
    static String quote(String text) {
        return '"' + escape(text) + '"';
    }

    /** The inside of a JSON string, without the quotes. */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 8);
        ESCAPER.quoteAsString(text, escaped);
        return escaped.toString();
    }
}
