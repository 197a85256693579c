package io.sluice.admin.ui;

import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/** The paths of the console. Used on the admin verticle's context; files are read on a worker thread, at the start. */
public final class UiRoutes {
    private static final String FOR_EVER = "public, max-age=31536000, immutable";
    private final Future<UiFiles> files;

    /**
     * Begins to read the files; requests that come before they are read wait.
     *
     * @param vertx whose worker reads
     */
    public UiRoutes(Vertx vertx) {
        this.files = vertx.executeBlocking(UiFiles::load);
    }

    /** Puts the console among other paths. */
    public void mount(Router among) {
        among.route().handler(context -> {
            String path = context.request().path();
            if (path == null || !(path.equals("/") || path.equals("/ui") || path.startsWith(UiFiles.PAGE))) {
                context.next();
            } else if (!isRead(context.request())) {
                context.response()
                        .setStatusCode(405)
                        .putHeader("allow", "GET, HEAD")
                        .end();
            } else if (!path.startsWith(UiFiles.PAGE)) {
                context.response()
                        .setStatusCode(308)
                        .putHeader("location", UiFiles.PAGE)
                        .end();
            } else {
                // Paused, lest it end before its answer is known.
                context.request().pause();
                files.onComplete(read -> {
                    context.request().resume();
                    if (read.succeeded()) {
                        answer(context, read.result(), path);
                    } else {
                        context.fail(read.cause());
                    }
                });
            }
        });
    }

    private static boolean isRead(HttpServerRequest request) {
        return request.method().equals(HttpMethod.GET) || request.method().equals(HttpMethod.HEAD);
    }

    private static void answer(RoutingContext context, UiFiles files, String path) {
        HttpServerResponse response = context.response();
        if (path.equals(UiFiles.PAGE)) {
            response.putHeader("content-security-policy", files.policy())
                    .putHeader("cross-origin-opener-policy", "same-origin")
                    .putHeader("cache-control", "no-cache")
                    .putHeader("etag", files.pageTag());
            if (files.pageTag().equals(context.request().getHeader("if-none-match"))) {
                response.setStatusCode(304).end();
            } else {
                send(context, files.page());
            }
            return;
        }
        UiFile file = files.find(path);
        if (file == null) {
            // Never the page: a script that is not there must fail as such.
            context.fail(404);
        } else {
            response.putHeader("cache-control", FOR_EVER);
            send(context, file);
        }
    }

    private static void send(RoutingContext context, UiFile file) {
        HttpServerResponse response =
                context.response().putHeader("content-type", file.type()).putHeader("vary", "accept-encoding");
        Buffer body = file.plain();
        if (takesGzip(context.request().getHeader("accept-encoding"))) {
            response.putHeader("content-encoding", "gzip");
            body = file.gzip();
        }
        if (context.request().method().equals(HttpMethod.HEAD)) {
            response.putHeader("content-length", Integer.toString(body.length()))
                    .end();
        } else {
            response.end(body);
        }
    }

    /** Whether a client says so and does not take it back ({@code gzip;q=0}). */
    private static boolean takesGzip(@Nullable String accepted) {
        if (accepted == null) {
            return false;
        }
        for (String each : accepted.toLowerCase(Locale.ROOT).split(",", -1)) {
            String coding = each.replace(" ", "");
            if (coding.equals("gzip") || (coding.startsWith("gzip;") && !coding.matches("gzip;q=0(\\.0*)?"))) {
                return true;
            }
        }
        return false;
    }
}
