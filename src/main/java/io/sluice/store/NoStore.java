package io.sluice.store;

/** This node has no database, and is not meant to. Nothing was done. */
public final class NoStore extends RuntimeException {
    private static final long serialVersionUID = 1L;

    /** Says how to get one. */
    public NoStore() {
        super(
                "This node has no store: set store.url, or store.embedded: true, in node.yaml, and start it again.",
                null,
                false,
                false);
    }
}
