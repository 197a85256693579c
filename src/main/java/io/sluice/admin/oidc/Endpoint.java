package io.sluice.admin.oidc;

import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.URISyntaxException;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * Where the provider is asked, or a browser is sent: {@code https}, or {@code http} on this machine for an issuer that is
 * itself.
 *
 * @param url without user information and fragment
 */
record Endpoint(String url) {
    /** The document by which a provider tells its addresses (OpenID Connect Discovery 1.0, section 4). */
    static Endpoint discovery(String issuer) {
        String base = issuer.endsWith("/") ? issuer.substring(0, issuer.length() - 1) : issuer;
        return new Endpoint(base + "/.well-known/openid-configuration");
    }

    /**
     * An address of that document.
     *
     * @param issuer as it is configured
     * @return null when the document does not have it
     * @throws ProviderFailure when it may not be asked
     */
    static @Nullable Endpoint of(JsonObject document, String name, String issuer) throws ProviderFailure {
        Object value = document.getValue(name);
        if (value == null) {
            return null;
        }
        boolean plain = issuer.startsWith("http:");
        if (!(value instanceof String text) || !isUsable(text, plain)) {
            throw new ProviderFailure("its " + name + " is no https URL");
        }
        return new Endpoint(text);
    }

    private static boolean isUsable(String text, boolean plain) {
        try {
            URI url = new URI(text);
            if (url.getHost() == null
                    || url.getScheme() == null
                    || url.getRawUserInfo() != null
                    || url.getRawFragment() != null) {
                return false;
            }
            return switch (url.getScheme().toLowerCase(Locale.ROOT)) {
                case "https" -> true;
                case "http" -> plain && isLoopback(url.getHost());
                default -> false;
            };
        } catch (URISyntaxException e) {
            return false;
        }
    }

    private static boolean isLoopback(String host) {
        return host.equalsIgnoreCase("localhost") || host.equals("[::1]") || host.matches("127(\\.[0-9]{1,3}){3}");
    }
}
