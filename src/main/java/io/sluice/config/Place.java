package io.sluice.config;

/**
 * Where something stands in the files.
 *
 * @param file file name relative to the configuration directory
 * @param line from 1; 0 when the whole file is meant
 * @param column from 1; 0 when the whole line is meant
 * @param path where in the structure; empty for the file
 */
record Place(String file, int line, int column, String path) {
    /** A whole file. */
    static Place of(String file) {
        return new Place(file, 0, 0, "");
    }

    /** The same position under a longer path. */
    Place at(String step) {
        return new Place(file, line, column, join(path, step));
    }

    /** A path and one step more; list indexes and patterns in brackets take no dot. */
    static String join(String path, String step) {
        return path.isEmpty() ? step : step.startsWith("[") ? path + step : path + "." + step;
    }

    /** {@code file:line}, as messages about another place name this one. */
    String where() {
        return line > 0 ? file + ":" + line : file;
    }
}
