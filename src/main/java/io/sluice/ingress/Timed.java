package io.sluice.ingress;

/** Something that may take too long; asked by its lane's sweep, several times a second. */
interface Timed {
    /**
     * Ends what took too long.
     *
     * @param now monotonic nanoseconds
     */
    void check(long now);
}
