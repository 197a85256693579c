package io.sluice.preset;

import io.sluice.domain.Glob;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pricing.Tariff;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.util.List;
import java.util.Objects;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/** The prices that come with Sluice: what providers published on a day, by their names of models. */
public final class PriceLists {
    /** Names of the lists; the file of each is {@code prices/NAME.yaml}. */
    static final List<String> NAMES = List.of(
            "anthropic",
            "bedrock",
            "cohere",
            "deepseek",
            "gemini",
            "groq",
            "minimax",
            "minimax-intl",
            "mistral",
            "moonshot",
            "moonshot-intl",
            "openai",
            "qwen",
            "qwen-intl",
            "xai",
            "zai",
            "zhipu");

    private static final class Read {
        private static final List<PriceList> LISTS =
                NAMES.stream().map(PriceLists::read).toList();
    }

    private PriceLists() {}

    /**
     * A price of a list.
     *
     * @param tariff what is asked for
     * @param revision {@code list} and the day of the list
     * @param origin the file and the entry
     */
    public record Listed(Tariff tariff, String revision, String origin) {}

    /**
     * What a model costs at a channel. A channel at a host that lists name has their prices; else one with a preset has its
     * service's, and any other its type's.
     *
     * @param channel where it is asked
     * @param model the provider's name of it
     * @return null when no list says it
     */
    public static @Nullable Listed find(Channel channel, String model) {
        String host = channel.baseUrl().host();
        Preset preset = channel.preset();
        if (Read.LISTS.stream().anyMatch(list -> list.isAt(host))) {
            return find(list -> list.isAt(host), model);
        }
        return preset != null
                ? find(list -> list.presets().contains(preset.name()), model)
                : find(list -> list.types().contains(channel.type()), model);
    }

    private static @Nullable Listed find(Predicate<PriceList> meant, String model) {
        for (PriceList list : Read.LISTS) {
            Glob entry = meant.test(list) ? list.entryOf(model) : null;
            if (entry != null) {
                return new Listed(
                        Objects.requireNonNull(list.models().get(entry)),
                        "list " + list.date(),
                        "price list " + list.name() + ": " + entry);
            }
        }
        return null;
    }

    /** Reads them, unless they are: for a thread that has nothing better to do, since the first who looks for a price waits. */
    public static void read() {
        all();
    }

    static List<PriceList> all() {
        return Read.LISTS;
    }

    private static PriceList read(String name) {
        try (InputStream file = PriceLists.class.getResourceAsStream("/prices/" + name + ".yaml")) {
            if (file == null) {
                throw new IllegalStateException("prices/" + name + ".yaml is missing");
            }
            return PriceListReader.read(name, new String(file.readAllBytes(), StandardCharsets.UTF_8));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
