package io.sluice.config;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParseException;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import io.sluice.config.YamlNode.Entry;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.config.YamlNode.Scalar;
import io.sluice.config.YamlNode.Sequence;
import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** Reads JSON into the nodes that YAML files are read into: numbers as they are written, no position. */
final class JsonNodes {
    private static final JsonFactory JSON = JsonFactory.builder()
            .enable(com.fasterxml.jackson.core.StreamReadFeature.STRICT_DUPLICATE_DETECTION)
            .build();

    private JsonNodes() {}

    /**
     * Reads an object.
     *
     * @throws IllegalArgumentException with a sentence, when the text is no JSON object, or is nested too deep
     */
    static Mapping read(String text) {
        try (JsonParser parser = JSON.createParser(text)) {
            if (parser.nextToken() != JsonToken.START_OBJECT) {
                throw new IllegalArgumentException("is not a JSON object");
            }
            Mapping mapping = mapping(parser, 1);
            if (parser.nextToken() != null) {
                throw new IllegalArgumentException("has something behind its JSON object");
            }
            return mapping;
        } catch (JsonParseException e) {
            throw new IllegalArgumentException("is not JSON: " + e.getOriginalMessage(), e);
        } catch (IOException e) {
            throw new IllegalArgumentException("is not JSON", e);
        }
    }

    private static Mapping mapping(JsonParser parser, int depth) throws IOException {
        bounded(depth);
        Map<String, Entry> entries = new LinkedHashMap<>();
        while (parser.nextToken() != JsonToken.END_OBJECT) {
            String key = parser.currentName();
            parser.nextToken();
            entries.put(key, new Entry(new Scalar(key, false, 0, 0), node(parser, depth + 1)));
        }
        return new Mapping(entries, 0, 0);
    }

    private static Sequence sequence(JsonParser parser, int depth) throws IOException {
        bounded(depth);
        List<YamlNode> items = new ArrayList<>();
        while (parser.nextToken() != JsonToken.END_ARRAY) {
            items.add(node(parser, depth + 1));
        }
        return new Sequence(List.copyOf(items), 0, 0);
    }

    private static YamlNode node(JsonParser parser, int depth) throws IOException {
        return switch (parser.currentToken()) {
            case START_OBJECT -> mapping(parser, depth);
            case START_ARRAY -> sequence(parser, depth);
            case VALUE_STRING -> new Scalar(parser.getText(), false, 0, 0);
            default -> new Scalar(parser.getText(), true, 0, 0);
        };
    }

    private static void bounded(int depth) {
        if (depth > YamlReader.MAX_DEPTH) {
            throw new IllegalArgumentException("is nested deeper than " + YamlReader.MAX_DEPTH + " levels");
        }
    }
}
