package io.sluice.config;

import java.nio.file.Path;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * What loading gave: a value, or every error at once.
 *
 * @param value what the files say; null when there are errors
 * @param errors all errors, in file order; empty when there is a value
 * @param warnings what an operator should know, one sentence each
 * @param references files outside the configuration that were read (secrets, key files), to be watched
 * @param <T> what was loaded
 */
public record Loaded<T>(@Nullable T value, List<ConfigError> errors, List<String> warnings, Set<Path> references) {
    /** Copies the collections. */
    public Loaded {
        errors = List.copyOf(errors);
        warnings = List.copyOf(warnings);
        references = Set.copyOf(references);
    }
}
