package io.sluice;

import java.lang.reflect.InvocationTargetException;

/**
 * Starts the command line, or says in one line why this JVM cannot.
 *
 * <p>Compiled for Java 8, so that it also runs on a JVM that is too old for the rest; hence the reflection.
 */
public final class Main {
    private static final int MIN_JAVA = 21;

    private Main() {}

    /**
     * Dispatches to {@code io.sluice.cli.SluiceCommand} and exits with its code.
     *
     * @param args the command line
     */
    public static void main(String[] args) throws ReflectiveOperationException {
        String specification = System.getProperty("java.specification.version");
        int feature = specification.startsWith("1.")
                ? Integer.parseInt(specification.substring(2))
                : Integer.parseInt(specification);
        if (feature < MIN_JAVA) {
            System.err.println("sluice: needs Java " + MIN_JAVA + " or newer; this is Java " + specification + " ("
                    + System.getProperty("java.home") + ")");
            System.exit(1);
        }
        try {
            Class.forName("io.sluice.cli.SluiceCommand")
                    .getMethod("main", String[].class)
                    .invoke(null, (Object) args);
        } catch (InvocationTargetException e) {
            if (e.getCause() instanceof RuntimeException) {
                throw (RuntimeException) e.getCause();
            }
            throw e;
        }
    }
}
