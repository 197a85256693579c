package io.sluice.admin.api;

import io.sluice.admin.api.ApiDocument.Operation;
import io.sluice.admin.api.Problem.Fault;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.ext.web.Router;
import io.vertx.ext.web.RoutingContext;
import io.vertx.ext.web.handler.BodyHandler;
import io.vertx.ext.web.handler.SecurityPolicyHandler;
import io.vertx.ext.web.openapi.router.RouterBuilder;
import io.vertx.openapi.contract.OpenAPIContract;
import io.vertx.openapi.validation.ValidatedRequest;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.function.Function;
import java.util.function.Supplier;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of the API. A request goes through: who asks, may they, is it small enough, does it have the form that the
 * document says; only then its handler sees it. Made and used on the admin verticle's event loop.
 */
public final class ApiRouter {
    private static final Logger LOG = LoggerFactory.getLogger(ApiRouter.class);
    private static final String CALLER = "caller";
    private static final String SCHEME = "bearer ";

    /** Where whoever authenticates puts the {@link Session} of a request that brought one. */
    public static final String SESSION = "session";

    private static final List<String> METHODS = List.of("DELETE", "GET", "PATCH", "POST", "PUT");
    private static final int MAX_BODY = 1024 * 1024;

    /** Of operations with {@code x-large-body}. */
    private static final int LARGE_BODY = 8 * 1024 * 1024;

    /** Streams at a time: each holds a connection to the database for as long as its client reads. */
    private static final int MAX_STREAMS = 4;

    /** Streams of events at a time. */
    private static final int MAX_WATCHERS = 16;

    private final Supplier<ApiDocument> source;
    private final List<ApiArea> areas;
    private final Function<RoutingContext, Future<Caller>> authenticate;
    private @Nullable Future<Router> opened;
    private int streams;
    private int watchers;

    /**
     * Nothing is read yet.
     *
     * @param areas all of the API
     * @param authenticate says who asks; fails with {@link Problem}
     */
    public ApiRouter(List<ApiArea> areas, Function<RoutingContext, Future<Caller>> authenticate) {
        this(ApiDocument::load, areas, authenticate);
    }

    ApiRouter(
            Supplier<ApiDocument> source, List<ApiArea> areas, Function<RoutingContext, Future<Caller>> authenticate) {
        this.source = source;
        this.areas = List.copyOf(areas);
        this.authenticate = authenticate;
    }

    /**
     * Makes the routes, once: at the first request, or before. Reading and compiling the document takes more than a second of
     * a processor, all of it on a worker thread; requests that come meanwhile wait for it.
     *
     * @param vertx whose router
     * @return when the API can be used; fails when the document is no OpenAPI document, or is not that of the areas
     */
    public Future<Void> open(Vertx vertx) {
        return router(vertx).mapEmpty();
    }

    private Future<Router> router(Vertx vertx) {
        Future<Router> begun = opened;
        if (begun == null) {
            begun = compile(vertx).onFailure(cause -> LOG.error("the admin API cannot be used", cause));
            opened = begun;
        }
        return begun;
    }

    // Not in order with other blocking work of the admin port, which would wait for this.
    private Future<Router> compile(Vertx vertx) {
        return vertx.executeBlocking(source::get, false).compose(document -> vertx.executeBlocking(
                        () -> OpenAPIContract.from(CallingThread.over(vertx), document.contract()), false)
                .compose(compiling -> compiling)
                .compose(compiled -> vertx.executeBlocking(
                        () -> routes(vertx, document, document.handlers(areas), compiled), false)));
    }

    /** When nothing of it is being made any more. */
    public Future<Void> settled() {
        Future<Router> begun = opened;
        return begun == null ? Future.succeededFuture() : begun.<Void>mapEmpty().otherwiseEmpty();
    }

    /** Puts the API among other paths: every request below {@link ApiDocument#BASE} is its own. */
    public void mount(Router among) {
        // The document has whole paths, and a route of a path would leave its part of them out.
        among.route("/*")
                .handler(context -> {
                    if (isOfApi(context)) {
                        handle(context);
                    } else {
                        context.next();
                    }
                })
                .failureHandler(context -> {
                    if (isOfApi(context)) {
                        Problems.answer(context, Problems.of(context.failure(), context.statusCode()));
                    } else {
                        context.next();
                    }
                });
    }

    /** Whether a request is for the API. */
    public static boolean isOfApi(RoutingContext context) {
        return context.normalizedPath().startsWith(ApiDocument.BASE + "/");
    }

    /** The token of a request; null when it has none. */
    public static @Nullable String bearer(RoutingContext context) {
        String header = context.request().getHeader("authorization");
        return header == null || !header.toLowerCase(Locale.ROOT).startsWith(SCHEME)
                ? null
                : header.substring(SCHEME.length()).strip();
    }

    private void handle(RoutingContext context) {
        if (isFromOtherPage(context)) {
            Problems.answer(context, Problem.forbidden("Pages of other servers may not change anything here."));
            return;
        }
        context.request().pause();
        authenticate
                .apply(context)
                .compose(caller -> {
                    context.put(CALLER, caller);
                    return router(context.vertx());
                })
                .onComplete(known -> {
                    context.request().resume();
                    if (known.succeeded()) {
                        known.result().handleContext(context);
                    } else {
                        Problems.answer(context, Problems.of(known.cause(), 500));
                    }
                });
    }

    /** Browsers name the page's origin in every request that changes something. */
    private static boolean isFromOtherPage(RoutingContext context) {
        String origin = context.request().getHeader("origin");
        return origin != null
                && !context.request().method().equals(HttpMethod.GET)
                && !origin.equals(
                        context.request().scheme() + "://" + context.request().authority());
    }

    private Router routes(
            Vertx vertx, ApiDocument document, Map<String, ApiHandler> handlers, OpenAPIContract compiled) {
        RouterBuilder builder = RouterBuilder.create(vertx, compiled, new RequestReader());
        builder.rootHandler((SecurityPolicyHandler) context -> early(context, document, compiled));
        BodyHandler usual = BodyHandler.create(false).setBodyLimit(MAX_BODY);
        BodyHandler large = BodyHandler.create(false).setBodyLimit(LARGE_BODY);
        builder.rootHandler(context -> {
            Operation operation = operation(context, document, compiled);
            (operation != null && operation.largeBody() ? large : usual).handle(context);
        });
        document.operations().values().forEach(operation -> {
            // There is one, or the areas were refused.
            ApiHandler handler = Objects.requireNonNull(handlers.get(operation.id()));
            builder.getRoute(operation.id())
                    .setDoSecurity(false)
                    .addHandler(context -> run(context, operation, handler));
        });
        Router made = builder.createRouter();
        made.route().last().handler(context -> unknown(context, compiled));
        made.route()
                .failureHandler(
                        context -> Problems.answer(context, Problems.of(context.failure(), context.statusCode())));
        return made;
    }

    /** Before the body is read: who may not ask learns nothing about its form. */
    private static void early(RoutingContext context, ApiDocument document, OpenAPIContract compiled) {
        Operation operation = operation(context, document, compiled);
        if (operation != null) {
            allow(context, operation);
        }
        context.next();
    }

    private static @Nullable Operation operation(
            RoutingContext context, ApiDocument document, OpenAPIContract compiled) {
        // A route takes its path with a slash behind it too.
        String path = context.normalizedPath().replaceFirst("/$", "");
        var found = compiled.findOperation(path, context.request().method());
        return found == null ? null : document.operations().get(found.getOperationId());
    }

    private static void allow(RoutingContext context, Operation operation) {
        Caller caller = context.get(CALLER);
        if (!caller.role().covers(operation.role())) {
            throw Problem.forbidden("This needs the role " + operation.role().word() + "; the token has "
                    + caller.role().word() + ".");
        }
        if (caller.team() != null && !operation.forTeams()) {
            throw Problem.forbidden("The token is for the things of one team; this is not among them.");
        }
    }

    private void run(RoutingContext context, Operation operation, ApiHandler handler) {
        allow(context, operation);
        checkQuery(context, operation);
        checkHeaders(context, operation);
        ValidatedRequest valid = context.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
        ApiRequest request = new ApiRequest(context, operation.id(), valid, context.get(CALLER));
        Future<ApiAnswer> answer;
        try {
            answer = handler.handle(request);
        } catch (Problem e) {
            answer = Future.failedFuture(e);
        }
        answer.onSuccess(done -> write(context, done))
                .onFailure(cause -> Problems.answer(context, Problems.of(cause, 500)));
    }

    /** The library does not look at parameters that the document does not have. */
    private static void checkQuery(RoutingContext context, Operation operation) {
        RequestReader.query(context).forEach((name, values) -> {
            Boolean list = operation.query().get(name);
            if (list == null) {
                throw Problem.invalid(
                        List.of(new Fault("query", shortened(name), "unknown", "there is no such parameter")));
            }
            if (!list && values.size() > 1) {
                throw Problem.parameter(name, "once", "may be given once only");
            }
        });
        if (!operation.takesBody() && context.body().length() > 0) {
            throw Problem.invalid(List.of(new Fault("body", "", "unknown", "this request takes no body")));
        }
    }

    private static void checkHeaders(RoutingContext context, Operation operation) {
        if (operation.ifMatch() && context.request().getHeader("if-match") == null) {
            throw Problem.of(
                    428,
                    "if-match-required",
                    "Read the thing first, and send its ETag in If-Match, so that nobody's change is lost.");
        }
        String key = context.request().getHeader("idempotency-key");
        if (key != null && !operation.idempotent()) {
            throw Problem.invalid(List.of(
                    new Fault("header", "Idempotency-Key", "unknown", "this request is not a create; use If-Match")));
        }
        if (key != null && !ApiRequest.isKey(key)) {
            throw Problem.invalid(List.of(
                    new Fault("header", "Idempotency-Key", "pattern", "must be 1 to 255 visible ASCII characters")));
        }
    }

    private static String shortened(String name) {
        return name.length() <= 100 ? name : name.substring(0, 100) + "…";
    }

    private void write(RoutingContext context, ApiAnswer answer) {
        HttpServerResponse response = context.response();
        if (response.closed()) {
            return;
        }
        if (answer.stream() != null) {
            stream(context, answer.stream());
            return;
        }
        if (answer.events() != null) {
            watch(context, answer.events(), answer.isBounded() ? 0 : 1);
            return;
        }
        response.setStatusCode(answer.status());
        if (answer.etag() != null) {
            response.putHeader("etag", answer.etag());
        }
        if (answer.location() != null) {
            response.putHeader("location", answer.location());
        }
        if (answer.cookie() != null) {
            response.putHeader("set-cookie", answer.cookie());
        }
        if (answer.body() == null) {
            response.end();
        } else {
            response.putHeader("content-type", "application/json")
                    .end(answer.body().encodePrettily() + "\n");
        }
    }

    private void stream(RoutingContext context, ApiAnswer.Stream stream) {
        if (streams >= MAX_STREAMS) {
            Problems.answer(
                    context,
                    Problem.of(429, "too-many-exports", "This node writes " + MAX_STREAMS + " exports already.")
                            .retryAfter(5));
            return;
        }
        streams++;
        HttpServerResponse response = context.response()
                .setChunked(true)
                .putHeader("content-type", stream.contentType())
                .putHeader("content-disposition", "attachment; filename=\"" + stream.fileName() + "\"");
        Future<Void> rows;
        try {
            rows = stream.rows().apply(new BodySink(context.vertx(), response));
        } catch (Problem e) {
            rows = Future.failedFuture(e);
        }
        rows.onComplete(done -> {
            streams--;
            if (done.succeeded()) {
                response.end();
            } else if (!response.headWritten()) {
                response.setChunked(false).headers().remove("content-disposition");
                Problems.answer(context, Problems.of(done.cause(), 500));
            } else {
                // Never a silent end: what was written is not all.
                LOG.warn("an export was cut: {}", String.valueOf(done.cause()));
                response.reset();
            }
        });
    }

    private void watch(RoutingContext context, Function<EventSink, Future<Void>> events, int places) {
        if (watchers + places > MAX_WATCHERS) {
            Problems.answer(
                    context,
                    Problem.of(
                                    429,
                                    "too-many-exports",
                                    "This node sends " + MAX_WATCHERS + " streams of events already.")
                            .retryAfter(5));
            return;
        }
        watchers += places;
        EventSink sink = new EventSink(
                context.vertx(),
                context.response()
                        .setChunked(true)
                        .putHeader("content-type", "text/event-stream")
                        .putHeader("x-accel-buffering", "no"));
        Future<Void> sent;
        try {
            sent = events.apply(sink);
        } catch (RuntimeException e) {
            sent = Future.failedFuture(e);
        }
        sent.onFailure(cause -> LOG.warn("a stream of events was cut: {}", String.valueOf(cause)))
                .onComplete(done -> {
                    watchers -= places;
                    sink.end();
                });
    }

    private static void unknown(RoutingContext context, OpenAPIContract compiled) {
        String allowed = METHODS.stream()
                .filter(method -> compiled.findOperation(context.normalizedPath(), HttpMethod.valueOf(method)) != null)
                .collect(Collectors.joining(", "));
        if (allowed.isEmpty()) {
            Problems.answer(
                    context,
                    Problem.of(404, "no-such-path", "There is nothing at this path; see /admin/v1/openapi.json."));
        } else {
            context.response().putHeader("allow", allowed);
            Problems.answer(context, Problem.of(405, "method-not-allowed", "This path takes " + allowed + " only."));
        }
    }
}
