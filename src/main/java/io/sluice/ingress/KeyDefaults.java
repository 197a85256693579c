package io.sluice.ingress;

import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.json.RequestSplice;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.ParameterRules;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;

/** What a key says where a request says nothing: from here on it is as if the client had written it. */
final class KeyDefaults {
    /** Two names of one field: who writes one has said the other. */
    private static final Map<String, String> OTHER_NAMES =
            Map.of("max_tokens", "max_completion_tokens", "max_completion_tokens", "max_tokens");

    private KeyDefaults() {}

    /**
     * A request with its key's defaults.
     *
     * @param key the caller's
     * @param scan the client's body
     * @param depth how deep its JSON may be nested
     * @return the same when nothing is added
     */
    static RequestScan added(VirtualKey key, RequestScan scan, int depth) {
        Map<EndpointFamily, ParameterRules> defaults = key.handling().defaults();
        ParameterRules rules = defaults.isEmpty() || !scan.endpoint().isText()
                ? null
                : defaults.get(EndpointFamily.of(scan.endpoint()));
        if (rules == null) {
            return scan;
        }
        Map<String, String> missing = new LinkedHashMap<>(rules.defaults());
        missing.keySet().removeIf(name -> says(scan, name) || says(scan, OTHER_NAMES.getOrDefault(name, name)));
        if (missing.isEmpty()) {
            return scan;
        }
        ParameterRules added = new ParameterRules(Map.of(), missing, List.of(), Map.of());
        return RequestScanner.scan(
                RequestSplice.apply(scan, scan.model(), false, added), scan.endpoint(), scan.head(), depth);
    }

    private static boolean says(RequestScan scan, String name) {
        return scan.indexOf(name) >= 0;
    }
}
