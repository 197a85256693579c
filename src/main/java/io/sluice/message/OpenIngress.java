package io.sluice.message;

/** Lets a lane's ingress listen; sent once, when everything behind it stands. Answered with {@link Listening}. */
public record OpenIngress() {
    /**
     * The lane listens.
     *
     * @param port the port it listens on
     */
    public record Listening(int port) {}
}
