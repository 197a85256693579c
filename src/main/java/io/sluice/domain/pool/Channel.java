package io.sluice.domain.pool;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.media.FetchRules;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One upstream service.
 *
 * @param name unique among channels
 * @param type its wire dialect
 * @param baseUrl where it is
 * @param apiVersion Azure's dated API version; null for the version-less form and for other types
 * @param priority larger is tried first
 * @param weight share among channels of equal priority, 1 to 1000
 * @param accounts its accounts, in file order, also those that are out by the files
 * @param redirects public model name to upstream model name, in file order
 * @param parameters what it changes in requests, where an account changes nothing else
 * @param timeouts its time limits, where an account has none of its own
 * @param outbound what it adds to requests, where an account adds nothing else
 * @param onClientGone what happens to the upstream answer when the client leaves
 * @param lenient whether fields that its dialect cannot carry are dropped and listed to the client, instead of refused
 * @param fetch whether what requests only name the address of is fetched for it, where it needs the bytes
 * @param maxConnections HTTP/1.1 connections per lane, at least 1
 * @param preset the service that it is, by name: how it differs from its dialect, and what its errors mean; null when the
 *     channel names none
 * @param responses what becomes of requests to OpenAI's responses API
 * @param health how its accounts are judged, and how they come back
 */
public record Channel(
        String name,
        ProviderType type,
        BaseUrl baseUrl,
        @Nullable String apiVersion,
        int priority,
        int weight,
        List<Account> accounts,
        Map<String, String> redirects,
        ParameterRules parameters,
        Timeouts timeouts,
        Outbound outbound,
        OnClientGone onClientGone,
        boolean lenient,
        FetchRules fetch,
        int maxConnections,
        @Nullable Preset preset,
        Responses responses,
        HealthPolicy health) {
    /** Copies the collections. */
    public Channel {
        accounts = List.copyOf(accounts);
        redirects = Collections.unmodifiableMap(new LinkedHashMap<>(redirects));
    }

    /** The same channel without its accounts: equal to another's when nothing else differs. */
    public Channel withoutAccounts() {
        return withAccounts(List.of());
    }

    /** The same channel with these accounts. */
    public Channel withAccounts(List<Account> replacement) {
        return new Channel(
                name,
                type,
                baseUrl,
                apiVersion,
                priority,
                weight,
                replacement,
                redirects,
                parameters,
                timeouts,
                outbound,
                onClientGone,
                lenient,
                fetch,
                maxConnections,
                preset,
                responses,
                health);
    }

    /** What becomes of requests to OpenAI's responses API. */
    public enum Responses {
        /** The service has that API: they pass as they came, and responses can be stored there. */
        NATIVE,
        /** They are translated, and nothing is stored. */
        TRANSLATE;

        /**
         * What is usual: only OpenAI's own service and Azure's version-less form are known to have it.
         *
         * @param type the channel's
         * @param url where it is
         */
        public static Responses usual(ProviderType type, BaseUrl url) {
            boolean has = type == ProviderType.AZURE
                    ? url.path().endsWith("/openai/v1")
                    : type == ProviderType.OPENAI && url.host().equals("api.openai.com");
            return has ? NATIVE : TRANSLATE;
        }
    }

    /** The same channel with other additions to its requests. */
    public Channel withOutbound(Outbound added) {
        return new Channel(
                name,
                type,
                baseUrl,
                apiVersion,
                priority,
                weight,
                accounts,
                redirects,
                parameters,
                timeouts,
                added,
                onClientGone,
                lenient,
                fetch,
                maxConnections,
                preset,
                responses,
                health);
    }

    /** How long attempts through one of its accounts may take. */
    public Timeouts timeoutsOf(Account account) {
        Account.Own own = account.own();
        return own == null ? timeouts : own.timeouts();
    }

    /** What is added to requests through one of its accounts. */
    public Outbound outboundOf(Account account) {
        Account.Own own = account.own();
        return own == null ? outbound : own.outbound();
    }

    /** Whether its service is known to have an endpoint, or something that serves for it. */
    public boolean offers(Endpoint endpoint) {
        return endpoint == Endpoint.STORED_RESPONSES
                ? responses == Responses.NATIVE
                : Offer.of(this).contains(endpoint);
    }

    /** What happens to the upstream answer when the client leaves. */
    public enum OnClientGone {
        /** The upstream connection is closed at once; usage is what was seen or estimated. */
        CANCEL,
        /** The answer is read on, within the channel's timeouts, to learn the true usage. */
        DRAIN
    }
}
