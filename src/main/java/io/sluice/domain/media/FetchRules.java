package io.sluice.domain.media;

import io.sluice.domain.Glob;
import java.time.Duration;
import java.util.List;
import java.util.Set;

/**
 * Whether, and from where, a channel's requests are completed by what stands at the addresses they name.
 *
 * @param enabled off by default: then nothing is fetched
 * @param hosts host names that may be asked, in lower case; empty for all
 * @param ports ports that may be asked, 1 to 65535
 * @param maxBytes of all that one request names together, each as often as it is named; at least 1
 * @param timeout for all that one request names together, more than zero
 */
public record FetchRules(boolean enabled, List<Glob> hosts, Set<Integer> ports, long maxBytes, Duration timeout) {
    /** Nothing is fetched. */
    public static final FetchRules OFF =
            new FetchRules(false, List.of(), Set.of(80, 443), 20L * 1024 * 1024, Duration.ofSeconds(10));

    /** Copies the collections. */
    public FetchRules {
        hosts = List.copyOf(hosts);
        ports = Set.copyOf(ports);
    }

    /** How long fetching may hold up a request; zero when it is off. */
    public Duration longest() {
        return enabled ? timeout : Duration.ZERO;
    }

    /** Whether a host may be asked, by its name alone. */
    boolean allowsHost(String host) {
        return hosts.isEmpty() || hosts.stream().anyMatch(glob -> glob.matches(host));
    }
}
