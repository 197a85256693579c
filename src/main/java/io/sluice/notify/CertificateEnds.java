package io.sluice.notify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import io.sluice.domain.pool.Tls;
import io.sluice.notify.ExpiryWatch.Life;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.cert.X509Certificate;
import java.util.Comparator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** When certificate files end: the first of what a file holds. Blocks; keeps nothing. */
final class CertificateEnds {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateEnds.class);
    private static final int MOST_BYTES = 1024 * 1024;

    private CertificateEnds() {}

    /** By file. One that cannot be read, perhaps because it is being written, is left out. */
    static Map<String, Life> of(List<Path> files) {
        Map<String, Life> ends = new LinkedHashMap<>();
        for (Path file : files) {
            try (InputStream in = Files.newInputStream(file)) {
                Tls.certificates(new String(in.readNBytes(MOST_BYTES), US_ASCII)).stream()
                        .min(Comparator.comparing(X509Certificate::getNotAfter))
                        .ifPresent(first -> ends.put(
                                file.toString(),
                                new Life(
                                        first.getNotBefore().toInstant(),
                                        first.getNotAfter().toInstant())));
            } catch (IOException | GeneralSecurityException e) {
                LOG.debug("the certificate file {} cannot be read", file, e);
            }
        }
        return ends;
    }
}
