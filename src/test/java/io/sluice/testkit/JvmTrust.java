package io.sluice.testkit;

import java.nio.file.Path;
import java.util.Map;
import java.util.Properties;
import java.util.TreeMap;

/**
 * The certificates that this JVM trusts by default, exchanged for a while: whoever asks for the default trust from now on
 * gets these. The same as starting the JVM with {@code -Djavax.net.ssl.trustStore}.
 */
public final class JvmTrust implements AutoCloseable {
    private static final String STORE = "javax.net.ssl.trustStore";
    private static final String PASSWORD = "javax.net.ssl.trustStorePassword";

    private final Map<String, String> before = new TreeMap<>();

    private JvmTrust() {
        Properties now = System.getProperties();
        for (String name : new String[] {STORE, PASSWORD}) {
            if (now.getProperty(name) != null) {
                before.put(name, now.getProperty(name));
            }
        }
    }

    /** Trusts the certificates of a store made by {@link Certificates}, and no others. */
    public static JvmTrust only(Path store) {
        JvmTrust trust = new JvmTrust();
        System.setProperty(STORE, store.toString());
        System.setProperty(PASSWORD, Certificates.PASSWORD);
        return trust;
    }

    @Override
    public void close() {
        System.clearProperty(STORE);
        System.clearProperty(PASSWORD);
        before.forEach(System::setProperty);
    }
}
