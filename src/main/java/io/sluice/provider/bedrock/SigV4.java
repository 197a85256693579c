package io.sluice.provider.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.time.Instant;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.stream.Collectors;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;

/**
 * Signs requests: AWS Signature Version 4 with a key (AWS Identity and Access Management user guide, "Create a signed AWS
 * API request", 2026). Without state.
 */
final class SigV4 {
    private static final String ALGORITHM = "AWS4-HMAC-SHA256";
    private static final DateTimeFormatter MOMENT =
            DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'").withZone(ZoneOffset.UTC);
    private static final int DATE = 8;
    private static final String UNRESERVED = "-._~";

    private SigV4() {}

    /**
     * A moment as {@code x-amz-date} tells it.
     *
     * @param seconds since 1970
     */
    static String moment(long seconds) {
        return MOMENT.format(Instant.ofEpochSecond(seconds));
    }

    /**
     * The {@code Authorization} header of a request without a query.
     *
     * @param key who signs
     * @param region such as {@code eu-west-1}
     * @param service such as {@code bedrock}
     * @param method the HTTP method
     * @param path as it is on the wire, escapes included; they are escaped once more here
     * @param headers all that are signed, names in lower case; {@code x-amz-date} is among them
     * @param payloadHash SHA-256 of the body in hex
     */
    static String authorization(
            AwsKey key,
            String region,
            String service,
            String method,
            String path,
            SortedMap<String, String> headers,
            String payloadHash) {
        String moment = String.valueOf(headers.get("x-amz-date"));
        String date = moment.substring(0, DATE);
        String names = String.join(";", headers.keySet());
        String lines = headers.entrySet().stream()
                .map(header -> header.getKey() + ":" + header.getValue().strip() + "\n")
                .collect(Collectors.joining());
        String canonical = method + "\n" + canonicalPath(path) + "\n\n" + lines + "\n" + names + "\n" + payloadHash;
        String scope = date + "/" + region + "/" + service + "/aws4_request";
        String toSign = ALGORITHM + "\n" + moment + "\n" + scope + "\n" + sha256(canonical.getBytes(UTF_8));
        byte[] signature = hmac(signingKey(key.secret(), date, region, service), toSign);
        return ALGORITHM + " Credential=" + key.accessKeyId() + "/" + scope + ", SignedHeaders=" + names
                + ", Signature=" + HexFormat.of().formatHex(signature);
    }

    /**
     * The key of one day, region and service.
     *
     * @param date such as {@code 20260131}
     */
    static byte[] signingKey(String secret, String date, String region, String service) {
        byte[] ofDate = hmac(("AWS4" + secret).getBytes(UTF_8), date);
        return hmac(hmac(hmac(ofDate, region), service), "aws4_request");
    }

    /** SHA-256 in hex. */
    static String sha256(byte[] bytes) {
        try {
            return HexFormat.of().formatHex(MessageDigest.getInstance("SHA-256").digest(bytes));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has SHA-256", e);
        }
    }

    private static byte[] hmac(byte[] key, String text) {
        try {
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(key, "HmacSHA256"));
            return mac.doFinal(text.getBytes(UTF_8));
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every JVM has HmacSHA256", e);
        }
    }

    /** The path with each segment escaped once more. */
    static String canonicalPath(String path) {
        StringBuilder canonical = new StringBuilder(path.length() + 16);
        for (String segment : path.split("/", -1)) {
            canonical
                    .append(canonical.isEmpty() && segment.isEmpty() ? "" : escape(segment))
                    .append('/');
        }
        canonical.setLength(canonical.length() - 1);
        return canonical.isEmpty() ? "/" : canonical.toString();
    }

    /** A text as one segment of a path: all but letters, digits and {@code -._~} in percent signs (RFC 3986, 2.3). */
    static String escape(String text) {
        StringBuilder escaped = new StringBuilder(text.length() + 16);
        for (byte b : text.getBytes(UTF_8)) {
            boolean plain = b >= 'a' && b <= 'z'
                    || b >= 'A' && b <= 'Z'
                    || b >= '0' && b <= '9'
                    || b > 0 && UNRESERVED.indexOf(b) >= 0;
            if (plain) {
                escaped.append((char) b);
            } else {
                escaped.append('%').append(HexFormat.of().withUpperCase().toHexDigits(b));
            }
        }
        return escaped.toString();
    }
}
