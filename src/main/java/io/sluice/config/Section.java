package io.sluice.config;

import io.sluice.config.YamlNode.Entry;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.config.YamlNode.Scalar;
import io.sluice.config.YamlNode.Sequence;
import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * One mapping of a file, read key by key. The getters are the schema: each names a key, what it takes, its default and
 * its range, and records an error when the file says something else; then it gives the default, so that reading goes on
 * and every error is found. Keys that no getter names are unknown.
 */
final class Section {
    static final String REQUIRED = "required";
    static final String NONE = "–";

    private final Reading reading;
    private final Mapping node;
    private final Place place;
    private final String schema;
    private final boolean present;
    private final Set<String> known;
    private final Map<String, Section> inner = new HashMap<>();

    Section(Reading reading, Mapping node, Place place, String schema, boolean present) {
        this.reading = reading;
        this.node = node;
        this.place = place;
        this.schema = schema;
        this.present = present;
        this.known = new LinkedHashSet<>();
        reading.opened(this);
    }

    private Section(Section original, String schema) {
        this.reading = original.reading;
        this.node = original.node;
        this.place = original.place;
        this.schema = schema;
        this.present = original.present;
        this.known = original.known;
    }

    /**
     * A text of a list.
     *
     * @param text the text, references resolved
     * @param place where it stands
     * @param written whether it stands in the file itself, not behind a reference
     * @param shown the text as messages show it: as it is written, nothing of what a reference became
     */
    record Item(String text, Place place, boolean written, String shown) {}

    /** Whether the file has this mapping. */
    boolean isPresent() {
        return present;
    }

    Place place() {
        return place;
    }

    /** Where a key stands; the mapping itself when it is absent. */
    Place place(String key) {
        Entry entry = node.entries().get(key);
        return entry == null
                ? place.at(key)
                : new Place(place.file(), entry.key().line(), entry.key().column(), Place.join(place.path(), key));
    }

    boolean has(String key) {
        return node.entries().containsKey(key);
    }

    void error(String key, String message) {
        reading.findings().error(place(key), message);
    }

    Reading reading() {
        return reading;
    }

    Findings findings() {
        return reading.findings();
    }

    /** The same mapping, described in the reference under another path: for what several mappings share. */
    Section describedAs(String path) {
        return new Section(this, path);
    }

    // --- single values ---------------------------------------------------------------------------------------------

    /** A text that must be there; empty when it is not, which is then an error. */
    String required(String key, String type, Function<String, String> check) {
        if (!has(key)) {
            error(key, "is missing");
        }
        String text = text(key, type, REQUIRED, check);
        return text == null ? "" : text;
    }

    @Nullable
    String text(String key, String type, String shownDefault, Function<String, String> check) {
        return value(key, new Option(path(key), type, shownDefault, ""), check);
    }

    int integer(String key, int fallback, int min, int max) {
        Long number = optional(key, Scalars.grouped(fallback), min, max);
        return number == null ? fallback : number.intValue();
    }

    /** A number without a default; null when absent. */
    @Nullable
    Long optional(String key, String shownDefault, long min, long max) {
        return value(
                key,
                new Option(path(key), "integer", shownDefault, Scalars.range(min, max)),
                text -> Scalars.within(Scalars.integer(text), min, max));
    }

    long size(String key, long fallback, long min, long max) {
        Long size = value(
                key,
                new Option(path(key), "size", Scalars.showSize(fallback), Scalars.sizes(min, max)),
                text -> Scalars.sizeWithin(Scalars.size(text), min, max));
        return size == null ? fallback : size;
    }

    Duration duration(String key, Duration fallback, Duration min, Duration max) {
        Duration duration = optionalDuration(key, Scalars.show(fallback), min, max);
        return duration == null ? fallback : duration;
    }

    /** A duration without a default; null when absent. */
    @Nullable
    Duration optionalDuration(String key, String shownDefault, Duration min, Duration max) {
        return value(
                key,
                new Option(path(key), "duration", shownDefault, Scalars.range(min, max)),
                text -> Scalars.within(Scalars.duration(text), min, max));
    }

    boolean flag(String key, boolean fallback) {
        Boolean flag = optionalFlag(key, Boolean.toString(fallback));
        return flag == null ? fallback : flag;
    }

    /** A boolean without a default; null when absent. */
    @Nullable
    Boolean optionalFlag(String key, String shownDefault) {
        return value(key, new Option(path(key), "boolean", shownDefault, ""), Scalars::flag);
    }

    /** A word of a closed set, written in lower case. */
    <E extends Enum<E>> E word(String key, E fallback) {
        E word = optionalWord(key, fallback.getDeclaringClass(), lower(fallback));
        return word == null ? fallback : word;
    }

    /** A word without a default; null when absent. */
    <E extends Enum<E>> @Nullable E optionalWord(String key, Class<E> type, String shownDefault) {
        String words =
                Arrays.stream(type.getEnumConstants()).map(Section::lower).collect(Collectors.joining(", "));
        return value(
                key, new Option(path(key), "word", shownDefault, words), text -> Arrays.stream(type.getEnumConstants())
                        .filter(word -> lower(word).equals(text))
                        .findFirst()
                        .orElseThrow(() -> new IllegalArgumentException("is not one of " + words)));
    }

    /** Any value with a reader of its own; null when absent or wrong. */
    <T> @Nullable T value(String key, Option option, Function<String, T> parser) {
        Scalar scalar = scalar(key, option);
        String text = scalar == null ? null : resolve(scalar, place(key));
        if (scalar == null || text == null) {
            return null;
        }
        try {
            return parser.apply(text);
        } catch (IllegalArgumentException e) {
            error(key, shown(scalar) + " " + e.getMessage());
            return null;
        }
    }

    /** A credential; never shown in a message. */
    @Nullable
    Secret secret(String key, String shownDefault, Function<String, String> check) {
        return secret(key, new Option(path(key), "secret", shownDefault, ""), check);
    }

    /** The same, where the reference has more to say. */
    @Nullable
    Secret secret(String key, Option option, Function<String, String> check) {
        Scalar scalar = scalar(key, option);
        String text = scalar == null ? null : resolve(scalar, place(key));
        if (scalar == null || text == null) {
            return null;
        }
        try {
            return Secret.of(check.apply(text));
        } catch (IllegalArgumentException e) {
            error(key, "the secret " + e.getMessage());
            return null;
        }
    }

    /** Whether a value stands in the file itself, not behind a reference. */
    boolean isClearText(String key) {
        Entry entry = node.entries().get(key);
        return !reading.isOfStore()
                && entry != null
                && entry.value() instanceof Scalar scalar
                && !Substitution.isReference(scalar.text());
    }

    /** A PEM file that must exist now; required when the mapping is there. */
    @Nullable
    Path pem(String key) {
        String written = text(key, "PEM file", REQUIRED, text -> text);
        if (isPresent() && !has(key)) {
            error(key, "is missing");
        }
        return written == null ? null : reading.substitution().existing(written, place(key));
    }

    /** A file that must exist now. */
    @Nullable
    Path existing(String written, String key) {
        return reading.substitution().existing(written, place(key));
    }

    /**
     * The text of a PEM file; null when absent, or when it cannot be read, which is then an error.
     *
     * @param secret whether nobody else should be able to read it
     */
    @Nullable
    String pemText(String key, boolean secret) {
        String written = text(key, "PEM file", NONE, text -> text);
        return written == null
                ? null
                : reading.substitution().text(written, Substitution.MAX_KEYS_FILE, place(key), secret);
    }

    /** Any YAML value, left as it is; null when absent. */
    @Nullable
    YamlNode raw(String key, Option option) {
        known.add(key);
        reading.declare(option);
        Entry entry = node.entries().get(key);
        return entry == null ? null : entry.value();
    }

    // --- lists and mappings ----------------------------------------------------------------------------------------

    /** A list of texts; empty when absent. */
    List<Item> texts(String key, String type, String shownDefault) {
        List<Item> items = new ArrayList<>();
        for (Map.Entry<Place, YamlNode> item : items(key, new Option(path(key), "list of " + type, shownDefault, ""))
                .entrySet()) {
            if (item.getValue() instanceof Scalar scalar) {
                String text = resolve(scalar, item.getKey());
                if (text != null) {
                    items.add(new Item(text, item.getKey(), !Substitution.isReference(scalar.text()), shown(scalar)));
                }
            } else {
                findings().error(item.getKey(), "is not a single value");
            }
        }
        return items;
    }

    /** Whether a list is there, and nothing in it. */
    boolean isEmptyList(String key) {
        Entry entry = node.entries().get(key);
        return entry != null
                && (isEmpty(entry.value())
                        || (entry.value() instanceof Sequence list
                                && list.items().isEmpty()));
    }

    /** A list of mappings; empty when absent. */
    List<Section> sections(String key) {
        List<Section> sections = new ArrayList<>();
        for (Map.Entry<Place, YamlNode> item : items(key, null).entrySet()) {
            Mapping mapping = mapping(item.getValue(), item.getKey());
            if (mapping != null) {
                sections.add(new Section(reading, mapping, item.getKey(), path(key) + "[]", true));
            }
        }
        return sections;
    }

    /** A mapping; without any key when absent. */
    Section section(String key) {
        known.add(key);
        return inner.computeIfAbsent(key, k -> {
            Entry entry = node.entries().get(key);
            Mapping mapping = entry == null || isEmpty(entry.value()) ? null : mapping(entry.value(), place(key));
            return new Section(
                    reading,
                    mapping == null ? Mapping.empty(place.line(), place.column()) : mapping,
                    place(key),
                    path(key),
                    mapping != null);
        });
    }

    /**
     * A mapping from names to mappings; an empty value counts as an empty mapping.
     *
     * @param kind what the names are, for the reference
     */
    Map<String, Section> named(String key, String kind) {
        return named(key, kind, null);
    }

    /**
     * The same, where a single value may stand in the place of a mapping.
     *
     * @param kind what the names are, for the reference
     * @param only the key of a mapping that has only this single value; null when there is no such short form
     */
    Map<String, Section> named(String key, String kind, @Nullable String only) {
        Map<String, Section> named = new LinkedHashMap<>();
        Section outer = section(key);
        for (Map.Entry<String, Entry> entry : outer.node.entries().entrySet()) {
            String name = entry.getKey();
            outer.known.add(name);
            YamlNode value = only == null
                    ? entry.getValue().value()
                    : unfolded(only, entry.getValue().value());
            Mapping mapping =
                    isEmpty(value) ? Mapping.empty(value.line(), value.column()) : mapping(value, outer.place(name));
            if (mapping != null) {
                String described = Place.join(path(key), "<" + kind + ">");
                named.put(name, new Section(reading, mapping, outer.place(name), described, true));
            }
        }
        return named;
    }

    /**
     * A mapping from names to single values, references resolved; empty when absent.
     *
     * @param kind what the names are, for the reference
     */
    Map<String, Item> values(String key, String kind, String type, String shownDefault) {
        Map<String, Item> values = new LinkedHashMap<>();
        Section outer = section(key);
        reading.declare(new Option(Place.join(path(key), "<" + kind + ">"), type, shownDefault, ""));
        for (Map.Entry<String, Entry> entry : outer.node.entries().entrySet()) {
            String name = entry.getKey();
            outer.known.add(name);
            Place where = outer.place(name);
            if (entry.getValue().value() instanceof Scalar scalar) {
                String text = resolve(scalar, where);
                if (text != null) {
                    values.put(name, new Item(text, where, !Substitution.isReference(scalar.text()), shown(scalar)));
                }
            } else {
                findings().error(where, "is not a single value");
            }
        }
        return values;
    }

    /** Says of a key of an earlier version what is written now. */
    void replaced(String key, String now) {
        known.add(key);
        if (has(key)) {
            error(key, "is no longer read; write '" + now + "'");
        }
    }

    void reportUnknown() {
        for (Map.Entry<String, Entry> entry : node.entries().entrySet()) {
            if (!known.contains(entry.getKey())) {
                error(entry.getKey(), "is unknown" + Suggestion.of(entry.getKey(), known));
            }
        }
    }

    // --- below -----------------------------------------------------------------------------------------------------

    String path(String key) {
        return Place.join(schema, key);
    }

    private @Nullable Scalar scalar(String key, Option option) {
        known.add(key);
        reading.declare(option);
        Entry entry = node.entries().get(key);
        if (entry == null) {
            return null;
        }
        if (entry.value() instanceof Scalar scalar) {
            return scalar;
        }
        error(key, "is a " + (entry.value() instanceof Mapping ? "mapping" : "list") + " where a single value belongs");
        return null;
    }

    private @Nullable String resolve(Scalar scalar, Place where) {
        if (scalar.isEmpty()) {
            findings().error(where, "has no value; give one, or remove the line");
            return null;
        }
        if (scalar.isNull()) {
            findings().error(where, "is null; give a value, remove the line, or quote it if the text is meant");
            return null;
        }
        if (scalar.text().isBlank()) {
            findings().error(where, "is empty");
            return null;
        }
        return reading.substitution().resolve(scalar.text(), where);
    }

    private Map<Place, YamlNode> items(String key, @Nullable Option option) {
        known.add(key);
        if (option != null) {
            reading.declare(option);
        }
        Entry entry = node.entries().get(key);
        Map<Place, YamlNode> items = new LinkedHashMap<>();
        if (entry == null || isEmpty(entry.value())) {
            return items;
        }
        if (!(entry.value() instanceof Sequence list)) {
            error(key, "is not a list; write [ … ], or one '- ' line for each item");
            return items;
        }
        String path = place(key).path();
        for (YamlNode item : list.items()) {
            items.put(new Place(place.file(), item.line(), item.column(), path + "[" + items.size() + "]"), item);
        }
        return items;
    }

    private @Nullable Mapping mapping(YamlNode value, Place where) {
        if (value instanceof Mapping mapping) {
            return mapping;
        }
        findings().error(where, "is not a mapping; write 'key: value' lines, or { … }");
        return null;
    }

    private static YamlNode unfolded(String key, YamlNode value) {
        if (!(value instanceof Scalar scalar) || scalar.isEmpty()) {
            return value;
        }
        Scalar unwritten = new Scalar(key, true, value.line(), value.column());
        return new Mapping(Map.of(key, new Entry(unwritten, value)), value.line(), value.column());
    }

    private static boolean isEmpty(YamlNode value) {
        return value instanceof Scalar scalar && scalar.isEmpty();
    }

    private static String shown(Scalar scalar) {
        // A credential may stand where a URL must not have one.
        String text = scalar.text().strip().replaceAll("//[^/\\s]*@", "//…@");
        if (Substitution.isReference(text)) {
            return "the value of " + text;
        }
        return "'" + (text.length() > 60 ? text.substring(0, 60) + "…" : text) + "'";
    }

    private static String lower(Enum<?> word) {
        return word.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
