package io.sluice.domain.seal;

import java.util.Set;

/**
 * The keys under which data keys are wrapped: local ones, or those of a key management service, which then never leave it. A
 * call may block; it is made on worker threads only, and may come from several at once.
 */
public interface MasterKeys {
    /** Id of the key that wraps now; 1 to 64 letters, digits and {@code _ -}. */
    String newest();

    /** Ids of all keys that unwrap, the newest among them. */
    Set<String> known();

    /**
     * Wraps a data key under the newest key.
     *
     * @param dataKey 32 bytes
     * @param boundTo what must be said again to unwrap it
     * @return what {@link #unwrap} takes; different each time
     * @throws SealFailure when the key does not answer
     */
    byte[] wrap(byte[] dataKey, byte[] boundTo) throws SealFailure;

    /**
     * Unwraps a data key.
     *
     * @param id of the key that it was wrapped under
     * @param wrapped what {@link #wrap} gave
     * @param boundTo what was said to {@link #wrap}
     * @return 32 bytes
     * @throws SealFailure when the key is not known or does not answer, or the rest is not what it was
     */
    byte[] unwrap(String id, byte[] wrapped, byte[] boundTo) throws SealFailure;

    /**
     * Begins to wrap under the newest key there is, when a service has made another one meanwhile.
     *
     * @throws SealFailure when it does not answer; everything stays as it was
     */
    default void freshen() throws SealFailure {}

    /**
     * Whether something wrapped would be wrapped otherwise now.
     *
     * @param id of the key that it was wrapped under
     * @param wrapped what {@link #wrap} gave
     */
    default boolean isOld(String id, byte[] wrapped) {
        return !id.equals(newest());
    }
}
