package io.sluice.message;

import java.util.List;

/**
 * A change of the files was refused; the revision stays. Published to {@link Address#RELOAD_FAILED}, once for each bad
 * state of the files, and without errors when they say again what is in force.
 *
 * @param errors every error, as shown to an operator: file, line, path and what is wrong; never a secret
 * @param places of every error, file and line only: nothing of what stands there
 */
public record ReloadFailed(List<String> errors, List<String> places) {
    /** Copies the lists. */
    public ReloadFailed {
        places = List.copyOf(places);
        errors = List.copyOf(errors);
    }
}
