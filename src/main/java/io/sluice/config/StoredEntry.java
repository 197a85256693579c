package io.sluice.config;

import java.util.Optional;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * An entry of the configuration that is managed by API, as the loader takes it.
 *
 * @param kind what it is
 * @param name its name, unique within its kind over files and store
 * @param version its version, from 1
 * @param document what it says: JSON of the shape that an item in the files has, without its name; secrets are open in it
 * @param problem why its secrets cannot be opened, a sentence for operators; null when they are
 */
public record StoredEntry(
        Kind kind,
        String name,
        long version,
        String document,
        @Nullable String problem) {
    /** What can be managed by API. */
    public enum Kind {
        /** An item of {@code channels}. */
        CHANNEL("channels", "channels[]"),
        /** A team. */
        TEAM("teams", "teams[]"),
        /** An entry of {@code models}. */
        MODEL("models", "models.<model>"),
        /** A price of {@code prices}; its name is a pattern. */
        PRICE("prices", "prices.<pattern>");

        private final String word;
        private final String schema;

        Kind(String word, String schema) {
            this.word = word;
            this.schema = schema;
        }

        /** One of it, for people and for the audit log. */
        public String one() {
            return word.substring(0, word.length() - 1);
        }

        /** Where an item of it stands in the reference. */
        String schema() {
            return schema;
        }

        /** Its word: the key that it stands under in the files. */
        public String word() {
            return word;
        }

        /** The kind of a word; empty when it is none. */
        public static Optional<Kind> ofWord(String word) {
            return Stream.of(values()).filter(kind -> kind.word.equals(word)).findFirst();
        }
    }

    /** Its place in messages. */
    String file() {
        return "store:" + kind.word() + "/" + name;
    }

    /** Without the document, which holds secrets. */
    @Override
    public String toString() {
        return file() + " version " + version;
    }
}
