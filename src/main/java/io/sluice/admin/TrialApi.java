package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.ApiServices;
import io.sluice.admin.api.EventSink;
import io.sluice.admin.api.Problem;
import io.sluice.domain.key.SideDoor;
import io.sluice.domain.key.SideDoor.Ticket;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.message.Address;
import io.sluice.message.PoolReport.AccountReport;
import io.sluice.message.ShowPool;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.LongSupplier;
import org.jspecify.annotations.Nullable;

/**
 * Real requests that operators send: to one channel or account, to see whether it works, and as a key, in the playground. They
 * go through the node's own traffic port, so that limits, budgets, ledger and translation are what they are for everybody.
 */
final class TrialApi implements ApiArea {
    private static final String PROMPT = "Say hello in one short sentence.";
    private static final int TOKENS = 64;
    private static final int SHOWN_CANDIDATES = 20;

    private final ApiServices services;
    private final KeyIssuing issuing;
    private final SideDoor door;
    private final SideCalls calls;
    private final Deeds deeds;
    private final LongSupplier clock;

    TrialApi(ApiServices services, SideDoor door, SideCalls calls, Deeds deeds, LongSupplier clock) {
        this.services = services;
        this.issuing = new KeyIssuing(services);
        this.door = door;
        this.calls = calls;
        this.deeds = deeds;
        this.clock = clock;
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of(
                "tryChannel", request -> tryOut(request, request.path("channel")),
                "tryAccount", request -> tryOut(request, request.path("channel") + "/" + request.path("account")),
                "playground", this::play);
    }

    private Future<ApiAnswer> tryOut(ApiRequest request, String place) {
        JsonObject body = request.body();
        GatewayRevision revision = services.revision().get();
        requirePlace(revision, place);
        String name = body.getString("model");
        Model model = revision.models().get(name);
        List<Candidate> candidates = model == null
                ? List.of()
                : model.candidates().stream()
                        .filter(candidate -> isAt(candidate, place))
                        .toList();
        if (candidates.isEmpty()) {
            throw Problem.field("/model", "served", "is no public model that '" + place + "' serves");
        }
        JsonObject chat = new JsonObject()
                .put("model", name)
                .put("max_tokens", body.getInteger("max-tokens", TOKENS))
                .put(
                        "messages",
                        new JsonArray()
                                .add(new JsonObject()
                                        .put("role", "user")
                                        .put("content", body.getString("prompt", PROMPT))));
        JsonObject plan = plan(name, candidates).put("place", place);
        return send(
                request,
                new Call("try", "account", place, chat, plan),
                new Ticket(null, place, request.caller().address()));
    }

    private static void requirePlace(GatewayRevision revision, String place) {
        boolean known = revision.accounts().stream()
                .anyMatch(account -> account.id().equals(place) || account.id().startsWith(place + "/"));
        if (!known) {
            throw Problem.unknown(place.indexOf('/') < 0 ? "channel with accounts" : "account");
        }
    }

    private static boolean isAt(Candidate candidate, String place) {
        return candidate.accountId().equals(place) || candidate.channel().name().equals(place);
    }

    private Future<ApiAnswer> play(ApiRequest request) {
        JsonObject body = request.body();
        String name = body.getString("key");
        VirtualKey key = issuing.inForce(name);
        if (key == null || !issuing.covers(request.caller(), key.team())) {
            throw Problem.field("/key", "known", "is no key in force that you may use");
        }
        JsonObject chat = body.getJsonObject("request").copy();
        Model model = services.revision().get().models().get(String.valueOf(chat.getValue("model")));
        JsonObject plan = plan(String.valueOf(chat.getValue("model")), model == null ? List.of() : model.candidates())
                .put("key", name);
        return send(
                request,
                new Call("use", "key", name, chat, plan),
                new Ticket(name, null, request.caller().address()));
    }

    private static JsonObject plan(String model, List<Candidate> candidates) {
        return new JsonObject()
                .put("model", model)
                .put("candidates-in-all", candidates.size())
                .put(
                        "candidates",
                        new JsonArray(candidates.stream()
                                .limit(SHOWN_CANDIDATES)
                                .map(each -> new JsonObject()
                                        .put("account", each.accountId())
                                        .put("upstream-model", each.upstreamModel()))
                                .toList()));
    }

    /**
     * A request to be sent.
     *
     * @param action for the audit log
     * @param kind of what is used
     * @param name of what is used
     * @param chat the request's body
     * @param plan what is told first
     */
    private record Call(String action, String kind, String name, JsonObject chat, JsonObject plan) {}

    private Future<ApiAnswer> send(ApiRequest request, Call call, Ticket ticket) {
        if (door.port() == 0) {
            throw Problem.of(503, "not-now", "The node does not serve traffic yet.")
                    .retryAfter(1);
        }
        String text = door.issue(ticket);
        if (text == null) {
            throw Problem.of(429, "too-many-exports", "Too many requests are being sent already.")
                    .retryAfter(5);
        }
        call.chat().put("stream", true).put("stream_options", new JsonObject().put("include_usage", true));
        deeds.write(
                request.actor(),
                call.action(),
                call.kind(),
                call.name(),
                "model " + call.plan().getString("model"));
        return Future.succeededFuture(ApiAnswer.events(sink -> {
            sink.send("plan", call.plan());
            ChatRelay relay = new ChatRelay(sink, clock);
            return calls.ask(text, call.chat())
                    .compose(relay::tell)
                    .otherwise(cause -> new JsonObject()
                            .put("code", "unreached")
                            .put("message", "The node's own traffic port did not answer: " + cause.getMessage()))
                    .compose(error -> error == null ? Future.succeededFuture() : failed(sink, error, ticket));
        }));
    }

    /** Of an account its operators see what the provider itself said, too. */
    private Future<Void> failed(EventSink sink, JsonObject error, Ticket ticket) {
        String place = ticket.place();
        Future<JsonObject> told = place == null
                ? Future.succeededFuture(error)
                : services.bus()
                        .request(Address.POOL_SHOW, new ShowPool())
                        .map(report -> lastError(report.accounts(), place))
                        .otherwise(cause -> null)
                        .map(last -> last == null ? error : error.put("provider", last));
        return told.onSuccess(whole -> sink.send("error", whole)).mapEmpty();
    }

    private static @Nullable JsonObject lastError(List<AccountReport> accounts, String place) {
        return accounts.stream()
                .filter(account ->
                        account.account().equals(place) || account.account().startsWith(place + "/"))
                .map(AccountReport::lastError)
                .filter(Objects::nonNull)
                .max((a, b) -> Long.compare(a.atMillis(), b.atMillis()))
                .map(last -> new JsonObject()
                        .put("status", last.evidence().status())
                        .put("code", last.evidence().code())
                        .put("message", last.evidence().message())
                        .put("at", Instant.ofEpochMilli(last.atMillis()).toString()))
                .orElse(null);
    }
}
