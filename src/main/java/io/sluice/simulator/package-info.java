/**
 * The simulated provider and its oracle: the providers' dialects, strictly, on a loopback port, scripted per
 * credential, and a record of what arrived when. Shares no code with {@code quota}, {@code provider}, {@code ingress} and
 * {@code domain}: it judges them.
 *
 * <p>Its own token rule: the input of a request is one token for each four characters of its texts, rounded up, and
 * four tokens for each message; the output is one token for each piece that a stream would send. An image, a document or
 * a recording is 85 tokens.
 *
 * <p>A dialect is a {@code Service} that reads a request strictly and plans its answer, a {@code Wording} for its errors
 * and headers, {@code …Rules} that fill a {@code Turn}, and an {@code …Answer} that writes a {@code Reply}. Where a real
 * provider passes over unknown fields (DashScope, Ollama, Bedrock), the simulator refuses them, so that nothing is lost
 * unseen; {@code lenient} in a script accepts them.
 */
@NullMarked
package io.sluice.simulator;

import org.jspecify.annotations.NullMarked;
