package io.sluice.config;

import io.sluice.domain.Secret;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.pool.BaseUrl;
import java.net.IDN;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * Reads base URLs, strictly: one spelling for each address, so that what is checked here is what is connected. Refuses
 * link-local, metadata and unusable addresses; says whether plain text to a host would cross a public network.
 */
final class BaseUrls {
    private static final Pattern URL = Pattern.compile("(https?)://([^/?#]*)([^?#]*)(.*)", Pattern.DOTALL);
    private static final Pattern AUTHORITY = Pattern.compile("(\\[[^\\]]*]|[^:]*)(?::([0-9]{1,5}))?");
    private static final Pattern PATH = Pattern.compile("(/[A-Za-z0-9_~-][A-Za-z0-9._~-]*)*/?");
    private static final Pattern QUERY = Pattern.compile("(\\?([A-Za-z0-9._~=&+/:,-]|%[0-9A-Fa-f]{2}){1,2048})?");
    private static final Pattern LABEL = Pattern.compile("[a-z0-9_]([a-z0-9_-]{0,61}[a-z0-9_])?");
    private static final Pattern NUMBER = Pattern.compile("[0-9]+|0[xX][0-9a-fA-F]*");
    private static final Pattern QUAD = Pattern.compile("((0|[1-9][0-9]{0,2})(\\.|$)){4}");

    /** Metadata services of clouds, and addresses that reach no single host. */
    private static final List<Cidr> REFUSED = networks(
            "169.254.0.0/16",
            "fe80::/10",
            "fd00:ec2::254",
            "fd20:ce::254",
            "100.100.100.200",
            "192.0.0.192",
            "168.63.129.16",
            "0.0.0.0/8",
            "::",
            "224.0.0.0/4",
            "240.0.0.0/4",
            "ff00::/8");

    private static final List<Cidr> TRANSLATED = networks("64:ff9b::/96", "::/96");
    private static final List<Cidr> LOOPBACK = networks("127.0.0.0/8", "::1");
    private static final List<Cidr> PRIVATE =
            networks("10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7");

    private static final Set<String> METADATA = Set.of(
            "metadata",
            "metadata.google.internal",
            "metadata.goog",
            "instance-data",
            "instance-data.ec2.internal",
            "metadata.tencentyun.com",
            "metadata.azure.internal");
    private static final List<String> PRIVATE_SUFFIXES =
            List.of(".localhost", ".local", ".internal", ".lan", ".home.arpa", ".svc", ".test");

    private BaseUrls() {}

    /**
     * Reads a base URL.
     *
     * @throws IllegalArgumentException with the end of a sentence that begins with the URL
     */
    static BaseUrl parse(String text) {
        return parse(text, "put the credential into the account's key");
    }

    private static BaseUrl parse(String text, String instead) {
        Matcher url = URL.matcher(text);
        if (!url.matches()) {
            throw new IllegalArgumentException("is not a URL that begins with https:// or http://");
        }
        boolean tls = url.group(1).equals("https");
        if (url.group(2).indexOf('@') >= 0) {
            throw new IllegalArgumentException("holds user information; " + instead);
        }
        if (!url.group(4).isEmpty()) {
            throw new IllegalArgumentException("holds a query or fragment; remove what begins with ? or #");
        }
        Matcher authority = AUTHORITY.matcher(url.group(2));
        if (!authority.matches() || authority.group(1).isEmpty()) {
            throw new IllegalArgumentException("names no host and port that could be connected");
        }
        int port = authority.group(2) == null ? (tls ? 443 : 80) : Integer.parseInt(authority.group(2));
        if (port < 1 || port > 65_535) {
            throw new IllegalArgumentException("names a port outside 1 to 65535");
        }
        if (!PATH.matcher(url.group(3)).matches()) {
            throw new IllegalArgumentException(
                    "has a path with other than letters, digits and . _ ~ - between slashes");
        }
        String path = url.group(3);
        return new BaseUrl(
                tls, host(authority.group(1)), port, path.endsWith("/") ? path.substring(0, path.length() - 1) : path);
    }

    /**
     * Reads the address of a webhook: as a base URL, but it may have a query, where such addresses hold their token.
     *
     * @throws IllegalArgumentException with the end of a sentence, without anything of the address
     */
    static HookUrl hook(String text) {
        int mark = text.indexOf('?');
        String query = mark < 0 ? "" : text.substring(mark);
        if (!QUERY.matcher(query).matches()) {
            throw new IllegalArgumentException(
                    "has a query with other than letters, digits, escapes and . _ ~ - = & + / : , behind the ?");
        }
        String address = mark < 0 ? text : text.substring(0, mark);
        BaseUrl base = parse(address, "remove what stands before the @; no password is sent with a notification");
        String slash = address.endsWith("/") ? "/" : "";
        String path = base.path().isEmpty() ? "/" : base.path() + slash;
        return new HookUrl(base.tls(), base.host(), base.port(), Secret.of(path + query));
    }

    /**
     * Reads a host: a name, an address, or an IPv6 address in brackets.
     *
     * @throws IllegalArgumentException with the end of a sentence that begins with where it stands
     */
    static String host(String written) {
        if (written.startsWith("[")) {
            if (!written.endsWith("]")) {
                throw new IllegalArgumentException("has an address that begins with [ and does not end with ]");
            }
            return address(written.substring(1, written.length() - 1));
        }
        if (!written.chars().allMatch(c -> c < 128)) {
            throw new IllegalArgumentException("has a host outside ASCII" + punycode(written));
        }
        String host = written.toLowerCase(Locale.ROOT);
        if (host.endsWith(".")) {
            throw new IllegalArgumentException("has a host that ends in a dot; remove it");
        }
        if (NUMBER.matcher(host.substring(host.lastIndexOf('.') + 1)).matches()) {
            if (!QUAD.matcher(host).matches()) {
                throw new IllegalArgumentException("has an address in a form other than four decimal numbers");
            }
            return address(host);
        }
        for (String label : host.split("\\.", -1)) {
            if (!LABEL.matcher(label).matches()) {
                throw new IllegalArgumentException("has a host that is not a name");
            }
        }
        if (host.length() > 253) {
            throw new IllegalArgumentException("has a host longer than 253 characters");
        }
        if (METADATA.contains(host)) {
            throw new IllegalArgumentException("names a metadata service, which is refused");
        }
        return host;
    }

    private static String address(String literal) {
        if (literal.indexOf('%') >= 0) {
            throw new IllegalArgumentException("has an address with a zone; remove what begins with %");
        }
        byte[] bytes;
        try {
            bytes = Cidr.literal(literal);
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException("has a host that is not an address", e);
        }
        byte[] embedded = bytes.length == 16 && isIn(bytes, TRANSLATED)
                ? new byte[] {bytes[12], bytes[13], bytes[14], bytes[15]}
                : bytes;
        boolean loopback = isIn(bytes, LOOPBACK);
        if (isIn(bytes, REFUSED) || (!loopback && isIn(embedded, REFUSED))) {
            throw new IllegalArgumentException("names a link-local, metadata or unusable address, which is refused");
        }
        return literal;
    }

    private static String punycode(String host) {
        try {
            return "; if it is meant, write " + IDN.toASCII(host, IDN.USE_STD3_ASCII_RULES);
        } catch (IllegalArgumentException e) {
            return "";
        }
    }

    /** Whether a host is this machine. */
    static boolean isLoopback(String host) {
        return host.equals("localhost") || host.endsWith(".localhost") || isAddressIn(host, LOOPBACK);
    }

    /** Whether a host is this machine or in a private network: an address of one, or a name that is none of the public. */
    static boolean isPrivate(String host) {
        return isLoopback(host)
                || isAddressIn(host, PRIVATE)
                || (host.indexOf('.') < 0 && host.indexOf(':') < 0)
                || PRIVATE_SUFFIXES.stream().anyMatch(host::endsWith);
    }

    private static boolean isAddressIn(String host, List<Cidr> networks) {
        return (host.indexOf(':') >= 0 || QUAD.matcher(host).matches()) && isIn(Cidr.literal(host), networks);
    }

    private static boolean isIn(byte[] address, List<Cidr> networks) {
        return networks.stream().anyMatch(network -> network.contains(address));
    }

    private static List<Cidr> networks(String... texts) {
        return List.of(texts).stream().map(Cidr::parse).toList();
    }
}
