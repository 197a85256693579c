package io.sluice.admin;

import io.sluice.config.EffectiveConfig;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins.Origin;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.store.ResourceRow;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.Collection;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/** Configuration as the API shows it. Used on the admin verticle's context only. */
final class ResourceViews {
    private final Supplier<GatewayRevision> live;
    private @Nullable GatewayRevision rendered;
    private JsonObject effective = new JsonObject();

    /**
     * Shows nothing yet.
     *
     * @param live gives the live configuration
     */
    ResourceViews(Supplier<GatewayRevision> live) {
        this.live = live;
    }

    /** Everything of a kind that is in force, or stored and not, by name. */
    TreeMap<String, JsonObject> all(Kind kind) {
        TreeMap<String, JsonObject> entries = new TreeMap<>();
        GatewayRevision revision = live.get();
        effective(kind).forEach((name, json) -> entries.put(name, inForce(kind, name, json)));
        revision.origins().entries().forEach((key, origin) -> {
            String name = key.substring(key.indexOf('/') + 1);
            if (key.startsWith(kind.word() + "/") && !entries.containsKey(name)) {
                entries.put(name, inForce(kind, name, null));
            }
        });
        for (OutOfForce out : revision.origins().outOfForce()) {
            if (out.kind().equals(kind.word()) && !entries.containsKey(out.name())) {
                entries.put(out.name(), outOfForce(out));
            }
        }
        return entries;
    }

    /** One of them; null when there is none in force, nor one that is stored and known here. */
    @Nullable
    JsonObject one(Kind kind, String name) {
        Origin origin = live.get().origins().of(kind.word(), name);
        JsonObject json = effective(kind).get(name);
        if (origin != null || json != null) {
            return inForce(kind, name, json);
        }
        return live.get().origins().outOfForce().stream()
                .filter(out -> out.kind().equals(kind.word()) && out.name().equals(name))
                .map(ResourceViews::outOfForce)
                .findFirst()
                .orElse(null);
    }

    /** The same with what is stored of it. */
    JsonObject one(Kind kind, ResourceRow row) {
        JsonObject known = one(kind, row.name());
        long version = known == null ? -1 : known.getLong("version", 0L);
        return known != null && (version == row.version() || version == 0)
                ? stored(known, row)
                : stored(new JsonObject().put("state", "pending"), row);
    }

    private static JsonObject stored(JsonObject json, ResourceRow row) {
        JsonObject view = new JsonObject().put("name", row.name());
        return view.mergeIn(json)
                .put("version", row.version())
                .put("updated-at", row.updatedAt().toString())
                .put("updated-by", row.updatedBy())
                .put("document", new JsonObject(row.document()));
    }

    private JsonObject inForce(Kind kind, String name, @Nullable JsonObject json) {
        JsonObject view = new JsonObject().put("name", name).put("state", "in-force");
        Origin origin = live.get().origins().of(kind.word(), name);
        if (origin != null) {
            view.put("origin", origin.where());
            if (origin.isStored()) {
                view.put("version", origin.version());
            }
        }
        return json == null ? view : view.put("effective", json);
    }

    private static JsonObject outOfForce(OutOfForce out) {
        return new JsonObject()
                .put("name", out.name())
                .put("state", "out-of-force")
                .put("origin", Origin.STORE)
                .put("version", out.version())
                .put(
                        "reasons",
                        new JsonArray(
                                out.reasons().stream().map(Object::toString).toList()));
    }

    /** Accounts in force, by channel and name. */
    Collection<JsonObject> accounts(@Nullable String channel) {
        TreeMap<String, JsonObject> accounts = new TreeMap<>();
        effective(Kind.CHANNEL).forEach((name, json) -> {
            if (channel != null && !channel.equals(name)) {
                return;
            }
            for (Object each : json.getJsonArray("accounts")) {
                JsonObject account = (JsonObject) each;
                String id = name + "/" + account.getString("name");
                Origin origin = live.get().origins().of("accounts", id);
                accounts.put(
                        id,
                        new JsonObject()
                                .put("id", id)
                                .put("channel", name)
                                .put("origin", origin == null ? null : origin.where())
                                .mergeIn(account));
            }
        });
        return accounts.values();
    }

    /** The part of the effective configuration that is about a kind; of prices it says other things. */
    private Map<String, JsonObject> effective(Kind kind) {
        GatewayRevision revision = live.get();
        if (revision != rendered) {
            effective = EffectiveConfig.render(revision);
            rendered = revision;
        }
        Map<String, JsonObject> entries = new TreeMap<>();
        Object part = effective.getValue(kind.word());
        if (part instanceof JsonArray list) {
            list.stream()
                    .map(JsonObject.class::cast)
                    .filter(each -> each.containsKey("name"))
                    .forEach(each -> entries.put(each.getString("name"), each));
        } else if (part instanceof JsonObject map) {
            map.fieldNames().stream()
                    .filter(name -> map.getValue(name) instanceof JsonObject)
                    .forEach(name -> entries.put(name, map.getJsonObject(name)));
        }
        return entries;
    }
}
