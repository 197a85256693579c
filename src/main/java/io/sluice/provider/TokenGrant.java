package io.sluice.provider;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayException;
import java.time.Duration;
import java.time.Instant;

/**
 * How an account's key becomes the credential that its requests carry, where the key itself does not go on the wire. Pure;
 * made anew for each request and cheap to make: keys are parsed when the credential is. {@link Credentials} keeps what
 * comes of it.
 */
public sealed interface TokenGrant {
    /** Made here, of the key and the time: a signature that is checked by the provider. */
    non-sealed interface Signed extends TokenGrant {
        /**
         * Makes a credential. Runs on the event loop: tens of microseconds at most.
         *
         * @param now wall clock
         * @throws GatewayException when the key has not the form that the provider gives out
         */
        Token sign(Instant now);
    }

    /** Given out by a token endpoint. */
    non-sealed interface Asked extends TokenGrant {
        /**
         * Writes the request for a credential. Runs on a worker: it may sign.
         *
         * @param now wall clock
         * @throws GatewayException when the key has not the form that the provider gives out
         */
        TokenCall call(Instant now);

        /**
         * Reads the endpoint's answer.
         *
         * @param status HTTP status
         * @param body its body, at most 64 KiB
         * @throws GatewayException with an {@link io.sluice.domain.failure.GatewayFailure.UpstreamFailure}: of kind
         *     {@code ACCOUNT_REFUSED} when the key is not good any more, of another when the endpoint has a fault
         */
        Token read(int status, byte[] body);
    }

    /**
     * A request to a token endpoint, always a {@code POST}.
     *
     * @param url {@code https}, or {@code http} to a loopback address; with its query
     * @param contentType of the body
     * @param body may be empty
     */
    record TokenCall(String url, String contentType, byte[] body) {}

    /**
     * A credential for a time.
     *
     * @param text stands in the place of {@link io.sluice.domain.pool.Account#key()} when requests are written
     * @param lifetime how long it is good for, from now; at most 30 days are believed
     */
    record Token(Secret text, Duration lifetime) {}
}
