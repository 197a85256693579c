package io.sluice.domain.seal;

/** Where random bytes come from; must be a cryptographic source. Safe on any thread. */
@FunctionalInterface
public interface Entropy {
    /**
     * Random bytes.
     *
     * @param count how many, at least 1
     */
    byte[] bytes(int count);
}
