package io.sluice.domain.seal;

/** A key management service: keys that never leave it. Calls block; they are made on workers, one at a time. */
public interface KeyService {
    /**
     * Wraps a key under the newest key of the service.
     *
     * @param key 32 bytes
     * @return 1 to 1024 characters of visible ASCII
     * @throws SealFailure when it does not answer, or refuses
     */
    String wrap(byte[] key) throws SealFailure;

    /**
     * Unwraps a key.
     *
     * @param wrapped what {@link #wrap} gave
     * @throws SealFailure when it does not answer, or refuses
     */
    byte[] unwrap(String wrapped) throws SealFailure;
}
