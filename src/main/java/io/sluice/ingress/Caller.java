package io.sluice.ingress;

import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.VirtualKey;

/**
 * Who asks.
 *
 * @param key the virtual key
 * @param credential the one of its credentials that the request carries
 */
record Caller(VirtualKey key, KeyHash credential) {}
