package io.sluice.store;

import java.time.Instant;

/**
 * An entry of the configuration that is managed by API, as it rests in the store.
 *
 * @param kind {@code channels}, {@code teams}, {@code models} or {@code prices}
 * @param name unique within its kind, also after a deletion
 * @param document JSON text of what it says, with marks in the place of secrets; {@code {}} of a deleted one
 * @param sealed JSON text: an object of the secrets, each sealed, by the path of its field
 * @param version number of the last change of what it says; its ETag
 * @param changed number of the last change of any kind
 * @param updatedAt when it was changed last
 * @param updatedBy who changed it
 * @param deleted whether it is gone
 */
public record ResourceRow(
        String kind,
        String name,
        String document,
        String sealed,
        long version,
        long changed,
        Instant updatedAt,
        String updatedBy,
        boolean deleted) {
    /** Without the document. */
    @Override
    public String toString() {
        return kind + "/" + name + " version " + version + (deleted ? ", deleted" : "");
    }
}
