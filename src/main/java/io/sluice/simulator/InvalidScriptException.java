package io.sluice.simulator;

import java.util.List;

/** A script that cannot be taken; the message has a line for each error. */
public final class InvalidScriptException extends Exception {
    private static final long serialVersionUID = 1L;

    /**
     * Names what is wrong.
     *
     * @param source file name, or what else the script came from
     * @param errors one sentence each, at least one
     */
    public InvalidScriptException(String source, List<String> errors) {
        super(source + ": " + String.join("\n" + source + ": ", errors));
    }
}
