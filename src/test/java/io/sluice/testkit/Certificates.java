package io.sluice.testkit;

import io.sluice.config.TlsConfig;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import javax.net.ssl.SSLContext;
import javax.net.ssl.TrustManagerFactory;

/**
 * A self-signed certificate for {@code localhost} and {@code provider.test}, made by the JDK's own keytool.
 *
 * @param tls PEM files of the certificate and its key
 * @param trusting a context for clients that trusts this certificate only
 */
public record Certificates(TlsConfig tls, SSLContext trusting) {
    /** Of the store that holds certificate and key, {@code store.p12} in the directory. */
    static final String PASSWORD = "test-password";

    /**
     * Makes a certificate.
     *
     * @param directory an empty directory that outlives it
     */
    public static Certificates in(Path directory) {
        try {
            Path store = directory.resolve("store.p12");
            keytool(store);
            KeyStore keys = KeyStore.getInstance("PKCS12");
            try (InputStream in = Files.newInputStream(store)) {
                keys.load(in, PASSWORD.toCharArray());
            }
            byte[] certificate = keys.getCertificate("test").getEncoded();
            byte[] key = keys.getKey("test", PASSWORD.toCharArray()).getEncoded();
            Path certificateFile = pem(directory.resolve("tls.crt"), "CERTIFICATE", certificate);
            Path keyFile = pem(directory.resolve("tls.key"), "PRIVATE KEY", key);
            return new Certificates(new TlsConfig(certificateFile, keyFile), trusting(keys));
        } catch (IOException | GeneralSecurityException | InterruptedException e) {
            throw new AssertionError("no certificate", e);
        }
    }

    private static void keytool(Path store) throws IOException, InterruptedException {
        Path tool = Path.of(System.getProperty("java.home"), "bin", "keytool");
        Process process = new ProcessBuilder(
                        tool.toString(),
                        "-genkeypair",
                        "-alias",
                        "test",
                        "-keyalg",
                        "EC",
                        "-groupname",
                        "secp256r1",
                        "-dname",
                        "CN=localhost",
                        "-ext",
                        "SAN=dns:localhost,dns:provider.test,ip:127.0.0.1",
                        "-validity",
                        "30",
                        "-storetype",
                        "PKCS12",
                        "-keystore",
                        store.toString(),
                        "-storepass",
                        PASSWORD)
                .redirectErrorStream(true)
                .start();
        String said = new String(process.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
        if (!process.waitFor(30, TimeUnit.SECONDS) || process.exitValue() != 0) {
            process.destroyForcibly();
            throw new AssertionError("keytool: " + said);
        }
    }

    private static Path pem(Path file, String label, byte[] bytes) throws IOException {
        String text = Base64.getMimeEncoder(64, new byte[] {'\n'}).encodeToString(bytes);
        return Files.writeString(file, "-----BEGIN " + label + "-----\n" + text + "\n-----END " + label + "-----\n");
    }

    private static SSLContext trusting(KeyStore keys) throws GeneralSecurityException, IOException {
        KeyStore trusted = KeyStore.getInstance("PKCS12");
        trusted.load(null, null);
        trusted.setCertificateEntry("test", keys.getCertificate("test"));
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(trusted);
        SSLContext context = SSLContext.getInstance("TLS");
        context.init(null, factory.getTrustManagers(), null);
        return context;
    }
}
