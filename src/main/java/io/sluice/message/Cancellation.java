package io.sluice.message;

/** Tells the holder of an exchange that its client has left. One-shot; used on the lane's event loop. */
public interface Cancellation {
    /** Whether the client has left. */
    boolean isCancelled();

    /**
     * Sets the one listener, called at most once; at once when the client has already left.
     *
     * @param listener what to do
     */
    void onCancel(Runnable listener);
}
