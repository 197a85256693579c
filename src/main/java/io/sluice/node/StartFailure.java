package io.sluice.node;

import java.util.List;

/** The node cannot start, for reasons that an operator can act on. */
public final class StartFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * A reason.
     *
     * @param message one line for the operator
     */
    public StartFailure(String message) {
        super(message, null, false, false);
    }

    /**
     * Several reasons.
     *
     * @param lines one line each
     */
    public StartFailure(List<String> lines) {
        this(String.join("\n", lines));
    }
}
