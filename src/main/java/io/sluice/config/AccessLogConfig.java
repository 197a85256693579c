package io.sluice.config;

import java.nio.file.Path;
import java.time.Duration;

/**
 * Where the access log goes.
 *
 * @param to the place
 * @param path the file, where it is one
 * @param maxBytes a file that is larger gets a successor
 * @param maxAge a file that is older gets a successor
 * @param keepFiles how many earlier files are kept
 * @param keepBytes how much they may take together
 */
public record AccessLogConfig(To to, Path path, long maxBytes, Duration maxAge, int keepFiles, long keepBytes) {
    /** Among the other lines of the log. */
    public static final AccessLogConfig DEFAULT =
            new AccessLogConfig(To.LOG, Path.of("access.log"), 100L << 20, Duration.ofDays(1), 14, 1L << 30);

    /** The place of the access log. */
    public enum To {
        /** Standard error, among the other lines, in the format of {@code log}. */
        LOG,
        /** Standard output, one JSON object a line. */
        STDOUT,
        /** A file, one JSON object a line. */
        FILE,
        /** Nowhere. */
        OFF
    }
}
