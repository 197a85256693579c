package io.sluice.cluster.link;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.Secret;
import io.vertx.core.buffer.Buffer;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Optional;
import java.util.function.Function;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;

/**
 * How two nodes prove to each other that they know the cluster's name, without telling it:
 *
 * <pre>
 *   dialler                              listener
 *      hello: versions, nonce, name   ──▶
 *                                     ◀──   hello: versions, nonce, name
 *      proof                          ──▶   checks it
 *      checks it                      ◀──   proof
 * </pre>
 *
 * A proof is HMAC-SHA256, keyed by the cluster's name, over the prover's role and both hellos as they were sent. So it holds
 * for one connection (nonces), one direction (role) and these two nodes only, and a version cannot be talked down. The
 * dialler proves first: a stranger who dials learns nothing that depends on the name. Pure: bytes in, bytes out.
 */
final class Handshake {
    /** The versions of the link's protocol that this program speaks; two programs one release apart share one. */
    static final int OLDEST_VERSION = 1;

    /** See {@link #OLDEST_VERSION}. */
    static final int NEWEST_VERSION = 1;

    /** Why both sides log that the names differ. */
    static final String WRONG_NAME = "wrong cluster name";

    private static final byte PROOF = 'P';
    private static final byte REFUSAL = 'R';
    private static final int PROOF_BYTES = 1 + 32;
    private static final int MAX_REASON = 200;

    /** Which side of a connection. */
    enum Role {
        /** Who connected. */
        DIALLER,
        /** Who was connected to. */
        LISTENER;

        Role other() {
            return this == DIALLER ? LISTENER : DIALLER;
        }
    }

    /** What a frame led to. */
    sealed interface Step {
        /**
         * Answer, and wait for more.
         *
         * @param answer the frame to send
         */
        record Answered(Buffer answer) implements Step {}

        /**
         * Both sides have proven themselves.
         *
         * @param last a frame to send before any other; null when there is none
         * @param hello who the other is
         */
        record Established(@Nullable Buffer last, Hello hello) implements Step {}

        /**
         * This side does not want the other.
         *
         * @param reason for both logs
         * @param farewell tells the other
         */
        record Refusing(String reason, Buffer farewell) implements Step {}

        /**
         * The other side does not want this one.
         *
         * @param reason what it said; not to be trusted
         */
        record RefusedThere(String reason) implements Step {}

        /** The other side does not speak this protocol; there is nobody to answer. */
        record Foreign() implements Step {}
    }

    private final Role role;
    private final Secret clusterName;
    private final Function<Link.Peer, Optional<String>> objection;
    private final Buffer mine;
    private @Nullable Buffer theirs;
    private @Nullable Hello other;

    /**
     * One side of a new connection.
     *
     * @param role which side
     * @param hello what it says first
     * @param clusterName what both must know
     * @param objection why a peer of some name is not wanted; empty when it is
     */
    Handshake(Role role, Hello hello, Secret clusterName, Function<Link.Peer, Optional<String>> objection) {
        this.role = role;
        this.clusterName = clusterName;
        this.objection = objection;
        this.mine = hello.encode();
    }

    /** Which side this is. */
    Role role() {
        return role;
    }

    /** What a dialler sends first. */
    Buffer hello() {
        return mine;
    }

    /** Takes the other side's next frame. */
    Step take(Buffer frame) {
        if (frame.length() == 0) {
            return new Step.Foreign();
        }
        if (frame.getByte(0) == REFUSAL && (role == Role.DIALLER || other != null)) {
            String reason = frame.getString(1, Math.min(frame.length(), MAX_REASON + 1), UTF_8.name());
            return new Step.RefusedThere(reason);
        }
        return other == null ? takeHello(frame) : takeProof(frame, other);
    }

    private Step takeHello(Buffer frame) {
        if (!Hello.isOne(frame)) {
            return new Step.Foreign();
        }
        if (Hello.newest(frame) < Hello.oldest(mine) || Hello.oldest(frame) > Hello.newest(mine)) {
            Buffer dialler = role == Role.DIALLER ? mine : frame;
            Buffer listener = role == Role.DIALLER ? frame : mine;
            return refuse(
                    "the dialler speaks link version " + versions(dialler) + ", the listener " + versions(listener));
        }
        Hello hello = Hello.decode(frame);
        if (hello == null) {
            return new Step.Foreign();
        }
        theirs = frame;
        other = hello;
        if (role == Role.LISTENER) {
            return new Step.Answered(mine);
        }
        Optional<String> unwanted = objection.apply(hello.peer());
        return unwanted.isPresent() ? refuse(unwanted.get()) : new Step.Answered(proof(Role.DIALLER));
    }

    private Step takeProof(Buffer frame, Hello hello) {
        if (frame.length() != PROOF_BYTES || frame.getByte(0) != PROOF) {
            return new Step.Foreign();
        }
        if (!MessageDigest.isEqual(frame.getBytes(), proof(role.other()).getBytes())) {
            return refuse(WRONG_NAME);
        }
        if (role == Role.DIALLER) {
            return new Step.Established(null, hello);
        }
        Optional<String> unwanted = objection.apply(hello.peer());
        return unwanted.isPresent() ? refuse(unwanted.get()) : new Step.Established(proof(Role.LISTENER), hello);
    }

    private Buffer proof(Role prover) {
        Buffer there = theirs == null ? Buffer.buffer() : theirs;
        Buffer first = role == Role.DIALLER ? mine : there;
        Buffer second = role == Role.DIALLER ? there : mine;
        Buffer proven = Buffer.buffer()
                .appendString("sluice link " + prover)
                .appendInt(first.length())
                .appendBuffer(first)
                .appendInt(second.length())
                .appendBuffer(second);
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(clusterName.reveal().getBytes(UTF_8), "HmacSHA256"));
            return Buffer.buffer(PROOF_BYTES).appendByte(PROOF).appendBytes(mac.doFinal(proven.getBytes()));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    private static Step refuse(String reason) {
        return new Step.Refusing(reason, Buffer.buffer().appendByte(REFUSAL).appendString(reason));
    }

    private static String versions(Buffer hello) {
        int oldest = Hello.oldest(hello);
        int newest = Hello.newest(hello);
        return oldest == newest ? String.valueOf(newest) : oldest + " to " + newest;
    }
}
