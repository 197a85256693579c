package io.sluice.domain.pool;

import io.sluice.domain.Secret;
import java.net.URLEncoder;
import java.nio.charset.StandardCharsets;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What the operator adds to each request to a provider, and how it goes there. Every value may be a secret: none is ever
 * printed.
 *
 * @param headers name in lower case to value, visible ASCII and blanks; in file order
 * @param query name to value, neither escaped yet; in file order
 * @param proxy what stands between; null when the provider is connected directly
 * @param tls whom TLS connections trust, and the certificate they show
 * @param systemPrompt what chats begin with; null for nothing
 */
public record Outbound(
        Map<String, Secret> headers,
        Map<String, Secret> query,
        @Nullable Proxy proxy,
        Tls tls,
        @Nullable SystemPrompt systemPrompt) {
    /** Nothing is added. */
    public static final Outbound NONE = new Outbound(Map.of(), Map.of(), null, Tls.SYSTEM, null);

    /** Copies the maps. */
    public Outbound {
        headers = Collections.unmodifiableMap(new LinkedHashMap<>(headers));
        query = Collections.unmodifiableMap(new LinkedHashMap<>(query));
    }

    /**
     * A request target with the query behind it, and the whole URL before it where a proxy has to be told.
     *
     * @param base where the provider is
     * @param uri path, perhaps with a query of its own
     */
    public String target(BaseUrl base, String uri) {
        boolean whole = proxy != null && proxy.kind() == Proxy.Kind.HTTP && !base.tls();
        if (query.isEmpty() && !whole) {
            return uri;
        }
        StringBuilder target = new StringBuilder(whole ? "http://" + base.authority() + uri : uri);
        char separator = uri.indexOf('?') < 0 ? '?' : '&';
        for (Map.Entry<String, Secret> parameter : query.entrySet()) {
            target.append(separator)
                    .append(escaped(parameter.getKey()))
                    .append('=')
                    .append(escaped(parameter.getValue().reveal()));
            separator = '&';
        }
        return target.toString();
    }

    private static String escaped(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8).replace("+", "%20");
    }
}
