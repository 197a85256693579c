package io.sluice.config;

import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Section.Item;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.key.AccessLines;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyHandling;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.KeyTemplate;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/** Reads one item of {@code keys}. */
final class KeyReader {
    private static final KeyHash UNKNOWN = KeyHash.ofHex("00".repeat(32));
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    /** Most credentials that a key is known by. */
    static final int MOST_CREDENTIALS = 8;

    private static final int MOST_TAGS = 32;
    private static final int LONGEST_TAG = 128;
    private static final String HASH_PREFIX = "sha256:";
    private static final String TAGS = "tags";
    private static final String ENDPOINTS =
            Arrays.stream(EndpointFamily.values()).map(EndpointFamily::word).collect(Collectors.joining(", "));

    private final Section key;
    private final List<Place> clearText = new ArrayList<>();

    private KeyReader(Section key) {
        this.key = key;
    }

    static KeyEntry read(Section key) {
        return new KeyReader(key).read();
    }

    /** The same without name and credentials: of a key for which these are kept elsewhere. */
    static KeyTemplate template(Section definition) {
        return new KeyReader(definition).template();
    }

    private KeyEntry read() {
        String name = key.required("name", "name", Names::name);
        List<KeyCredential> credentials = credentials();
        VirtualKey value = template().key(name, credentials);
        return new KeyEntry(
                key.place(),
                value,
                credentials.getFirst().hash() != UNKNOWN,
                value.team() == null ? null : key.place("team"),
                clearText);
    }

    private KeyTemplate template() {
        AccountLimits limits = LimitsReader.read(key);
        return new KeyTemplate(
                key.text("team", "name", Section.NONE, Names::name),
                rights(),
                limits,
                BudgetReader.read(key, Scope.KEY_PREFIX),
                handling());
    }

    private KeyRights rights() {
        Instant expires = instant(key, "expires", "never");
        return new KeyRights(
                items("models", "patterns", "all", text -> new Glob(Names.glob(text))),
                items("deny-models", "patterns", "none", text -> new Glob(Names.glob(text))),
                new LinkedHashSet<>(items("endpoints", "words", "all", KeyReader::endpoint)),
                items("allow-from", "networks", "all", Cidr::parse),
                expires,
                key.flag("disabled", false));
    }

    private KeyHandling handling() {
        return new KeyHandling(
                key.integer("priority", 0, -10, 10),
                key.optionalDuration("max-wait", "as the model", Duration.ZERO, LONGEST_WAIT),
                key.flag("diagnostics", false),
                key.word("log", AccessLines.USUAL),
                defaults(),
                tags());
    }

    private static @Nullable Instant instant(Section section, String name, String otherwise) {
        return section.value(
                name,
                new Option(section.path(name), "date", otherwise, "a day (midnight UTC) or an instant"),
                Scalars::instant);
    }

    // --- what it is known by

    /** The key's own credential, then those that it is rotated from. */
    private List<KeyCredential> credentials() {
        List<KeyCredential> credentials = new ArrayList<>();
        credentials.add(new KeyCredential(hash(key)));
        for (Section old : key.sections("old-keys")) {
            KeyHash hash = hash(old);
            Instant until = instant(old, "until", Section.REQUIRED);
            if (!old.has("until")) {
                old.findings().error(old.place().at("until"), "is missing; say from when the old key is refused");
            }
            if (hash != UNKNOWN && until != null) {
                credentials.add(new KeyCredential(hash, until));
            }
        }
        if (credentials.size() > MOST_CREDENTIALS) {
            key.error("old-keys", "are more than " + (MOST_CREDENTIALS - 1) + "; remove the oldest");
        }
        return credentials;
    }

    private KeyHash hash(Section owner) {
        Secret text = owner.secret("key", "required without key-hash", Names::strongCredential);
        KeyHash hash = owner.value(
                "key-hash",
                new Option(owner.path("key-hash"), "text", "required without key", "sha256: and 64 hex digits"),
                KeyReader::hash);
        if (owner.has("key") && owner.has("key-hash")) {
            owner.error("key-hash", "does not go with key; keep one of the two");
        } else if (!owner.has("key") && !owner.has("key-hash")) {
            owner.error("key", "is missing; write key, or key-hash from 'sluice keygen'");
        }
        if (owner.isClearText("key") && (text == null || !SampleKey.isSample(KeyHash.ofKey(text.reveal())))) {
            clearText.add(owner.place().at("key"));
        }
        return text != null ? KeyHash.ofKey(text.reveal()) : hash != null ? hash : UNKNOWN;
    }

    private static KeyHash hash(String text) {
        if (!text.matches(HASH_PREFIX + "[0-9a-fA-F]{64}")) {
            throw new IllegalArgumentException(
                    "is not a hash; write sha256: and 64 hex digits, as 'sluice keygen' does");
        }
        return KeyHash.ofHex(text.substring(HASH_PREFIX.length()));
    }

    // --- lists

    private static EndpointFamily endpoint(String text) {
        return Arrays.stream(EndpointFamily.values())
                .filter(family -> family.word().equals(text))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("is not one of " + ENDPOINTS));
    }

    /** The items of a list, each read; a present list without items would allow all, which nobody means. */
    private <T> List<T> items(String name, String type, String fallback, Function<String, T> parser) {
        List<T> values = new ArrayList<>();
        for (Item item : key.texts(name, type, fallback)) {
            try {
                values.add(parser.apply(item.text()));
            } catch (IllegalArgumentException e) {
                String message = String.valueOf(e.getMessage());
                if (message.startsWith("'")) {
                    // It shows the text itself.
                    message = item.written() ? message : item.shown() + " is not one of " + type;
                } else {
                    message = item.shown() + " " + message;
                }
                key.findings().error(item.place(), message);
            }
        }
        if (key.isEmptyList(name)) {
            key.error(
                    name,
                    "is an empty list; "
                            + (fallback.equals("all")
                                    ? "remove it to allow all, or set disabled: true"
                                    : "remove it to deny none"));
        }
        return values;
    }

    /** Defaults for what is asked of a text endpoint, each in its own dialect. */
    private Map<EndpointFamily, ParameterRules> defaults() {
        Section defaults = key.section("defaults");
        Map<EndpointFamily, ParameterRules> rules = new EnumMap<>(EndpointFamily.class);
        for (EndpointFamily family : EndpointFamily.values()) {
            if (family.isText()) {
                Map<String, String> fields = ParameterReader.fields(defaults, family.word());
                if (!fields.isEmpty()) {
                    rules.put(family, new ParameterRules(Map.of(), fields, List.of(), Map.of()));
                }
            }
        }
        return rules;
    }

    /** A list of names, or a mapping of names to values. */
    private List<String> tags() {
        YamlNode written =
                key.raw(TAGS, new Option(key.path(TAGS), "list of texts", "none", "or a mapping of names to texts"));
        Option value = new Option(Place.join(key.path(TAGS), "<name>"), "text", "none", "1 to 128 characters");
        key.reading().declare(value);
        List<String> tags = new ArrayList<>();
        if (written instanceof Mapping) {
            key.values(TAGS, "name", value.type(), value.fallback())
                    .forEach((name, item) -> tag(name + "=" + item.text(), item.place(), tags));
        } else {
            key.texts(TAGS, "texts", "none").forEach(item -> tag(item.text(), item.place(), tags));
        }
        if (tags.size() > MOST_TAGS) {
            key.error(TAGS, "are more than " + MOST_TAGS);
        }
        return tags;
    }

    private void tag(String text, Place place, List<String> tags) {
        if (text.length() > LONGEST_TAG || text.chars().anyMatch(Character::isISOControl)) {
            key.findings().error(place, "is longer than " + LONGEST_TAG + " characters, or holds a control character");
        } else if (tags.contains(text)) {
            key.findings().error(place, "stands twice");
        } else {
            tags.add(text);
        }
    }
}
