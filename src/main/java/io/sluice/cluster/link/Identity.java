package io.sluice.cluster.link;

import io.sluice.domain.Secret;
import java.security.SecureRandom;
import java.util.Optional;
import java.util.function.Function;

/**
 * What this node says of itself, and how it proves it, at the begin of every connection.
 *
 * @param self this run of this node
 * @param program version of the program
 * @param clusterName what every member knows
 * @param random draws nonces
 */
record Identity(Link.Peer self, String program, Secret clusterName, SecureRandom random) {
    /**
     * Begins a handshake.
     *
     * @param role which side this node is
     * @param objection why a peer of some name is not wanted; empty when it is
     */
    Handshake handshake(Handshake.Role role, Function<Link.Peer, Optional<String>> objection) {
        byte[] nonce = new byte[Hello.NONCE];
        random.nextBytes(nonce);
        Hello hello = new Hello(Handshake.OLDEST_VERSION, Handshake.NEWEST_VERSION, nonce, self, program);
        return new Handshake(role, hello, clusterName, objection);
    }
}
