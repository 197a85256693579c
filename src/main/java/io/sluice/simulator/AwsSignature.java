package io.sluice.simulator;

import io.vertx.core.http.HttpServerRequest;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDateTime;
import java.time.ZoneOffset;
import java.time.format.DateTimeFormatter;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * A request's AWS signature, version 4 (AWS General Reference, Signing AWS API requests, 2026).
 *
 * @param key access key id
 * @param scope date, region, service and {@code aws4_request}
 * @param signedHeaders names of the signed headers
 * @param signature in hexadecimal
 */
record AwsSignature(String key, String scope, List<String> signedHeaders, String signature) {
    private static final Pattern FORM = Pattern.compile("AWS4-HMAC-SHA256 Credential=([A-Za-z0-9_.-]+)/"
            + "(\\d{8}/[a-z0-9-]+/bedrock/aws4_request), ?SignedHeaders=([a-z0-9;-]+), ?Signature=([0-9a-f]{64})");
    private static final DateTimeFormatter TIME = DateTimeFormatter.ofPattern("yyyyMMdd'T'HHmmss'Z'", Locale.ROOT);
    private static final Duration SKEW = Duration.ofMinutes(5);

    /** Reads an {@code Authorization} header; null when it has not the form for Bedrock. */
    static @Nullable AwsSignature read(String header) {
        Matcher form = FORM.matcher(header);
        return form.matches()
                ? new AwsSignature(
                        form.group(1), form.group(2), List.of(form.group(3).split(";")), form.group(4))
                : null;
    }

    /** What is wrong with the form around the signature; null for nothing. */
    @Nullable
    String complaint(HttpServerRequest request, Instant now) {
        String date = request.getHeader("x-amz-date");
        if (date == null) {
            return "Authorization header requires existence of either a 'X-Amz-Date' or a 'Date' header.";
        }
        if (!signedHeaders.contains("host") || !signedHeaders.contains("x-amz-date")) {
            return "'Host' and 'X-Amz-Date' must be a 'SignedHeader' in the AWS Authorization.";
        }
        for (String name : List.of("x-amz-security-token", "x-amz-content-sha256")) {
            if (request.getHeader(name) != null && !signedHeaders.contains(name)) {
                return "'" + name + "' must be a 'SignedHeader' in the AWS Authorization.";
            }
        }
        if (!signedHeaders.equals(signedHeaders.stream().sorted().toList())) {
            return "SignedHeaders must be sorted.";
        }
        Instant at;
        try {
            at = LocalDateTime.parse(date, TIME).toInstant(ZoneOffset.UTC);
        } catch (DateTimeException e) {
            return "Date must be in ISO-8601 'basic format'. Got '" + date + "'.";
        }
        if (!scope.startsWith(date.substring(0, 8))) {
            return "Date in Credential scope does not match YYYYMMDD from ISO-8601 version of date from HTTP";
        }
        return Duration.between(at, now).abs().compareTo(SKEW) > 0
                ? "Signature expired: " + date + " is not within five minutes of now"
                : null;
    }

    /** Whether the signature is the one that a secret key makes. */
    boolean fits(HttpServerRequest request, byte[] body, String secret) {
        String hash = Signatures.sha256(body);
        String told = request.getHeader("x-amz-content-sha256");
        if (told != null && !told.equals(hash)) {
            return false;
        }
        StringBuilder canonical = new StringBuilder(request.method().name())
                .append('\n')
                .append(encoded(request.path()))
                .append('\n')
                .append(query(request.query()))
                .append('\n');
        for (String name : signedHeaders) {
            String value = name.equals("host") && request.authority() != null
                    ? request.authority().toString()
                    : String.join(",", request.headers().getAll(name));
            canonical
                    .append(name)
                    .append(':')
                    .append(value.strip().replaceAll(" +", " "))
                    .append('\n');
        }
        canonical
                .append('\n')
                .append(String.join(";", signedHeaders))
                .append('\n')
                .append(hash);
        String toSign = "AWS4-HMAC-SHA256\n" + request.getHeader("x-amz-date") + "\n" + scope + "\n"
                + Signatures.sha256(canonical.toString().getBytes(StandardCharsets.UTF_8));
        byte[] key = ("AWS4" + secret).getBytes(StandardCharsets.UTF_8);
        for (String part : scope.split("/")) {
            key = Signatures.hmac(key, part);
        }
        String wanted = HexFormat.of().formatHex(Signatures.hmac(key, toSign));
        return MessageDigest.isEqual(
                wanted.getBytes(StandardCharsets.UTF_8), signature.getBytes(StandardCharsets.UTF_8));
    }

    private static String query(@Nullable String query) {
        if (query == null || query.isEmpty()) {
            return "";
        }
        String[] parameters = query.split("&");
        Arrays.sort(parameters);
        return String.join("&", parameters);
    }

    /** The path as it came, encoded once more. */
    private static String encoded(String path) {
        StringBuilder text = new StringBuilder();
        for (byte each : path.getBytes(StandardCharsets.UTF_8)) {
            char character = (char) (each & 0xff);
            boolean plain =
                    character < 128 && (Character.isLetterOrDigit(character) || "-._~/".indexOf(character) >= 0);
            text.append(plain ? String.valueOf(character) : String.format(Locale.ROOT, "%%%02X", each & 0xff));
        }
        return text.toString();
    }
}
