package io.sluice.provider;

import io.sluice.domain.chat.ChatMedia;
import io.sluice.domain.chat.ChatMedia.Named;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.dialect.Translation;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.pool.Candidate;
import io.sluice.message.OpenExchange;
import io.sluice.provider.fetch.MediaFetch;
import io.sluice.provider.fetch.MediaFetcher;
import io.vertx.core.Future;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * Puts into one attempt's request what it only names the address of, where the provider needs the bytes and the channel
 * lets them be fetched. Used on the lane's event loop.
 */
final class RequestCompletion {
    private final OpenExchange open;
    private final ChatRequest request;
    private final MediaFetch fetch;

    private RequestCompletion(OpenExchange open, ChatRequest request, MediaFetch fetch) {
        this.open = open;
        this.request = request;
        this.fetch = fetch;
    }

    /**
     * Begins.
     *
     * @param fetcher the lane's
     * @param adapter the provider's dialect
     * @param candidate whom the request goes to, with the credential of the moment
     * @param open the attempt
     * @return null when the request lacks nothing
     * @throws io.sluice.domain.failure.GatewayException when the request is malformed
     */
    static @Nullable RequestCompletion begin(
            MediaFetcher fetcher, ProviderAdapter adapter, Candidate candidate, OpenExchange open) {
        FetchRules rules = candidate.channel().fetch();
        Set<MediaKind> kinds = rules.enabled() ? adapter.needsBytes(candidate, open.scan()) : Set.of();
        if (kinds.isEmpty()) {
            return null;
        }
        ChatRequest request =
                Translation.read(open.scan(), open.scan().endpoint().dialect());
        List<Named> named = ChatMedia.of(request, kinds, open.scan().endpoint().dialect()).stream()
                .filter(each -> !adapter.fetchesItself(each.address().url()))
                .toList();
        return named.isEmpty() ? null : new RequestCompletion(open, request, fetcher.begin(rules, named, open.media()));
    }

    /** The attempt with its request whole; fails with a {@link io.sluice.domain.failure.GatewayException}. */
    Future<OpenExchange> done() {
        return fetch.done().map(v -> open.withScan(open.scan().withChat(ChatMedia.filled(request, open.media()))));
    }

    /** Nobody waits for it any more. */
    void cancel() {
        fetch.cancel();
    }
}
