package io.sluice.admin;

import io.sluice.config.EffectiveKeys;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.StoredKeys;
import io.sluice.domain.key.VirtualKey;
import io.sluice.store.StoredKey;
import io.sluice.store.StoredKey.State;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.OffsetDateTime;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** Virtual keys as the API shows them: of a text its fingerprint only. */
final class KeyViews {
    private KeyViews() {}

    /** A stored key: what was said of it, and how it stands. */
    static JsonObject stored(StoredKey key, StoredKeys inForce) {
        JsonObject json = new JsonObject()
                .put("name", key.name())
                .put("origin", "store")
                .put("state", word(key.state()))
                .mergeIn(new JsonObject(key.definition()))
                .put("credentials", credentials(key))
                .put("created-at", text(key.createdAt()))
                .put("created-by", key.createdBy())
                .put("last-used", text(key.lastUsed()))
                .put("version", key.changed());
        String why = key.isAlive() ? inForce.outOfForce().get(key.name()) : null;
        return why == null ? json : json.put("out-of-force", why);
    }

    /** A key of the files: what counts for it. */
    static JsonObject ofFiles(VirtualKey key) {
        JsonObject shown = EffectiveKeys.key(key);
        shown.remove("disabled");
        shown.remove("key");
        shown.remove("old-keys");
        JsonArray credentials = new JsonArray();
        key.credentials()
                .forEach(credential -> credentials.add(new JsonObject()
                        .put("fingerprint", fingerprint(credential.hash()))
                        .put(
                                "until",
                                credential.until() == null
                                        ? null
                                        : credential.until().toString())));
        return new JsonObject()
                .put("name", key.name())
                .put("origin", "files")
                .put("state", word(key.rights().disabled() ? State.DISABLED : State.ACTIVE))
                .mergeIn(shown)
                .put("credentials", credentials);
    }

    /** For the audit log. */
    static String audited(StoredKey key) {
        return new JsonObject()
                .put("state", word(key.state()))
                .put("definition", new JsonObject(key.definition()))
                .put("credentials", credentials(key))
                .encode();
    }

    private static JsonArray credentials(StoredKey key) {
        JsonArray credentials = new JsonArray();
        key.credentials()
                .forEach(credential -> credentials.add(new JsonObject()
                        .put("fingerprint", fingerprint(credential.hash()))
                        .put("kind", credential.chosen() ? "chosen" : "generated")
                        .put("until", text(credential.until()))
                        .put("created-at", text(credential.createdAt()))));
        return credentials;
    }

    static String fingerprint(KeyHash hash) {
        return hash.hex().substring(0, 12);
    }

    static String word(State state) {
        return state.name().toLowerCase(Locale.ROOT);
    }

    private static @Nullable String text(@Nullable OffsetDateTime time) {
        return time == null ? null : time.toInstant().toString();
    }
}
