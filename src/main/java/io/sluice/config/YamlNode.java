package io.sluice.config;

import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** A YAML document as written: text with positions, no types guessed. */
sealed interface YamlNode {
    /** Line of its first character, from 1. */
    int line();

    /** Column of its first character, from 1. */
    int column();

    /**
     * A text.
     *
     * @param text what it says, quotes and escapes undone
     * @param plain whether it stood without quotes
     * @param line from 1
     * @param column from 1
     */
    record Scalar(String text, boolean plain, int line, int column) implements YamlNode {
        /** Whether nothing was written after the colon or dash. */
        boolean isEmpty() {
            return plain && text.isEmpty();
        }

        /** Whether YAML calls it null. */
        boolean isNull() {
            return plain && (text.equals("~") || text.equalsIgnoreCase("null"));
        }
    }

    /**
     * A list.
     *
     * @param items its items
     * @param line from 1
     * @param column from 1
     */
    record Sequence(List<YamlNode> items, int line, int column) implements YamlNode {}

    /**
     * A mapping.
     *
     * @param entries by key, in file order; keys are distinct
     * @param line from 1
     * @param column from 1
     */
    record Mapping(Map<String, Entry> entries, int line, int column) implements YamlNode {
        /** Nothing in it. */
        static Mapping empty(int line, int column) {
            return new Mapping(new LinkedHashMap<>(), line, column);
        }

        /** The same with one entry set. */
        Mapping with(String key, String text) {
            Map<String, Entry> more = new LinkedHashMap<>(entries);
            more.put(key, new Entry(new Scalar(key, true, line, column), new Scalar(text, false, line, column)));
            return new Mapping(more, line, column);
        }
    }

    /**
     * A key and its value.
     *
     * @param key the key, with its position
     * @param value what stands behind the colon
     */
    record Entry(Scalar key, YamlNode value) {}
}
