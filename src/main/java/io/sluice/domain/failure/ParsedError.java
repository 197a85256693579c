package io.sluice.domain.failure;

import org.jspecify.annotations.Nullable;

/**
 * What a provider's error says. Every part has been through {@link Redaction}, so it may be shown.
 *
 * @param message one sentence or more; never empty
 * @param type error type; null when none is named
 * @param param field that is wrong; null when none is named
 * @param code machine-readable reason, also where the provider sent a number; null when none is named
 */
public record ParsedError(
        String message,
        @Nullable String type,
        @Nullable String param,
        @Nullable String code) {}
