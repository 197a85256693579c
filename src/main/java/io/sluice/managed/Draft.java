package io.sluice.managed;

import io.sluice.config.StoredEntry.Kind;
import org.jspecify.annotations.Nullable;

/**
 * A change that somebody wants.
 *
 * @param kind of what
 * @param name of what
 * @param document JSON text of what it is to say, with secrets or with marks for those that are to stay; null to delete it
 * @param sealed JSON text of sealed secrets by path, which marks may stand for too; {@code {}} for none
 */
public record Draft(Kind kind, String name, @Nullable String document, String sealed) {
    /** Without sealed secrets. */
    public Draft(Kind kind, String name, @Nullable String document) {
        this(kind, name, document, "{}");
    }

    String key() {
        return kind.word() + "/" + name;
    }

    /** Without the document, which may hold secrets. */
    @Override
    public String toString() {
        return (document == null ? "delete " : "put ") + key();
    }
}
