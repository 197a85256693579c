package io.sluice.config;

import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How the files on disk and what is in force stand to each other.
 *
 * @param revision id of the revision in force
 * @param since when it came into force
 * @param errors why the files as they are now are not in force; empty when they are
 * @param errorsSince when they were found; null when there are none
 * @param needsRestart what of {@code node.yaml} waits for a restart, as a sentence; null when nothing does
 */
public record ConfigState(
        String revision,
        Instant since,
        List<ConfigError> errors,
        @Nullable Instant errorsSince,
        @Nullable String needsRestart) {
    /** Copies the list. */
    public ConfigState {
        errors = List.copyOf(errors);
    }
}
