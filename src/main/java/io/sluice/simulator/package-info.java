/**
 * The simulated provider and its oracle: strict OpenAI and Azure dialects on a loopback port, scripted per credential,
 * and a record of what arrived when. Shares no code with {@code quota}, {@code provider}, {@code ingress} and
 * {@code domain}: it judges them.
 *
 * <p>Its own token rule: the input of a request is one token for each four characters of its texts, rounded up, and
 * four tokens for each message; the output is one token for each piece that a stream would send.
 */
@NullMarked
package io.sluice.simulator;

import org.jspecify.annotations.NullMarked;
