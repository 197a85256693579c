package io.sluice.config;

import io.sluice.domain.key.KeyHash;

/**
 * The virtual key of the sample configuration. Everybody knows it, so it is accepted only while every channel is the
 * built-in simulator.
 */
public final class SampleKey {
    /** Its text. */
    public static final String TEXT = "sk-sluice-sample-not-a-secret-0000000000";

    private static final KeyHash HASH = KeyHash.ofKey(TEXT);

    private SampleKey() {}

    /** Whether a virtual key is the sample key, written out or as its hash. */
    public static boolean isSample(KeyHash hash) {
        return HASH.equals(hash);
    }
}
