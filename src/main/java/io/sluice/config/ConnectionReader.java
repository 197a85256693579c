package io.sluice.config;

import io.sluice.domain.Secret;
import io.sluice.domain.pool.Proxy;
import io.sluice.domain.pool.Tls;
import java.net.URLDecoder;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.KeyFactory;
import java.security.PrivateKey;
import java.security.PublicKey;
import java.security.Signature;
import java.security.cert.X509Certificate;
import java.security.spec.InvalidKeySpecException;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.List;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/** Reads {@code proxy} and {@code tls} of a channel or an account: how its provider is connected. */
final class ConnectionReader {
    private static final Pattern PROXY =
            Pattern.compile("(http|socks5)://(?:(.+)@)?(\\[[^\\]]*]|[^:@/?#]+):([0-9]{1,5})/?", Pattern.DOTALL);
    private static final Pattern PRIVATE_KEY =
            Pattern.compile("-----BEGIN PRIVATE KEY-----([A-Za-z0-9+/=\\s]*)-----END PRIVATE KEY-----");
    private static final String PROXY_FORMS =
            "is no proxy; write http://host:port or socks5://host:port, with user:password@ before the host if it wants them";
    private static final int LONGEST = 255;

    private ConnectionReader() {}

    /**
     * The proxy; {@code otherwise} when nothing is said, null for {@code none}.
     *
     * @param publicOnly whether it may not be in a private network
     */
    static @Nullable Proxy proxy(Section section, @Nullable Proxy otherwise, String shownDefault, boolean publicOnly) {
        Option option = new Option(section.path("proxy"), "secret", shownDefault, "http://…, socks5://… or none");
        Secret text = section.secret("proxy", option, value -> {
            if (!value.equals("none") && BaseUrls.isPrivate(parse(value).host()) && publicOnly) {
                throw new IllegalArgumentException(
                        "names a proxy in a private network; set allow-private: true at the channel if that is meant");
            }
            return value;
        });
        if (text == null) {
            return section.has("proxy") ? null : otherwise;
        }
        return text.reveal().equals("none") ? null : parse(text.reveal());
    }

    private static Proxy parse(String text) {
        Matcher url = PROXY.matcher(text);
        if (!url.matches()) {
            throw new IllegalArgumentException(PROXY_FORMS);
        }
        int port = Integer.parseInt(url.group(4));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("names a port outside 1 to 65535");
        }
        Secret user = null;
        Secret password = null;
        if (url.group(2) != null) {
            String[] parts = url.group(2).split(":", 2);
            if (parts.length < 2) {
                throw new IllegalArgumentException(
                        "names a user without a password; write user:password@ before the host");
            }
            user = credential(parts[0]);
            password = credential(parts[1]);
        }
        Proxy.Kind kind = url.group(1).equals("http") ? Proxy.Kind.HTTP : Proxy.Kind.SOCKS5;
        return new Proxy(kind, BaseUrls.host(url.group(3)), port, user, password);
    }

    private static Secret credential(String escaped) {
        String text;
        try {
            text = URLDecoder.decode(escaped.replace("+", "%2B"), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("holds a % that begins no escape; write %25", e);
        }
        if (text.isEmpty()
                || text.getBytes(StandardCharsets.UTF_8).length > LONGEST
                || text.chars().anyMatch(Character::isISOControl)) {
            throw new IllegalArgumentException(
                    "holds a user or password that is empty, longer than 255 bytes or has a control character");
        }
        return Secret.of(text);
    }

    /** What TLS connections trust and show; {@code otherwise} when nothing is said. */
    static Tls tls(Section section, Tls otherwise) {
        Section tls = section.section("tls");
        String authorities = tls.pemText("ca", false);
        boolean system = tls.flag("system-ca", true);
        String certificate = tls.pemText("cert", false);
        String key = tls.pemText("key", true);
        if (tls.has("cert") != tls.has("key")) {
            tls.error(tls.has("cert") ? "key" : "cert", "is missing; a client certificate is cert and key");
        }
        if (!system && !tls.has("ca")) {
            tls.error("system-ca", "false trusts nobody; name ca");
        }
        if (authorities != null) {
            certificates(tls, "ca", authorities);
        }
        if (certificate != null && key != null) {
            pair(tls, certificate, key);
        }
        return tls.isPresent() ? new Tls(secret(authorities), system, secret(certificate), secret(key)) : otherwise;
    }

    private static @Nullable Secret secret(@Nullable String text) {
        return text == null || text.isEmpty() ? null : Secret.of(text);
    }

    private static List<X509Certificate> certificates(Section tls, String key, String pem) {
        try {
            List<X509Certificate> certificates = Tls.certificates(pem);
            if (certificates.isEmpty()) {
                tls.error(key, "the file holds no certificate; it begins with -----BEGIN CERTIFICATE-----");
            }
            return certificates;
        } catch (GeneralSecurityException e) {
            tls.error(key, "the file holds a certificate that cannot be read");
            return List.of();
        }
    }

    /** Reports a certificate and a key that are not of each other. */
    private static void pair(Section tls, String certificatePem, String keyPem) {
        List<X509Certificate> chain = certificates(tls, "cert", certificatePem);
        PrivateKey key = privateKey(keyPem);
        if (key == null) {
            tls.error(
                    "key",
                    "the file holds no RSA or EC key in PKCS #8 without a password; make one with"
                            + " 'openssl pkcs8 -topk8 -nocrypt'");
        } else if (!chain.isEmpty() && !belong(chain.getFirst().getPublicKey(), key)) {
            tls.error("key", "is not the key of the certificate in cert");
        }
    }

    private static @Nullable PrivateKey privateKey(String pem) {
        Matcher block = PRIVATE_KEY.matcher(pem);
        if (!block.find()) {
            return null;
        }
        byte[] bytes;
        try {
            bytes = Base64.getMimeDecoder().decode(block.group(1));
        } catch (IllegalArgumentException e) {
            return null;
        }
        for (String algorithm : List.of("RSA", "EC")) {
            try {
                return KeyFactory.getInstance(algorithm).generatePrivate(new PKCS8EncodedKeySpec(bytes));
            } catch (InvalidKeySpecException e) {
                // Of the other algorithm, or of none.
            } catch (GeneralSecurityException e) {
                throw new IllegalStateException("every JVM has " + algorithm, e);
            }
        }
        return null;
    }

    private static boolean belong(PublicKey shown, PrivateKey key) {
        if (!shown.getAlgorithm().equals(key.getAlgorithm())) {
            return false;
        }
        try {
            Signature signature =
                    Signature.getInstance(key.getAlgorithm().equals("RSA") ? "SHA256withRSA" : "SHA256withECDSA");
            signature.initSign(key);
            signature.update((byte) 1);
            byte[] signed = signature.sign();
            signature.initVerify(shown);
            signature.update((byte) 1);
            return signature.verify(signed);
        } catch (GeneralSecurityException e) {
            return false;
        }
    }
}
