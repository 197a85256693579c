package io.sluice.message;

import java.util.List;

/**
 * A change of the files was refused; the revision stays. Published to {@link Address#RELOAD_FAILED}, once for each bad
 * state of the files, and without errors when they say again what is in force.
 *
 * @param errors every error, as shown to an operator: file, line, path and what is wrong; never a secret
 * @param places of every error, file and line only: nothing of what stands there
 * @param faults every error in its parts
 */
public record ReloadFailed(List<String> errors, List<String> places, List<Fault> faults) {
    /** Copies the lists. */
    public ReloadFailed {
        faults = List.copyOf(faults);
        places = List.copyOf(places);
        errors = List.copyOf(errors);
    }

    /** Without the parts. */
    public ReloadFailed(List<String> errors, List<String> places) {
        this(errors, places, List.of());
    }

    /**
     * An error.
     *
     * @param file relative to the configuration directory
     * @param line from 1; 0 when the whole file is meant
     * @param column from 1; 0 when the whole line is meant
     * @param path where in the structure; empty for the file
     * @param message what is wrong and what would be right; never a secret
     */
    public record Fault(String file, int line, int column, String path, String message) {}
}
