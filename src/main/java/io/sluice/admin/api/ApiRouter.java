package io.sluice.admin.api;

import io.sluice.admin.api.ApiDocument.Operation;
import io.sluice.admin.api.Problem.Fault;
import io.vertx.core.Future;
import io.vertx.core.Promise;
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
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.TreeSet;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The paths of the API. A request goes through: who asks, may they, is it small enough, does it have the form that the
 * document says; only then its handler sees it. Made and used on the admin verticle's context.
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

    private final ApiDocument document;
    private final Map<String, ApiHandler> handlers;
    private final Function<RoutingContext, Future<Caller>> authenticate;
    private final Promise<Router> opened = Promise.promise();
    private int streams;
    private int watchers;

    /**
     * Checks that everything the document says has a handler, and the other way round.
     *
     * @param areas all of the API
     * @param authenticate says who asks; fails with {@link Problem}
     * @throws IllegalStateException when the document and the areas do not match
     */
    public ApiRouter(List<ApiArea> areas, Function<RoutingContext, Future<Caller>> authenticate) {
        this(ApiDocument.load(), areas, authenticate);
    }

    ApiRouter(ApiDocument document, List<ApiArea> areas, Function<RoutingContext, Future<Caller>> authenticate) {
        this.document = document;
        this.authenticate = authenticate;
        this.handlers = new HashMap<>();
        add(new DocumentArea());
        areas.forEach(this::add);
        TreeSet<String> without = new TreeSet<>(document.operations().keySet());
        without.removeAll(handlers.keySet());
        if (!without.isEmpty()) {
            throw new IllegalStateException("no handler for " + without);
        }
    }

    private void add(ApiArea area) {
        area.operations().forEach((id, handler) -> {
            if (!document.operations().containsKey(id)) {
                throw new IllegalStateException("the document has no operation " + id);
            }
            if (handlers.put(id, handler) != null) {
                throw new IllegalStateException("two handlers for " + id);
            }
        });
    }

    /** Shows the document itself. */
    private final class DocumentArea implements ApiArea {
        @Override
        public Map<String, ApiHandler> operations() {
            return Map.of("getDocument", request -> Future.succeededFuture(ApiAnswer.ok(document.published())));
        }
    }

    /**
     * Makes the routes. Compiling the document takes about a second on worker threads; requests that come before wait for it.
     *
     * @param vertx whose router
     * @return when the API can be used; fails when the document is no OpenAPI document
     */
    public Future<Void> open(Vertx vertx) {
        OpenAPIContract.from(ClassPathFiles.over(vertx), document.contract())
                .map(compiled -> routes(vertx, compiled))
                .onComplete(opened);
        return opened.future().mapEmpty();
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
        opened.future()
                .compose(routes -> authenticate.apply(context).map(caller -> {
                    context.put(CALLER, caller);
                    return routes;
                }))
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

    private Router routes(Vertx vertx, OpenAPIContract compiled) {
        RouterBuilder builder = RouterBuilder.create(vertx, compiled, new RequestReader());
        builder.rootHandler((SecurityPolicyHandler) context -> early(context, compiled));
        BodyHandler usual = BodyHandler.create(false).setBodyLimit(MAX_BODY);
        BodyHandler large = BodyHandler.create(false).setBodyLimit(LARGE_BODY);
        builder.rootHandler(context -> {
            Operation operation = operation(context, compiled);
            (operation != null && operation.largeBody() ? large : usual).handle(context);
        });
        document.operations().values().forEach(operation -> builder.getRoute(operation.id())
                .setDoSecurity(false)
                .addHandler(context -> run(context, operation)));
        Router made = builder.createRouter();
        made.route().last().handler(context -> unknown(context, compiled));
        made.route()
                .failureHandler(
                        context -> Problems.answer(context, Problems.of(context.failure(), context.statusCode())));
        return made;
    }

    /** Before the body is read: who may not ask learns nothing about its form. */
    private void early(RoutingContext context, OpenAPIContract compiled) {
        Operation operation = operation(context, compiled);
        if (operation != null) {
            allow(context, operation);
        }
        context.next();
    }

    private @Nullable Operation operation(RoutingContext context, OpenAPIContract compiled) {
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

    private void run(RoutingContext context, Operation operation) {
        allow(context, operation);
        checkQuery(context, operation);
        checkHeaders(context, operation);
        ValidatedRequest valid = context.get(RouterBuilder.KEY_META_DATA_VALIDATED_REQUEST);
        ApiRequest request = new ApiRequest(context, operation.id(), valid, context.get(CALLER));
        Future<ApiAnswer> answer;
        try {
            // There is one, or the node would not have started.
            answer = Objects.requireNonNull(handlers.get(operation.id())).handle(request);
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
            watch(context, answer.events());
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

    private void watch(RoutingContext context, Function<EventSink, Future<Void>> events) {
        if (watchers >= MAX_WATCHERS) {
            Problems.answer(
                    context,
                    Problem.of(
                                    429,
                                    "too-many-exports",
                                    "This node sends " + MAX_WATCHERS + " streams of events already.")
                            .retryAfter(5));
            return;
        }
        watchers++;
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
                    watchers--;
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
