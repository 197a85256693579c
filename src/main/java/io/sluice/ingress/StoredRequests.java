package io.sluice.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.failure.GatewayFailure.NoRoute;
import io.sluice.domain.json.JsonText;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.stored.StoredCall;
import io.sluice.domain.stored.StoredId;
import io.sluice.domain.stored.StoredIds;
import java.io.ByteArrayOutputStream;
import java.time.Duration;
import java.util.Objects;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;

/**
 * What a request to make a response has to do with stored ones: it goes on from a stored one, which must be the caller's and
 * pins it to an account, and it is stored itself. Only channels whose provider has the responses API store anything; where a
 * model has none, nothing is changed here, and translation refuses by name what it cannot do.
 */
final class StoredRequests {
    private static final String PREVIOUS = "previous_response_id";

    private StoredRequests() {}

    /**
     * A request as it goes on.
     *
     * @param scan with the provider's ids in the place of the client's
     * @param ownership whose the stored responses are; null when none can be meant
     */
    record Prepared(RequestScan scan, @Nullable Ownership ownership) {}

    /**
     * Looks at a request to the responses API.
     *
     * @param ids how ids are made; null when the installation has no secret
     * @param incoming whose it is
     * @param scan its body
     * @param model the model it asks for
     * @param depth how deep its JSON may be nested
     * @throws GatewayException when it goes on from what is not the caller's, cannot be stored although it says so, or says
     *     twice whether it is stored or in the background
     */
    static Prepared prepare(@Nullable StoredIds ids, Incoming incoming, RequestScan scan, Model model, int depth) {
        if (scan.endpoint() != Endpoint.RESPONSES || !mayStore(incoming.revision(), model)) {
            return new Prepared(scan, null);
        }
        sole(scan, "store");
        sole(scan, "background");
        String previous = previous(scan);
        if (ids == null) {
            return new Prepared(unstored(scan, previous, depth), null);
        }
        String key = incoming.key().name();
        if (previous == null) {
            return new Prepared(scan, new Ownership(ids, key, null, "", null));
        }
        StoredId known = ids.open(key, previous);
        if (known == null) {
            throw new GatewayException(Ownership.unknownPrevious(previous));
        }
        keeper(incoming.revision(), known);
        if (model.onlyAt(known.account()).candidates().isEmpty()) {
            throw new GatewayException(new InvalidRequest(
                    Kind.MALFORMED,
                    "The upstream account that keeps the previous response does not serve this model; go on with the model"
                            + " that gave that response, or begin anew without previous_response_id.",
                    "model",
                    "model_not_at_previous_response"));
        }
        int member = scan.indexOf(PREVIOUS);
        byte[] body = replaced(scan, member, JsonText.quote(known.upstream()));
        return new Prepared(
                RequestScanner.scan(body, scan.endpoint(), scan.head(), depth),
                new Ownership(ids, key, known, previous, null));
    }

    /** Whether the request may come to an account that stores, by a fallback too: no id of a provider may pass to one. */
    private static boolean mayStore(GatewayRevision revision, Model model) {
        return Stream.concat(
                        Stream.of(model),
                        model.everyFallback().map(revision.models()::get).filter(Objects::nonNull))
                .flatMap((Model each) -> each.candidates().stream())
                .anyMatch(candidate -> candidate.channel().responses() == Channel.Responses.NATIVE);
    }

    /**
     * The account that keeps a response.
     *
     * @throws GatewayException when it is not in service, or its channel does not pass such requests any more
     */
    static Keeper keeper(GatewayRevision revision, StoredId id) {
        for (Channel channel : revision.channels()) {
            for (Account account : channel.accounts()) {
                if (account.id().equals(id.account()) && channel.responses() == Channel.Responses.NATIVE) {
                    return new Keeper(channel, account);
                }
            }
        }
        throw new GatewayException(
                new NoRoute("The upstream account that keeps this response is out of service.", Duration.ZERO));
    }

    /**
     * Who keeps a response.
     *
     * @param channel the account's
     * @param account the account
     */
    record Keeper(Channel channel, Account account) {}

    /** The refusal where the installation has no secret. */
    static InvalidRequest withoutSecret(@Nullable String param) {
        return new InvalidRequest(
                Kind.MALFORMED,
                "This gateway does not store responses: its operator has to give all nodes of the cluster the same"
                        + " 'secrets' in gateway.yaml. Until then send store: false, and no previous_response_id.",
                param,
                "stored_responses_unavailable");
    }

    private static @Nullable String previous(RequestScan scan) {
        int member = scan.indexOf(PREVIOUS);
        if (member < 0) {
            return null;
        }
        int from = scan.members().spans()[member * 4 + 2];
        int to = scan.members().spans()[member * 4 + 3];
        return switch (scan.body()[from]) {
            case '"' -> JsonText.decode(scan.body(), from + 1, to - 1);
            case 'n' -> null;
            default ->
                throw new GatewayException(new InvalidRequest(
                        Kind.MALFORMED,
                        "Invalid type for '" + PREVIOUS + "': expected a string.",
                        PREVIOUS,
                        "invalid_type"));
        };
    }

    /** Without a secret nobody could ask for the response again: it is not stored, unless the client insists. */
    private static RequestScan unstored(RequestScan scan, @Nullable String previous, int depth) {
        if (previous != null) {
            throw new GatewayException(withoutSecret(PREVIOUS));
        }
        if (isTrue(scan, "background")) {
            throw new GatewayException(withoutSecret("background"));
        }
        if (isTrue(scan, "store")) {
            throw new GatewayException(withoutSecret("store"));
        }
        int store = scan.indexOf("store");
        byte[] no = "false".getBytes(UTF_8);
        if (store >= 0 && scan.body()[scan.members().spans()[store * 4 + 2]] == 'f') {
            return scan;
        }
        byte[] body = store >= 0
                ? replaced(scan, store, no)
                : spliced(
                        scan,
                        scan.members().objectStart() + 1,
                        scan.members().objectStart() + 1,
                        "\"store\":false,".getBytes(UTF_8));
        return RequestScanner.scan(body, scan.endpoint(), scan.head(), depth);
    }

    /** Refuses a member that stands twice: the provider might go by the other one, which nobody pays for. */
    private static void sole(RequestScan scan, String name) {
        int first = scan.indexOf(name);
        for (int i = first + 1; first >= 0 && i < scan.members().count(); i++) {
            if (scan.isNamed(i, name)) {
                throw new GatewayException(new InvalidRequest(
                        Kind.MALFORMED,
                        "Duplicate parameter: '" + name + "' stands more than once.",
                        name,
                        "duplicate_parameter"));
            }
        }
    }

    /** Whether a member says {@code true}. */
    static boolean isTrue(RequestScan scan, String name) {
        int member = scan.indexOf(name);
        return member >= 0 && scan.body()[scan.members().spans()[member * 4 + 2]] == 't';
    }

    /** Whether a stored response is only looked at. */
    static boolean isLook(RequestScan scan) {
        StoredCall stored = scan.head().stored();
        return stored != null && stored.method().equals("GET");
    }

    private static byte[] replaced(RequestScan scan, int member, byte[] value) {
        int[] spans = scan.members().spans();
        return spliced(scan, spans[member * 4 + 2], spans[member * 4 + 3], value);
    }

    private static byte[] spliced(RequestScan scan, int from, int to, byte[] value) {
        byte[] body = scan.body();
        ByteArrayOutputStream out = new ByteArrayOutputStream(body.length + value.length);
        out.write(body, 0, from);
        out.writeBytes(value);
        out.write(body, to, body.length - to);
        return out.toByteArray();
    }
}
