package io.sluice.config;

import io.sluice.config.Entries.KeyEntry;
import io.sluice.config.Section.Item;
import io.sluice.domain.Glob;
import io.sluice.domain.Secret;
import io.sluice.domain.key.Cidr;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;

/** Reads one item of {@code keys}. */
final class KeyReader {
    private static final KeyHash UNKNOWN = KeyHash.ofHex("00".repeat(32));
    static final Duration LONGEST_WAIT = Duration.ofMinutes(5);

    private static final String HASH_PREFIX = "sha256:";

    private final Section key;

    private KeyReader(Section key) {
        this.key = key;
    }

    static KeyEntry read(Section key) {
        return new KeyReader(key).read();
    }

    private KeyEntry read() {
        String name = key.required("name", "name", Names::name);
        KeyHash hash = hash();
        LimitSet limits = LimitsReader.plain(key);
        Instant expires = key.value(
                "expires",
                new Option(key.path("expires"), "date", "never", "a day (midnight UTC) or an instant"),
                Scalars::instant);
        String team = key.text("team", "name", Section.NONE, Names::name);
        VirtualKey value = new VirtualKey(
                name,
                hash,
                items("models", "patterns", "all", text -> new Glob(Names.glob(text))),
                limits,
                limits.isEmpty() ? List.of() : List.of(new Scope(Scope.KEY_PREFIX + name, limits)),
                items("allow-from", "networks", "all", Cidr::parse),
                expires,
                team,
                key.integer("priority", 0, -10, 10),
                key.optionalDuration("max-wait", "as the model", Duration.ZERO, LONGEST_WAIT),
                key.flag("disabled", false),
                null,
                BudgetReader.read(key, Scope.KEY_PREFIX + name),
                key.flag("diagnostics", false));
        return new KeyEntry(
                key.place(), value, hash != UNKNOWN, team == null ? null : key.place("team"), key.isClearText("key"));
    }

    private KeyHash hash() {
        Secret text = key.secret("key", "required without key-hash", Names::strongCredential);
        KeyHash hash = key.value(
                "key-hash",
                new Option(key.path("key-hash"), "text", "required without key", "sha256: and 64 hex digits"),
                KeyReader::hash);
        if (key.has("key") && key.has("key-hash")) {
            key.error("key-hash", "does not go with key; keep one of the two");
        } else if (!key.has("key") && !key.has("key-hash")) {
            key.error("key", "is missing; write key, or key-hash from 'sluice keygen'");
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
            key.error(name, "is an empty list; remove it to allow all, or set disabled: true");
        }
        return values;
    }
}
