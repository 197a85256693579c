package io.sluice.config;

import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.media.FetchRules;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads a channel's {@code fetch}. */
final class FetchReader {
    private static final long SMALLEST = 1024;
    private static final long LARGEST = 64L * 1024 * 1024;
    private static final Duration SHORTEST = Duration.ofMillis(100);
    private static final Duration LONGEST = Duration.ofMinutes(1);
    private static final Pattern HOST = Pattern.compile("[a-z0-9.:*_-]+");

    private FetchReader() {}

    static FetchRules read(Section fetch) {
        FetchRules standard = FetchRules.OFF;
        return new FetchRules(
                fetch.flag("enabled", false),
                hosts(fetch),
                ports(fetch, standard.ports()),
                fetch.size("max-size", standard.maxBytes(), SMALLEST, LARGEST),
                fetch.duration("timeout", standard.timeout(), SHORTEST, LONGEST));
    }

    private static List<Glob> hosts(Section fetch) {
        List<Glob> hosts = new ArrayList<>();
        for (Item item : fetch.texts("hosts", "patterns", "all")) {
            String host = item.text().toLowerCase(Locale.ROOT);
            if (HOST.matcher(host).matches()) {
                hosts.add(new Glob(host));
            } else {
                fetch.findings()
                        .error(
                                item.place(),
                                "'" + item.text()
                                        + "' is no host name; write it like images.example.com or *.example.com");
            }
        }
        if (fetch.isEmptyList("hosts")) {
            fetch.error("hosts", "names no host; leave it out for all, or set enabled: false");
        }
        return hosts;
    }

    private static Set<Integer> ports(Section fetch, Set<Integer> standard) {
        Set<Integer> ports = new LinkedHashSet<>();
        for (Item item : fetch.texts("ports", "ports", "80, 443")) {
            try {
                ports.add((int) Scalars.within(Scalars.integer(item.text()), 1, 65_535));
            } catch (IllegalArgumentException e) {
                fetch.findings().error(item.place(), item.shown() + " " + e.getMessage());
            }
        }
        if (fetch.isEmptyList("ports")) {
            fetch.error("ports", "names no port; leave it out for 80 and 443");
        }
        return ports.isEmpty() ? standard : ports;
    }
}
