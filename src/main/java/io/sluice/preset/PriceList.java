package io.sluice.preset;

import io.sluice.domain.Glob;
import io.sluice.domain.pool.ProviderType;
import io.sluice.domain.pricing.Tariff;
import java.time.LocalDate;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What one provider asked for on a day.
 *
 * @param name the file's name without its ending
 * @param provider its name for people
 * @param date when its page was read
 * @param source which page that was
 * @param hosts where it is served; a channel there has these prices, whatever its type
 * @param presets whose prices they are, where the host is no list's
 * @param types whose prices they are, where the host is no list's and the channel has no preset
 * @param dated whether a date behind a model's name means the same price
 * @param models prices by the provider's name of a model, exact names first, then longer patterns before shorter ones
 */
record PriceList(
        String name,
        String provider,
        LocalDate date,
        String source,
        List<Glob> hosts,
        Set<String> presets,
        Set<ProviderType> types,
        boolean dated,
        Map<Glob, Tariff> models) {
    private static final Pattern DATE =
            Pattern.compile("(.+?)(-20[0-9]{2}-[01][0-9]-[0-3][0-9]|[-@]20[0-9]{2}[01][0-9][0-3][0-9])");

    /** Copies the collections. */
    PriceList {
        hosts = List.copyOf(hosts);
        presets = Set.copyOf(presets);
        types = Set.copyOf(types);
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
    }

    /** Whether a host is one of its own. */
    boolean isAt(String host) {
        return hosts.stream().anyMatch(glob -> glob.matches(host));
    }

    /** The entry of a model: by its name, then by its name without a date, then by a pattern; null for none. */
    @Nullable
    Glob entryOf(String model) {
        Glob exact = new Glob(model);
        if (models.containsKey(exact)) {
            return exact;
        }
        var parts = DATE.matcher(model);
        if (dated && parts.matches() && models.containsKey(new Glob(parts.group(1)))) {
            return new Glob(parts.group(1));
        }
        for (Glob glob : models.keySet()) {
            if (!glob.isExact() && glob.matches(model)) {
                return glob;
            }
        }
        return null;
    }
}
