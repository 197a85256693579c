package io.sluice.provider.fetch;

import io.sluice.domain.media.FetchRules;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.media.MediaRefusal;
import io.sluice.domain.media.MediaUrl;
import io.sluice.domain.media.RefusedMediaException;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpClientAgent;
import io.vertx.core.http.HttpClientRequest;
import io.vertx.core.http.HttpClientResponse;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import io.vertx.core.net.SocketAddress;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * One download: a name is asked for once, one of its allowed addresses is chosen, and the connection goes to that address;
 * the same for each redirect. Whatever fails before the bytes looks the same to the client. Used on the lane's event loop,
 * once.
 */
final class Download {
    private static final int MOST_REDIRECTS = 3;

    private final HttpClientAgent client;
    private final MediaNetwork network;
    private final FetchRules rules;
    private final MediaKind kind;
    private final Meter meter;
    private final Promise<Body> done = Promise.promise();
    private @Nullable HttpClientRequest request;

    /** Counts what comes. */
    interface Meter {
        /** Takes room for bytes; the reason why there is none, else null. */
        @Nullable
        Exception take(int bytes);
    }

    /**
     * What came.
     *
     * @param contentType as its server says; empty when it does not
     * @param bytes all of them
     */
    record Body(String contentType, Buffer bytes) {}

    Download(HttpClientAgent client, MediaNetwork network, FetchRules rules, MediaKind kind, Meter meter) {
        this.client = client;
        this.network = network;
        this.rules = rules;
        this.kind = kind;
        this.meter = meter;
    }

    /** Begins; fails with a {@link RefusedMediaException}, or with what the meter gives as reason. */
    Future<Body> start(String url) {
        try {
            ask(MediaUrl.of(url, rules), 0);
        } catch (RefusedMediaException e) {
            fail(e);
        }
        return done.future();
    }

    /** Ends it, wherever it is. */
    void cancel() {
        unreachable();
    }

    private void ask(MediaUrl url, int redirects) {
        network.resolve(url.host()).onComplete(addresses -> connect(url, addresses, redirects), cause -> unreachable());
    }

    private void connect(MediaUrl url, List<InetAddress> addresses, int redirects) {
        InetAddress chosen =
                addresses.stream().filter(network::isAllowed).findFirst().orElse(null);
        if (chosen == null || isOver()) {
            unreachable();
            return;
        }
        client.request(new RequestOptions()
                        .setMethod(HttpMethod.GET)
                        // Connects there; the name goes into the certificate check, SNI and the Host header alone.
                        .setServer(SocketAddress.inetSocketAddress(new InetSocketAddress(chosen, url.port())))
                        .setHost(url.host())
                        .setPort(url.port())
                        .setSsl(url.tls())
                        .setFollowRedirects(false)
                        .setURI(url.target()))
                .onComplete(connected -> send(url, chosen, connected, redirects), cause -> unreachable());
    }

    private void send(MediaUrl url, InetAddress chosen, HttpClientRequest connected, int redirects) {
        connected.exceptionHandler(cause -> {});
        SocketAddress peer = connected.connection().remoteAddress();
        if (isOver() || peer == null || !chosen.getHostAddress().equals(peer.hostAddress())) {
            connected.reset();
            unreachable();
            return;
        }
        request = connected;
        connected
                .putHeader("host", url.uri().getRawAuthority())
                .putHeader("accept", kind.accept())
                .putHeader("accept-encoding", "identity")
                .putHeader("user-agent", "sluice")
                .send()
                .onComplete(answer -> answered(url, answer, redirects), cause -> unreachable());
    }

    private void answered(MediaUrl url, HttpClientResponse answer, int redirects) {
        answer.exceptionHandler(cause -> unreachable());
        String coding = answer.getHeader("content-encoding");
        String location = answer.getHeader("location");
        switch (answer.statusCode()) {
            case 200 -> {
                if (coding == null || coding.equalsIgnoreCase("identity")) {
                    read(answer);
                } else {
                    unreachable();
                }
            }
            case 301, 302, 303, 307, 308 -> {
                if (location == null || redirects == MOST_REDIRECTS) {
                    unreachable();
                } else {
                    redirected(url, answer, location, redirects);
                }
            }
            default -> unreachable();
        }
    }

    private void redirected(MediaUrl url, HttpClientResponse answer, String location, int redirects) {
        try {
            MediaUrl next = url.redirected(location, rules);
            // Its end is nobody's news.
            answer.exceptionHandler(cause -> {});
            request = null;
            answer.request().reset();
            ask(next, redirects + 1);
        } catch (RefusedMediaException e) {
            fail(e);
        }
    }

    private void read(HttpClientResponse answer) {
        String type = answer.getHeader("content-type");
        Buffer bytes = Buffer.buffer();
        answer.handler(piece -> {
            Exception none = isOver() ? null : meter.take(piece.length());
            if (none != null) {
                fail(none);
            } else if (!isOver()) {
                bytes.appendBuffer(piece);
            }
        });
        answer.endHandler(v -> {
            if (done.tryComplete(new Body(type == null ? "" : type, bytes))) {
                request = null;
            }
        });
    }

    private boolean isOver() {
        return done.future().isComplete();
    }

    private void unreachable() {
        fail(new RefusedMediaException(MediaRefusal.UNREACHABLE));
    }

    private void fail(Exception why) {
        HttpClientRequest open = request;
        request = null;
        done.tryFail(why);
        if (open != null) {
            open.reset();
        }
    }
}
