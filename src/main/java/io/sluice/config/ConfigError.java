package io.sluice.config;

/**
 * One thing that is wrong in the files.
 *
 * @param file file name relative to the configuration directory
 * @param line line, from 1; 0 when the whole file is meant
 * @param column column, from 1; 0 when the whole line is meant
 * @param path where in the structure, for example {@code channels[0].accounts[1].limits.rpm}; empty for the file
 * @param message what is wrong and what would be right
 */
public record ConfigError(String file, int line, int column, String path, String message) {
    /** File and line, without anything of what stands there. */
    public String where() {
        return line > 0 ? file + ":" + line : file;
    }

    @Override
    public String toString() {
        StringBuilder text = new StringBuilder(file);
        if (line > 0) {
            text.append(':').append(line);
            if (column > 0) {
                text.append(':').append(column);
            }
        }
        text.append(": ");
        if (!path.isEmpty()) {
            text.append(path).append(": ");
        }
        return text.append(message).toString();
    }
}
