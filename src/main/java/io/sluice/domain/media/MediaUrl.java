package io.sluice.domain.media;

import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * An address that the rules let ask, as far as its text says.
 *
 * @param uri as written, absolute
 * @param tls whether over TLS
 * @param host a name in lower case without a last dot, or a literal address without brackets
 * @param port 1 to 65535
 */
public record MediaUrl(URI uri, boolean tls, String host, int port) {
    private static final int LONGEST = 8 * 1024;
    private static final int LONGEST_HOST = 253;

    /** Whether a text could be an address that is fetched. */
    public static boolean isHttp(String text) {
        return text.regionMatches(true, 0, "http://", 0, 7) || text.regionMatches(true, 0, "https://", 0, 8);
    }

    /**
     * Reads an address.
     *
     * @param text as the client wrote it
     * @param rules what may be asked
     * @throws RefusedMediaException when it must not be asked
     */
    public static MediaUrl of(String text, FetchRules rules) throws RefusedMediaException {
        if (text.length() > LONGEST || !isHttp(text)) {
            throw new RefusedMediaException(MediaRefusal.NO_ADDRESS);
        }
        try {
            return of(new URI(text), rules);
        } catch (URISyntaxException e) {
            throw new RefusedMediaException(MediaRefusal.NO_ADDRESS);
        }
    }

    private static MediaUrl of(URI uri, FetchRules rules) throws RefusedMediaException {
        String host = host(uri);
        if (host == null || uri.getRawUserInfo() != null) {
            throw new RefusedMediaException(MediaRefusal.NO_ADDRESS);
        }
        boolean tls = "https".equalsIgnoreCase(uri.getScheme());
        int port = uri.getPort() < 0 ? (tls ? 443 : 80) : uri.getPort();
        if (!rules.ports().contains(port) || !rules.allowsHost(host)) {
            throw new RefusedMediaException(MediaRefusal.NOT_ALLOWED);
        }
        return new MediaUrl(uri, tls, host, port);
    }

    private static @Nullable String host(URI uri) {
        String host = uri.getHost();
        if (host == null || host.indexOf('%') >= 0) {
            return null;
        }
        String plain = host.startsWith("[") ? host.substring(1, host.length() - 1) : host;
        String name = plain.endsWith(".") ? plain.substring(0, plain.length() - 1) : plain;
        return name.isEmpty() || name.length() > LONGEST_HOST ? null : name.toLowerCase(Locale.ROOT);
    }

    /**
     * Where a redirect leads. From TLS it leads to TLS only.
     *
     * @param location the header
     * @param rules what may be asked
     * @throws RefusedMediaException always {@link MediaRefusal#UNREACHABLE}: where a server sends us is not the client's news
     */
    public MediaUrl redirected(String location, FetchRules rules) throws RefusedMediaException {
        try {
            MediaUrl next = of(uri.resolve(new URI(location)).toString(), rules);
            if (!tls || next.tls) {
                return next;
            }
        } catch (URISyntaxException | RefusedMediaException e) {
            // Said below.
        }
        throw new RefusedMediaException(MediaRefusal.UNREACHABLE);
    }

    /** Path and query. */
    public String target() {
        String path = uri.getRawPath() == null || uri.getRawPath().isEmpty() ? "/" : uri.getRawPath();
        return uri.getRawQuery() == null ? path : path + "?" + uri.getRawQuery();
    }
}
