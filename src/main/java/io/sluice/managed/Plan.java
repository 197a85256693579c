package io.sluice.managed;

import io.sluice.config.StoredEntry.Kind;
import io.sluice.store.ResourceRow;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What would become of changes.
 *
 * @param entries the changes that can be made, in their order; those that would change nothing are marked
 * @param faults what is in their way; nothing of the whole is to be made when there is one
 */
public record Plan(List<Planned> entries, List<Fault> faults) {
    /** Copies the lists. */
    public Plan {
        entries = List.copyOf(entries);
        faults = List.copyOf(faults);
    }

    /**
     * A change that can be made.
     *
     * @param kind of what
     * @param name of what
     * @param before the row as it is now; null when there is none
     * @param document JSON text with marks; null to delete it
     * @param sealed JSON text of the sealed secrets
     * @param isSame whether it says what it said
     */
    public record Planned(
            Kind kind,
            String name,
            @Nullable ResourceRow before,
            @Nullable String document,
            String sealed,
            boolean isSame) {}

    /**
     * Something in the way.
     *
     * @param kind of the entry that it is about, which may be another one
     * @param name of that
     * @param field JSON pointer into its document; empty for all of it
     * @param rule {@code files-win}, {@code configuration}, {@code secret} or {@code in-use}
     * @param detail one sentence, without secrets
     */
    public record Fault(Kind kind, String name, String field, String rule, String detail) {}
}
