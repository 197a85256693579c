package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.RoutePolicy;
import io.sluice.domain.pricing.Unpriced;
import io.sluice.domain.stored.StoredCall;
import io.sluice.domain.stored.StoredId;
import io.sluice.domain.stored.StoredIds;
import io.vertx.core.http.HttpMethod;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * {@code /v1/responses/{id}}: a stored response is looked at, deleted or cancelled, and its input listed, at the account that
 * keeps it. It is one request of the caller's key, without tokens; nothing is charged to the account.
 */
final class StoredResponses {
    /** Path of all stored responses, with a slash at its end. */
    static final String ROOT = "/v1/responses/";

    /** Stands where a model's name would; no model is asked for. */
    private static final String NO_MODEL = "-";

    private static final String CANCEL = "/cancel";
    private static final String INPUT_ITEMS = "/input_items";
    private static final Set<String> PARAMETERS = Set.of(
            "stream",
            "starting_after",
            "include",
            "include[]",
            "include%5B%5D",
            "include%5b%5d",
            "include_obfuscation",
            "after",
            "before",
            "limit",
            "order");

    private static final Pattern VALUE = Pattern.compile("[A-Za-z0-9._~%:@!$'()*,;/?+=-]*");

    private final ExchangeServices services;
    private final EdgeDialect dialect = EdgeDialect.of(ChatDialect.RESPONSES, false);

    StoredResponses(ExchangeServices services) {
        this.services = services;
    }

    /** Adds its paths to the table. */
    void addTo(Routes routes) {
        routes.add(HttpMethod.GET, ROOT, this::look)
                .add(HttpMethod.DELETE, ROOT, this::delete)
                .add(HttpMethod.POST, ROOT, this::act);
    }

    private void look(Incoming incoming) {
        String rest = incoming.request().path().substring(ROOT.length());
        ask(incoming, rest, rest.endsWith(INPUT_ITEMS) ? INPUT_ITEMS : "");
    }

    private void delete(Incoming incoming) {
        ask(incoming, incoming.request().path().substring(ROOT.length()), "");
    }

    private void act(Incoming incoming) {
        String rest = incoming.request().path().substring(ROOT.length());
        if (!rest.endsWith(CANCEL)) {
            throw Routes.unknownPath();
        }
        ask(incoming, rest, CANCEL);
    }

    private void ask(Incoming incoming, String rest, String action) {
        incoming.speaks(dialect);
        incoming.ask(Endpoint.STORED_RESPONSES);
        String told = rest.substring(0, rest.length() - action.length());
        if (told.indexOf('/') >= 0) {
            throw Routes.unknownPath();
        }
        StoredIds ids = services.storedIds(incoming.revision());
        if (ids == null) {
            throw new GatewayException(StoredRequests.withoutSecret(null));
        }
        String key = incoming.key().name();
        StoredId id = ids.open(key, told);
        if (id == null) {
            throw new GatewayException(Ownership.unknown(told));
        }
        StoredRequests.Keeper keeper = StoredRequests.keeper(incoming.revision(), id);
        Candidate only =
                new Candidate(keeper.channel(), keeper.account(), NO_MODEL, NO_MODEL, List.of(), Candidate.NO_SLOT);
        Duration asked = MaxWait.asked(incoming.request());
        String query = query(incoming.request().query());
        HttpMethod method = incoming.request().method();
        boolean stream =
                method.equals(HttpMethod.GET) && List.of(query.split("&", -1)).contains("stream=true");
        RequestHead head = RequestHead.ofStored(new StoredCall(method.name(), id.upstream() + action, query), stream);
        begin(
                incoming,
                RequestScan.ofHead(Endpoint.STORED_RESPONSES, head, NO_MODEL),
                new Ownership(ids, key, id, told, only),
                only,
                asked);
    }

    private void begin(
            Incoming incoming, RequestScan scan, Ownership ownership, Candidate only, @Nullable Duration asked) {
        Model model = new Model(NO_MODEL, List.of(only), List.of(), RoutePolicy.DEFAULT, 1, Unpriced.RECORD);
        Duration maxWait = MaxWait.of(asked, incoming.key(), model.policy(), scan.stream());
        services.enter();
        // Nothing is expected in the body, and what is there is read so that the connection can go on.
        BodyReader.read(incoming.request(), services.bounds(), services.limits(), services.clock(), services.timed())
                .onComplete(
                        body -> {
                            services.limits().releaseBody(body.length);
                            new Exchange(
                                            services,
                                            incoming,
                                            new Asked(scan, model, maxWait, ownership, null),
                                            services::leave)
                                    .start();
                        },
                        cause -> {
                            services.leave();
                            services.refuse(
                                    incoming,
                                    cause instanceof GatewayException known
                                            ? known.failure()
                                            : new GatewayFailure.Internal());
                        });
    }

    /** Of the client's query the parameters that the API knows, as they came. */
    private static String query(@Nullable String query) {
        List<String> kept = new ArrayList<>();
        for (String pair : query == null ? new String[0] : query.split("&", -1)) {
            int equals = pair.indexOf('=');
            if (equals > 0
                    && PARAMETERS.contains(pair.substring(0, equals))
                    && VALUE.matcher(pair.substring(equals + 1)).matches()) {
                kept.add(pair);
            }
        }
        return String.join("&", kept);
    }
}
