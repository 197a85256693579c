/**
 * Tokens counted exactly, with the vocabularies that OpenAI publishes. Counting costs milliseconds and loading a
 * vocabulary hundreds of them: both belong on a worker thread. What is cheap and a guess is
 * {@link io.sluice.domain.json.TokenEstimate}.
 */
@NullMarked
package io.sluice.tokens;

import org.jspecify.annotations.NullMarked;
