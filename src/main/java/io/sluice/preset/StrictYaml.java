package io.sluice.preset;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.DumperOptions;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.YAMLException;
import org.yaml.snakeyaml.representer.Representer;
import org.yaml.snakeyaml.resolver.Resolver;

/** Data that comes with Sluice, read strictly: every scalar is text, and what is not known is a fault that names its place. */
final class StrictYaml {
    private StrictYaml() {}

    /** Everything is text: nothing is guessed of it. */
    static @Nullable Object load(String yaml) {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        DumperOptions dumping = new DumperOptions();
        try {
            return new Yaml(new SafeConstructor(options), new Representer(dumping), dumping, options, new TextOnly())
                    .load(yaml);
        } catch (YAMLException e) {
            throw new IllegalArgumentException(e.getMessage(), e);
        }
    }

    private static final class TextOnly extends Resolver {
        @Override
        protected void addImplicitResolvers() {
            // None: a code 0042 stays 0042, and a word no stays no.
        }
    }

    static boolean yes(String place, String word) {
        if (!word.equals("yes") && !word.equals("no")) {
            throw new IllegalArgumentException(place + ": yes or no");
        }
        return word.equals("yes");
    }

    static void known(String place, Map<?, ?> mapping, Set<String> fields) {
        for (Object field : mapping.keySet()) {
            if (!(field instanceof String) || !fields.contains(field)) {
                throw new IllegalArgumentException(place + ": " + field + " is not known");
            }
        }
    }

    static Map<?, ?> mapping(String place, @Nullable Object value) {
        if (value instanceof Map<?, ?> mapping) {
            return mapping;
        }
        throw new IllegalArgumentException(place + ": a mapping");
    }

    static Map<?, ?> optional(Map<?, ?> file, String field) {
        Object value = file.get(field);
        return value == null ? Map.of() : mapping(field, value);
    }

    static String text(Map<?, ?> mapping, String field) {
        if (mapping.get(field) instanceof String text && !text.isEmpty()) {
            return text;
        }
        throw new IllegalArgumentException(field + ": a text");
    }

    static List<String> strings(String place, @Nullable Object value) {
        if (value == null) {
            return List.of();
        }
        if (!(value instanceof List<?> items)) {
            throw new IllegalArgumentException(place + ": a list");
        }
        List<String> strings = new ArrayList<>();
        for (Object item : items) {
            if (!(item instanceof String text) || text.isEmpty()) {
                throw new IllegalArgumentException(place + ": a list of words");
            }
            if (strings.contains(text)) {
                throw new IllegalArgumentException(place + ": " + text + " stands twice");
            }
            strings.add(text);
        }
        return strings;
    }
}
