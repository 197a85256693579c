package io.sluice.log;

/** Logger names as they are printed. */
final class LoggerName {
    private static final String BASE = "io.sluice.";

    private LoggerName() {}

    /** The package for the product's own classes ({@code node}), else the last part of the name. */
    static String brief(String name) {
        if (name.startsWith(BASE)) {
            int end = name.lastIndexOf('.');
            return end > BASE.length() ? name.substring(BASE.length(), end) : name.substring(BASE.length());
        }
        return name.substring(name.lastIndexOf('.') + 1);
    }
}
