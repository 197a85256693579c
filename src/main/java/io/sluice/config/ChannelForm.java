package io.sluice.config;

import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.ProviderType;
import java.util.List;

/** What a form for a channel has to ask, told by the readers themselves: no second list can fall behind. */
public final class ChannelForm {
    private static final String ITEM = Kind.CHANNEL.schema() + ".";

    private ChannelForm() {}

    /**
     * The fields of a channel of a type.
     *
     * @param type of the provider
     * @return in the order of the reference, without those that belong to another type
     */
    public static List<FormField> of(ProviderType type) {
        Reading reading = Reading.ofStore();
        String item = "{\"type\":\"" + type.word()
                + "\",\"base-url\":\"https://example.org\",\"models\":{\"m\":{}},\"accounts\":[{}]}";
        ChannelReader.read(reading.open(new StoredEntry(Kind.CHANNEL, "form", 1, item, null)), NodePorts.of(null));
        return reading.options().values().stream()
                .map(option -> field(option, type))
                .filter(field -> !isElsewhere(field.path(), type))
                .toList();
    }

    private static FormField field(Option option, ProviderType type) {
        String path = path(option.path());
        boolean required = option.fallback().startsWith(Section.REQUIRED) || path.equals("base-url");
        boolean keyed = path.equals("accounts[].key") || path.equals("accounts[].name");
        return new FormField(
                path,
                option.type(),
                required || option.fallback().equals(Section.NONE) ? "" : option.fallback(),
                option.range(),
                keyed
                        || required
                                && !path.equals("preset")
                                && !(path.equals("api-version") && type != ProviderType.AZURE));
    }

    /** Limits have a page of their own in the reference; they are an account's. */
    private static String path(String path) {
        return path.startsWith(ITEM)
                ? path.substring(ITEM.length())
                : path.startsWith("limits.") ? "accounts[]." + path : path;
    }

    /** Files are named in files only, and what is one type's alone is no other's. */
    private static boolean isElsewhere(String path, ProviderType type) {
        return path.equals("accounts[].keys-file") || path.equals("api-version") && type != ProviderType.AZURE;
    }
}
