package io.sluice.admin.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.time.Instant;
import java.util.Base64;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Somebody who has signed in with a browser. It is kept by the browser alone, sealed, in a cookie that pages cannot read.
 *
 * @param id random, and a secret: who knows it can make {@link #csrf}
 * @param subject who it is, as the {@code Authenticator} finds them again: what they may do is looked up at each request
 * @param since when they signed in
 * @param seen when they last did something, to the minute
 */
public record Session(String id, String subject, Instant since, Instant seen) {
    private static final String HMAC = "HmacSHA256";

    /** What a page of ours sends back with every request that changes something, and no other page can know. */
    public String csrf() {
        try {
            Mac mac = Mac.getInstance(HMAC);
            mac.init(new SecretKeySpec(id.getBytes(UTF_8), HMAC));
            return Base64.getUrlEncoder().withoutPadding().encodeToString(mac.doFinal("sluice csrf".getBytes(UTF_8)));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HMAC-SHA-256", e);
        }
    }

    /** The same, which has just done something. */
    public Session at(Instant now) {
        return new Session(id, subject, since, now);
    }

    @Override
    public String toString() {
        return "Session[" + subject.replaceFirst(":.*", "") + ", since=" + since + "]";
    }
}
