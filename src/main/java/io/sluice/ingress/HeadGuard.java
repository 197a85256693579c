package io.sluice.ingress;

import io.sluice.config.HttpBounds;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.vertx.core.MultiMap;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpVersion;
import java.util.List;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Looks at a request's head before anyone routes by it, and refuses what proxies and servers are known to read in
 * different ways: ambiguous framing, foreign targets, several hosts, paths that mean something else once normalised.
 */
final class HeadGuard {
    private static final Pattern HOST =
            Pattern.compile("(?:[A-Za-z0-9](?:[A-Za-z0-9._-]{0,252})|\\[[0-9A-Fa-f:.]{2,45}])(?::([0-9]{1,5}))?");
    private static final int LARGEST_PORT = 65_535;

    private final HttpBounds bounds;

    HeadGuard(HttpBounds bounds) {
        this.bounds = bounds;
    }

    /**
     * What is wrong with a head; null when nothing is.
     *
     * @param request a request whose body was not touched
     */
    @Nullable
    InvalidRequest check(HttpServerRequest request) {
        MultiMap headers = request.headers();
        if (headers.size() > bounds.headerFields()) {
            return new InvalidRequest(
                    Kind.HEADERS_TOO_LARGE,
                    "The request has more than " + bounds.headerFields() + " header fields.",
                    null,
                    "headers_too_large");
        }
        if (headers.contains("")) {
            return malformed("The request has a header field without a name.");
        }
        InvalidRequest wrong = framing(request, headers);
        if (wrong == null) {
            wrong = host(request, headers);
        }
        return wrong == null ? target(request) : wrong;
    }

    private static @Nullable InvalidRequest framing(HttpServerRequest request, MultiMap headers) {
        List<String> codings = headers.getAll("transfer-encoding");
        if (!codings.isEmpty()) {
            if (codings.size() > 1 || headers.contains("content-length") || request.version() != HttpVersion.HTTP_1_1) {
                return malformed("The request's length is ambiguous.");
            }
            if (!codings.get(0).equalsIgnoreCase("chunked")) {
                return new InvalidRequest(
                        Kind.NOT_IMPLEMENTED, "Only the transfer coding 'chunked' is understood.", null, null);
            }
        }
        if (headers.getAll("content-length").size() > 1) {
            return malformed("The request has several Content-Length fields.");
        }
        return null;
    }

    private static @Nullable InvalidRequest host(HttpServerRequest request, MultiMap headers) {
        List<String> hosts = headers.getAll("host");
        if (request.version() == HttpVersion.HTTP_2) {
            String authority =
                    request.authority() == null ? null : request.authority().toString();
            return authority == null || !isHost(authority) || hosts.size() > 1
                    ? malformed("The request has no valid ':authority'.")
                    : null;
        }
        if (hosts.size() != 1 || !isHost(hosts.get(0))) {
            return malformed("The request needs exactly one Host field of the form host or host:port.");
        }
        return null;
    }

    private static boolean isHost(String value) {
        var matcher = HOST.matcher(value);
        return value.length() <= 261
                && matcher.matches()
                && (matcher.group(1) == null || Integer.parseInt(matcher.group(1)) <= LARGEST_PORT);
    }

    private static @Nullable InvalidRequest target(HttpServerRequest request) {
        String method = request.method().name();
        if (method.equals("CONNECT") || method.equals("TRACE")) {
            return new InvalidRequest(Kind.NOT_IMPLEMENTED, "The method " + method + " is not served.", null, null);
        }
        String uri = request.uri();
        if (uri == null || !uri.startsWith("/")) {
            return malformed("The request target must be a path.");
        }
        int end = uri.indexOf('?');
        String path = end < 0 ? uri : uri.substring(0, end);
        for (int i = 0; i < path.length(); i++) {
            char c = path.charAt(i);
            if (c <= ' ' || c > '~' || c == '\\' || c == ';' || c == '#' || c == '"' || c == '<' || c == '>') {
                return malformed("The path has a character that must be escaped.");
            }
        }
        String lower = path.toLowerCase(Locale.ROOT);
        if (lower.contains("//") || hasDotSegment(lower) || hasBadEscape(lower)) {
            return malformed("The path is not in its normal form.");
        }
        return null;
    }

    private static boolean hasDotSegment(String path) {
        String plain = path.replace("%2e", ".").replace("%2f", "/");
        return plain.contains("/./") || plain.contains("/../") || plain.endsWith("/.") || plain.endsWith("/..");
    }

    /** A percent sign without two digits, or an escaped control character, backslash or percent sign. */
    private static boolean hasBadEscape(String path) {
        for (int i = path.indexOf('%'); i >= 0; i = path.indexOf('%', i + 1)) {
            if (i + 2 >= path.length()) {
                return true;
            }
            int high = Character.digit(path.charAt(i + 1), 16);
            int low = Character.digit(path.charAt(i + 2), 16);
            int value = high * 16 + low;
            if (high < 0 || low < 0 || value < 0x20 || value == 0x7f || value == '\\' || value == '%') {
                return true;
            }
        }
        return false;
    }

    private static InvalidRequest malformed(String message) {
        return new InvalidRequest(Kind.MALFORMED, message, null, "invalid_request");
    }
}
