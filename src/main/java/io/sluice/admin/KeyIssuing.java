package io.sluice.admin;

import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Caller;
import io.sluice.admin.api.Problem;
import io.sluice.admin.api.Problem.Fault;
import io.sluice.config.KeyDefinition;
import io.sluice.config.SampleKey;
import io.sluice.domain.key.IssuingRules;
import io.sluice.domain.key.IssuingRules.Excess;
import io.sluice.domain.key.KeyFormat;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyTemplate;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.Teams;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.stored.StoredIds;
import io.sluice.store.KeyRepository;
import io.vertx.core.Future;
import io.vertx.core.json.JsonObject;
import io.vertx.sqlclient.SqlConnection;
import java.security.SecureRandom;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a key may be that somebody issues: its definition is read as if it stood in a file, and goes no further than who issues
 * it; its text is made here, or hashed with the installation's secret. Nothing of a text is in a message.
 */
final class KeyIssuing {
    private final ApiServices services;
    private final SecureRandom random = new SecureRandom();

    /**
     * A text, and what is kept of it.
     *
     * @param text shown once
     * @param hash kept
     * @param chosen whether a person chose the text
     * @param all every hash under which the same text may be kept already
     */
    record Text(String text, KeyHash hash, boolean chosen, List<KeyHash> all) {}

    KeyIssuing(ApiServices services) {
        this.services = services;
    }

    Teams teams() {
        return services.revision().get().keys().teams();
    }

    /** The key of a name that is in force; null when there is none. */
    @Nullable
    VirtualKey inForce(String name) {
        VirtualKey ofFiles = services.revision().get().keys().named(name).orElse(null);
        return ofFiles != null ? ofFiles : services.keys().inForce().named(name);
    }

    /** The teams whose keys somebody may see; null for all keys. */
    @Nullable
    List<String> visible(Caller caller) {
        String own = caller.team();
        if (own == null) {
            return null;
        }
        List<String> names = new ArrayList<>(List.of(own));
        teams().all().stream()
                .filter(team -> own.equals(team.parent()))
                .map(Team::name)
                .forEach(names::add);
        return names;
    }

    /** Whether somebody may see and change a key of a team. */
    boolean covers(Caller caller, @Nullable String team) {
        return caller.team() == null || IssuingRules.covers(caller.team(), team, teams());
    }

    // --- definitions

    /**
     * Checks what a key is to say.
     *
     * @param name the key's
     * @param definition its fields; a caller with a team gives it to a key that names none
     * @throws Problem when it says something wrong, or more than the caller may give
     */
    KeyTemplate check(Caller caller, String name, JsonObject definition) {
        if (caller.team() != null && definition.getValue("team") == null) {
            definition.put("team", caller.team());
        }
        KeyDefinition read = KeyDefinition.read(name, definition.encode());
        KeyTemplate template = read.template();
        if (template == null) {
            throw Problem.invalid(read.errors().stream()
                    .map(error -> new Fault("body", pointer(error.path()), "key", error.message()))
                    .toList());
        }
        if (caller.team() != null) {
            List<Excess> excess = IssuingRules.excess(caller.team(), template, teams());
            if (!excess.isEmpty()) {
                throw Problem.forbidden("The key would be wider than its issuer: "
                        + excess.getFirst().field() + " " + excess.getFirst().detail() + ".");
            }
        }
        if (template.team() != null && teams().named(template.team()) == null) {
            throw Problem.field("/team", "exists", "there is no such team");
        }
        return template;
    }

    /** A path of the files as a JSON pointer: {@code limits.windows[0].per} is {@code /limits/windows/0/per}. */
    static String pointer(String path) {
        return path.isEmpty()
                ? ""
                : "/"
                        + path.replace("~", "~0")
                                .replace("/", "~1")
                                .replace("]", "")
                                .replaceAll("[.\\[]", "/");
    }

    /**
     * A definition with changes: a field takes the place of the one that was there, null takes it out, and an object changes
     * its fields in the same way (RFC 7396).
     */
    static JsonObject merged(JsonObject before, JsonObject changes) {
        JsonObject merged = before.copy();
        for (Map.Entry<String, Object> change : changes) {
            if (change.getValue() == null) {
                merged.remove(change.getKey());
            } else if (change.getValue() instanceof JsonObject inner) {
                JsonObject known =
                        merged.getValue(change.getKey()) instanceof JsonObject object ? object : new JsonObject();
                merged.put(change.getKey(), merged(known, inner));
            } else {
                merged.put(change.getKey(), change.getValue());
            }
        }
        return merged;
    }

    /** No key of the files may have this name: files win. */
    void checkFiles(String name) {
        if (services.revision().get().keys().named(name).isPresent()) {
            throw Problem.conflict(
                    "in-files",
                    "A key in the configuration's files has the name '" + name + "'; files are not changed here.");
        }
    }

    // --- texts

    /** A new text. */
    Text generated() {
        String text = KeyFormat.generate(random::nextInt);
        KeyHash hash = KeyHash.ofKey(text);
        return new Text(text, hash, false, List.of(hash));
    }

    /**
     * A text that the caller gives: one that was generated elsewhere, or that a person chose.
     *
     * @throws Problem when it cannot be used
     */
    Text given(String text) {
        String weakness = KeyDefinition.weakness(text);
        if (weakness != null) {
            throw Problem.field("/key", "strong", "the text " + weakness);
        }
        KeyHash plain = KeyHash.ofKey(text);
        GatewayRevision revision = services.revision().get();
        if (SampleKey.isSample(plain)) {
            throw Problem.field("/key", "secret", "is the public sample key; leave key out to have one made");
        }
        if (revision.keys().find(plain).isPresent()) {
            throw taken();
        }
        StoredIds secrets = revision.storedIds() != null
                ? revision.storedIds()
                : services.keys().ownIds();
        if (KeyFormat.isGenerated(text)) {
            return new Text(text, plain, false, List.of(plain));
        }
        if (KeyFormat.isMistyped(text)) {
            throw Problem.field(
                    "/key", "check", "begins like a generated key and is none: a character is wrong or missing");
        }
        if (secrets == null) {
            throw Problem.conflict(
                    "no-secret",
                    "Texts that people choose need the installation's secret: set 'secrets' in gateway.yaml, the same on all"
                            + " nodes, or leave key out to have one made.");
        }
        List<KeyHash> all = secrets.chosenKey(text);
        return new Text(text, all.getFirst(), true, all);
    }

    /** Fails when one of some texts was given before. */
    Future<Void> free(KeyRepository keys, SqlConnection connection, List<Text> texts) {
        return keys.isTaken(
                        connection,
                        texts.stream().flatMap(text -> text.all().stream()).toList())
                .map(is -> {
                    if (is) {
                        throw taken();
                    }
                    return null;
                });
    }

    private static Problem taken() {
        return Problem.conflict("key-in-use", "This text cannot be used; leave key out to have one made.");
    }
}
