package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.ApiArea;
import io.sluice.admin.api.ApiHandler;
import io.sluice.admin.api.ApiRequest;
import io.sluice.admin.api.EventSink;
import io.sluice.admin.api.Problem;
import io.sluice.admin.live.LiveFeed;
import io.sluice.admin.live.LiveSink;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;

/** What changes, as it changes: {@code GET /admin/v1/live}. */
final class LiveApi implements ApiArea {
    private final LiveFeed feed;
    private final Authenticator authenticator;

    LiveApi(LiveFeed feed, Authenticator authenticator) {
        this.feed = feed;
        this.authenticator = authenticator;
    }

    /** A client of the API that listens. */
    private record Console(EventSink sink) implements LiveSink {
        @Override
        public void send(Buffer events) {
            sink.send(events);
        }

        @Override
        public boolean isFull() {
            return sink.isFull();
        }

        @Override
        public void left(Runnable handler) {
            sink.left(handler);
        }
    }

    @Override
    public Map<String, ApiHandler> operations() {
        return Map.of("listen", this::listen);
    }

    private Future<ApiAnswer> listen(ApiRequest request) {
        List<String> named = request.queryList("topic");
        Set<String> wants = named.isEmpty() ? feed.topics() : new LinkedHashSet<>(named);
        if (!feed.hasRoom()) {
            throw Problem.of(429, "too-many-listeners", LiveFeed.MOST + " consoles listen to this node already.")
                    .retryAfter(10);
        }
        return Future.succeededFuture(
                ApiAnswer.feed(sink -> feed.join(new Console(sink), wants, authenticator.goesOn(request))));
    }
}
