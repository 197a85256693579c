package io.sluice.provider.fetch;

import io.sluice.domain.chat.ChatMedia.Named;
import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.chat.FetchedMedia.Address;
import io.sluice.domain.chat.FetchedMedia.Outcome;
import io.sluice.domain.chat.MediaSource;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.media.FetchRules;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.media.MediaRefusal;
import io.sluice.domain.media.RefusedMediaException;
import io.sluice.provider.fetch.Download.Body;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Base64;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.jspecify.annotations.Nullable;

/**
 * Everything that one attempt lacks, fetched at once: the first that fails fails all. Used on the lane's event loop, once.
 */
public final class MediaFetch {
    private static final int MOST_ADDRESSES = 32;
    private static final UpstreamFailure BUSY =
            UpstreamFailure.of(Kind.BUSY, "The gateway is fetching as much as it can hold.");

    private final MediaFetcher fetcher;
    private final FetchRules rules;
    private final FetchedMedia media;
    private final List<Named> named;
    private final Promise<Void> done = Promise.promise();
    private final List<Download> downloads = new ArrayList<>();
    private long taken;
    private int running;
    private long timer = -1;

    /**
     * A fetch that has not begun.
     *
     * @param fetcher the lane's
     * @param rules what may be fetched
     * @param media what was fetched, and is
     * @param named what the request names
     */
    MediaFetch(MediaFetcher fetcher, FetchRules rules, FetchedMedia media, List<Named> named) {
        this.fetcher = fetcher;
        this.rules = rules;
        this.media = media;
        this.named = named;
    }

    /** Done when everything is there; fails with a {@link GatewayException}, or with a defect. */
    public Future<Void> done() {
        return done.future();
    }

    /** Ends it: nobody waits for it any more. */
    public void cancel() {
        over(new GatewayException(new GatewayFailure.ClientClosed()));
    }

    void start() {
        Map<Address, Named> missing = new LinkedHashMap<>();
        for (Named each : named) {
            Outcome outcome = media.outcome(each.address());
            if (outcome instanceof Outcome.Refused refused) {
                over(refused(each, refused.why()));
                return;
            } else if (outcome == null) {
                missing.putIfAbsent(each.address(), each);
            }
        }
        if (missing.size() > MOST_ADDRESSES) {
            over(refused(List.copyOf(missing.values()).get(MOST_ADDRESSES), MediaRefusal.TOO_MANY));
        } else if (missing.isEmpty()) {
            done.complete();
        } else if (!fetcher.room().begin(missing.size())) {
            over(new GatewayException(BUSY));
        } else {
            running = missing.size();
            media.onClose(this::released);
            timer = fetcher.vertx().setTimer(Math.max(1, rules.timeout().toMillis()), t -> late(missing));
            missing.values().forEach(this::download);
        }
    }

    private void download(Named wanted) {
        if (done.future().isComplete()) {
            // An address before it was refused unasked: one begun now would have no time limit and nobody to end it.
            ended();
            return;
        }
        // It is written into the request as often as it is named.
        long times = named.stream()
                .filter(each -> each.address().equals(wanted.address()))
                .count();
        Download download = fetcher.download(rules, wanted.address().kind(), bytes -> take(bytes * times));
        downloads.add(download);
        download.start(wanted.address().url())
                .compose(body -> fetcher.vertx()
                        .executeBlocking(() -> source(wanted.address().kind(), body), false))
                .onComplete(source -> found(wanted, source), cause -> failed(wanted, cause));
    }

    private @Nullable Exception take(long bytes) {
        if (taken + bytes > rules.maxBytes()) {
            return new RefusedMediaException(MediaRefusal.TOO_LARGE);
        }
        if (!fetcher.room().take(bytes)) {
            return new GatewayException(BUSY);
        }
        taken += bytes;
        return null;
    }

    /** Text as text, everything else in base64. Runs on a worker. */
    private static MediaSource source(MediaKind kind, Body body) throws RefusedMediaException {
        byte[] bytes = body.bytes().getBytes();
        String type = kind.typeOf(body.contentType(), bytes);
        if (type == null) {
            throw new RefusedMediaException(MediaRefusal.WRONG_TYPE);
        }
        return kind == MediaKind.TEXT || type.equals("text/plain")
                ? new MediaSource.Plain(Objects.requireNonNull(MediaKind.text(bytes)))
                : new MediaSource.Data(type, Base64.getEncoder().encodeToString(bytes));
    }

    private void found(Named wanted, MediaSource source) {
        media.put(wanted.address(), new Outcome.Found(source));
        ended();
        if (running == 0) {
            over(null);
        }
    }

    private void failed(Named wanted, Throwable cause) {
        ended();
        if (cause instanceof RefusedMediaException refused) {
            if (!done.future().isComplete()) {
                media.put(wanted.address(), new Outcome.Refused(refused.refusal()));
            }
            over(refused(wanted, refused.refusal()));
        } else {
            over(cause);
        }
    }

    private void late(Map<Address, Named> missing) {
        for (Named each : missing.values()) {
            if (media.outcome(each.address()) == null) {
                media.put(each.address(), new Outcome.Refused(MediaRefusal.UNREACHABLE));
                over(refused(each, MediaRefusal.UNREACHABLE));
                return;
            }
        }
    }

    private void ended() {
        running--;
        fetcher.room().end(1);
    }

    /** The bytes of downloads that failed stay counted until the request ends: it has few of them. */
    private void released() {
        fetcher.room().give(taken);
        taken = 0;
        cancel();
    }

    private void over(@Nullable Throwable cause) {
        boolean first = cause == null ? done.tryComplete() : done.tryFail(cause);
        if (first) {
            if (timer >= 0) {
                fetcher.vertx().cancelTimer(timer);
            }
            if (cause != null) {
                downloads.forEach(Download::cancel);
            }
        }
    }

    private GatewayException refused(Named wanted, MediaRefusal why) {
        String which = named.size() == 1 ? "" : " (address " + (named.indexOf(wanted) + 1) + " of the request)";
        return new GatewayException(new UpstreamFailure(
                Kind.INEXPRESSIBLE,
                0,
                "'" + wanted.field() + "'" + which + " " + why.reason() + ".",
                null,
                wanted.field(),
                "media_not_fetched",
                Duration.ZERO));
    }
}
