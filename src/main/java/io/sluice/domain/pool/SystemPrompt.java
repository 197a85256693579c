package io.sluice.domain.pool;

import io.sluice.domain.Secret;

/**
 * What the operator says to the model before all that the client says.
 *
 * @param text not empty; never printed
 * @param tokens how many tokens it has, estimated
 */
public record SystemPrompt(Secret text, long tokens) {}
