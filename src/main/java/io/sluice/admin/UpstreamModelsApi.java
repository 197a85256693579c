package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.Problem;
import io.sluice.config.ChannelForm;
import io.sluice.config.FormField;
import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.Preset;
import io.sluice.domain.pool.ProviderType;
import io.sluice.managed.Draft;
import io.sluice.preset.Presets;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;

/** What forms for channels need: which providers there are, and which models one offers. */
final class UpstreamModelsApi implements ApiArea {
    private final ApiServices services;
    private final ModelSource source;
    private final Deeds deeds;
    private @Nullable JsonObject types;

    UpstreamModelsApi(ApiServices services, ModelSource source, Deeds deeds) {
        this.services = services;
        this.source = source;
        this.deeds = deeds;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "fetchModelsOfChannel", this::ofChannel,
                "fetchModels", this::ofDraft,
                "listProviderTypes", request -> Future.succeededFuture(ApiAnswer.ok(types())));
    }

    private Future<ApiAnswer> ofChannel(ApiRequest request) {
        String name = request.path("name");
        Channel channel = services.revision().get().channels().stream()
                .filter(each -> each.name().equals(name))
                .findFirst()
                .orElseThrow(() -> Problem.unknown("channel in force"));
        String wanted = request.body().getString("account");
        Account account = channel.accounts().stream()
                .filter(each -> wanted == null || each.name().equals(wanted))
                .findFirst()
                .orElseThrow(() -> Problem.field("/account", "known", "is no account of the channel"));
        return fetch(request, channel, account);
    }

    private Future<ApiAnswer> ofDraft(ApiRequest request) {
        JsonObject document = request.body().copy();
        String key = String.valueOf(document.remove("key"));
        ResourcesApi.checkRights(request, document, null);
        // A name that nobody has: nothing is stored.
        String name = "fetch-" + UUID.randomUUID();
        document.put("models", new JsonObject().put("any", new JsonObject()))
                .put(
                        "accounts",
                        new JsonArray().add(new JsonObject().put("name", "one").put("key", key)));
        return services.editor()
                .channel(new Draft(Kind.CHANNEL, name, document.encode()))
                .compose(planned -> ResourceProblems.checked(planned.plan()).map(planned.channel()))
                .compose(channel -> channel == null
                        ? Future.failedFuture(Problem.unknown("channel"))
                        : fetch(request, channel, channel.accounts().getFirst()))
                .recover(ResourceProblems::told);
    }

    private Future<ApiAnswer> fetch(ApiRequest request, Channel channel, Account account) {
        deeds.write(
                request.actor(),
                "fetch-models",
                "channel",
                channel.name(),
                "at " + channel.baseUrl().host());
        return source.of(channel, account)
                .map(models -> ApiAnswer.ok(new JsonObject()
                        .put("account", account.name())
                        .put("models", new JsonArray(models))
                        .put("served", new JsonObject(new LinkedHashMap<>(channel.redirects())))))
                .recover(cause -> Future.failedFuture(
                        cause instanceof GatewayException known && known.failure() instanceof UpstreamFailure said
                                ? refused(said)
                                : cause));
    }

    private static Problem refused(UpstreamFailure failure) {
        String said = failure.message().isBlank() ? "" : ": " + failure.message();
        return Problem.of(502, "upstream-failed", "The provider gave no list of models" + said)
                .with("reason", failure.kind().name().toLowerCase(Locale.ROOT).replace('_', '-'))
                .with("upstream-status", failure.status());
    }

    /** Made once: nothing of it changes while the program runs. */
    private JsonObject types() {
        JsonObject known = types;
        if (known == null) {
            JsonArray all = new JsonArray();
            for (ProviderType type : ProviderType.values()) {
                all.add(type(type));
            }
            JsonArray presets = new JsonArray();
            Presets.NAMES.forEach(name -> presets.add(preset(Presets.of(name))));
            known = new JsonObject().put("types", all).put("presets", presets);
            types = known;
        }
        return known;
    }

    private static JsonObject type(ProviderType type) {
        return new JsonObject()
                .put("type", type.word())
                .put(
                        "credentials",
                        new JsonArray(type.credentials().stream()
                                .map(UpstreamModelsApi::word)
                                .toList()))
                .put("fields", fields(ChannelForm.of(type)));
    }

    private static JsonArray fields(List<FormField> fields) {
        return new JsonArray(fields.stream()
                .map(field -> new JsonObject()
                        .put("path", field.path())
                        .put("type", field.type())
                        .put("default", field.fallback())
                        .put("range", field.range())
                        .put("required", field.required()))
                .toList());
    }

    private static JsonObject preset(Preset preset) {
        return new JsonObject()
                .put("preset", preset.name())
                .put("title", preset.title())
                .put("type", preset.type().word())
                .put("base-url", preset.baseUrl())
                .put("base-url-required", preset.baseUrl() == null)
                .put("other-urls", new JsonObject(Map.copyOf(preset.otherUrls())))
                .put("key-optional", preset.auth() == Preset.Auth.OPTIONAL)
                .put("limits", new JsonObject(Map.copyOf(preset.limits())))
                .put("zone", preset.zone());
    }

    private static String word(Enum<?> value) {
        return value.name().toLowerCase(Locale.ROOT).replace('_', '-');
    }
}
