package io.sluice.config;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.key.KeyCredential;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.Team;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.GatewayRevision;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Map;

/** Virtual keys and teams as views show them: of a credential its fingerprint only. */
public final class EffectiveKeys {
    private EffectiveKeys() {}

    /**
     * A key with all that counts for it, defaults among it.
     *
     * @param key any key
     */
    public static JsonObject key(VirtualKey key) {
        KeyRights rights = key.rights();
        JsonObject json = new JsonObject()
                .put("name", key.name())
                .put("key", fingerprint(key.credentials().getFirst()));
        if (key.credentials().size() > 1) {
            json.put(
                    "old-keys",
                    EffectiveConfig.array(
                            key.credentials().subList(1, key.credentials().size()), old -> new JsonObject()
                                    .put("key", fingerprint(old))
                                    .put("until", String.valueOf(old.until()))));
        }
        json.put("models", EffectiveConfig.array(rights.models(), Object::toString));
        if (!rights.denyModels().isEmpty()) {
            json.put("deny-models", EffectiveConfig.array(rights.denyModels(), Object::toString));
        }
        if (!rights.endpoints().isEmpty()) {
            json.put(
                    "endpoints",
                    EffectiveConfig.array(rights.endpoints().stream().sorted().toList(), family -> family.word()));
        }
        json.put("limits", EffectiveConfig.limits(key.quota().limits()))
                .put("allow-from", EffectiveConfig.array(rights.allowFrom(), Object::toString))
                .put("priority", key.priority())
                .put("disabled", rights.disabled())
                .put("diagnostics", key.diagnostics())
                .put("log", EffectiveConfig.word(key.handling().log()));
        if (!key.handling().defaults().isEmpty()) {
            JsonObject defaults = new JsonObject();
            key.handling().defaults().entrySet().stream()
                    .sorted(Map.Entry.comparingByKey())
                    .forEach(entry -> defaults.put(
                            entry.getKey().word(),
                            new JsonArray(
                                    List.copyOf(entry.getValue().defaults().keySet()))));
            json.put("defaults", defaults);
        }
        if (!key.handling().tags().isEmpty()) {
            json.put("tags", new JsonArray(key.handling().tags()));
        }
        if (key.maxWait() != null) {
            json.put("max-wait", Scalars.show(key.maxWait()));
        }
        if (rights.expires() != null) {
            json.put("expires", rights.expires().toString());
        }
        key.budgets().stream().filter(Budget::isOfKey).forEach(own -> json.put("budget", budget(own)));
        return key.team() == null ? json : json.put("team", key.team());
    }

    /**
     * A budget as the files have it.
     *
     * @param budget any budget
     */
    public static JsonObject budget(Budget budget) {
        JsonObject json = new JsonObject().put("amount", Scalars.money(budget.amountMicros()));
        return switch (budget.window()) {
            case BudgetWindow.Total total -> json.put("every", "total");
            case BudgetWindow.Rolling rolling -> json.put("every", Scalars.show(rolling.length()));
            case BudgetWindow.Calendar calendar ->
                json.put("every", EffectiveConfig.word(calendar.unit()))
                        .put("zone", calendar.zone().getId());
        };
    }

    private static String fingerprint(KeyCredential credential) {
        return "fingerprint " + credential.hash().hex().substring(0, 12);
    }

    /** The teams of a revision. */
    static JsonArray teams(GatewayRevision revision) {
        return EffectiveConfig.array(
                List.copyOf(revision.keys().teams().all()),
                team -> EffectiveConfig.stored(team(team), revision.origins().of("teams", team.name())));
    }

    /**
     * A team.
     *
     * @param team any team
     */
    public static JsonObject team(Team team) {
        JsonObject json = new JsonObject().put("name", team.name());
        if (team.parent() != null) {
            json.put("parent", team.parent());
        }
        json.put("limits", EffectiveConfig.limits(team.limits()));
        team.budgets().forEach(own -> json.put("budget", budget(own)));
        return json;
    }
}
