package io.sluice.store;

/** An idempotency key came again with another request. Nothing was changed. */
public final class KeyReused extends RuntimeException {
    private static final long serialVersionUID = 1L;

    KeyReused() {
        super("this idempotency key was used for another request", null, false, false);
    }
}
