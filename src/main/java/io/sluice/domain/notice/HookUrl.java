package io.sluice.domain.notice;

import io.sluice.domain.Secret;

/**
 * Where a webhook is. Such addresses hold tokens, so nothing of it is shown but a fingerprint.
 *
 * @param tls whether the scheme is https
 * @param host host name or address, without brackets
 * @param port 1 to 65535
 * @param target path and query; begins with a slash
 */
public record HookUrl(boolean tls, String host, int port, Secret target) {
    /** Names the address without telling it: twelve hex digits. */
    public String fingerprint() {
        return Secret.of(tls + " " + host + " " + port + " " + target.reveal()).fingerprint();
    }

    @Override
    public String toString() {
        return "***";
    }
}
