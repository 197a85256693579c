package io.sluice.cli;

import java.util.List;

/** A command cannot do its work, for reasons that the caller can act on. Printed without a stack trace; exit code 1. */
final class CliFailure extends Exception {
    private static final long serialVersionUID = 1L;

    /** One line for each problem. */
    CliFailure(List<String> lines) {
        super(String.join("\n", lines), null, false, false);
    }

    CliFailure(String line) {
        this(List.of(line));
    }
}
