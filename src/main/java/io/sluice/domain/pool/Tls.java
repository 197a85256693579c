package io.sluice.domain.pool;

import io.sluice.domain.Secret;
import java.io.ByteArrayInputStream;
import java.security.GeneralSecurityException;
import java.security.cert.CertificateFactory;
import java.security.cert.X509Certificate;
import java.util.ArrayList;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Whom the gateway trusts and who it is when it connects to a provider over TLS. All is text of PEM files; host names are
 * verified whatever it says.
 *
 * @param authorities certificates of authorities; null for none but the system's
 * @param systemAuthorities whether the system's authorities are trusted too
 * @param certificate the gateway's certificate and its chain; null where it shows none
 * @param key the certificate's private key, PKCS #8; null exactly where the certificate is
 */
public record Tls(
        @Nullable Secret authorities,
        boolean systemAuthorities,
        @Nullable Secret certificate,
        @Nullable Secret key) {
    /** The system's authorities, and no certificate. */
    public static final Tls SYSTEM = new Tls(null, true, null, null);

    private static final Pattern CERTIFICATE =
            Pattern.compile("-----BEGIN CERTIFICATE-----([A-Za-z0-9+/=\\s]*)-----END CERTIFICATE-----");

    /**
     * The certificates of a PEM text, in order; what stands between them is left out.
     *
     * @throws GeneralSecurityException when one cannot be read
     */
    public static List<X509Certificate> certificates(String pem) throws GeneralSecurityException {
        CertificateFactory factory = CertificateFactory.getInstance("X.509");
        List<X509Certificate> certificates = new ArrayList<>();
        Matcher blocks = CERTIFICATE.matcher(pem);
        while (blocks.find()) {
            byte[] bytes;
            try {
                bytes = Base64.getMimeDecoder().decode(blocks.group(1));
            } catch (IllegalArgumentException e) {
                throw new GeneralSecurityException("not Base64", e);
            }
            certificates.add((X509Certificate) factory.generateCertificate(new ByteArrayInputStream(bytes)));
        }
        return certificates;
    }
}
