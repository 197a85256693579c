package io.sluice.admin.api;

import io.sluice.store.Actor;
import io.sluice.store.Changes;
import io.sluice.store.Once;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import io.vertx.ext.web.RoutingContext;
import io.vertx.openapi.validation.RequestParameter;
import io.vertx.openapi.validation.ValidatedRequest;
import java.util.Arrays;
import java.util.List;
import java.util.TreeMap;
import java.util.concurrent.Callable;
import org.jspecify.annotations.Nullable;

/**
 * One request of the form that the document says, by somebody who may ask it. Used on the admin verticle's context, while
 * it is answered.
 */
public final class ApiRequest {
    private static final int MAX_KEY = 255;

    private final RoutingContext context;
    private final String operation;
    private final ValidatedRequest valid;
    private final Caller caller;

    ApiRequest(RoutingContext context, String operation, ValidatedRequest valid, Caller caller) {
        this.context = context;
        this.operation = operation;
        this.valid = valid;
        this.caller = caller;
    }

    /** Who asks. */
    public Caller caller() {
        return caller;
    }

    /** With which session of a browser; null when it came with a token. */
    public @Nullable Session session() {
        return context.get(ApiRouter.SESSION);
    }

    /** The token that it came with; null when it came with a session. */
    public @Nullable String bearer() {
        return ApiRouter.bearer(context);
    }

    /** Who asks, as the audit log knows them. */
    public Actor actor() {
        return caller.actor();
    }

    /** A parameter of the path, percent-decoded. */
    public String path(String name) {
        RequestParameter value = valid.getPathParameters().get(name);
        if (value == null) {
            throw new IllegalArgumentException(operation + " has no path parameter " + name);
        }
        return String.valueOf(value.get());
    }

    /** A text of the query; null when it is not given and has no default. */
    public @Nullable String query(String name) {
        RequestParameter value = valid.getQuery().get(name);
        return value == null || value.isEmpty() ? null : String.valueOf(value.get());
    }

    /** A text of the query; what else is asked for when it is not given. */
    public String query(String name, String otherwise) {
        String value = query(name);
        return value == null ? otherwise : value;
    }

    /** A list of texts in the query; empty when it is not given. */
    public List<String> queryList(String name) {
        RequestParameter value = valid.getQuery().get(name);
        return value == null || !value.isJsonArray()
                ? List.of()
                : value.getJsonArray().stream().map(String::valueOf).toList();
    }

    /** A whole number of the query; the document bounds it. */
    public long number(String name, long otherwise) {
        RequestParameter value = valid.getQuery().get(name);
        return value == null || value.isEmpty() ? otherwise : value.getLong();
    }

    /** A yes or no of the query. */
    public boolean flag(String name, boolean otherwise) {
        RequestParameter value = valid.getQuery().get(name);
        return value == null || value.isEmpty() ? otherwise : value.getBoolean();
    }

    /** How many entries a page may have, 1 to 1000. */
    public int limit() {
        return (int) number("limit", ApiDocument.USUAL_LIMIT);
    }

    /**
     * Where the page begins that is asked for.
     *
     * @return what {@link #cursor} was given; null for the first page
     * @throws Problem when it is none of this list, or belongs to another filter
     */
    public @Nullable String position() {
        String cursor = query("cursor");
        return cursor == null ? null : Cursor.read(cursor, question());
    }

    /**
     * The cursor of a page.
     *
     * @param position where it begins, 1 to 500 characters; not secret, and looked at like any input when it comes back
     */
    public String cursor(String position) {
        return Cursor.write(position, question());
    }

    /** A list with its end: {@code next-cursor} is there while there is more. */
    public ApiAnswer page(String name, JsonArray entries, @Nullable String nextPosition) {
        JsonObject json = new JsonObject().put(name, entries);
        return ApiAnswer.ok(nextPosition == null ? json : json.put("next-cursor", cursor(nextPosition)));
    }

    /** What a cursor belongs to: the operation and all parameters but the page's own. */
    private String question() {
        StringBuilder question = new StringBuilder(operation).append('\n').append(context.normalizedPath());
        RequestReader.query(context).entrySet().stream()
                .filter(each ->
                        !each.getKey().equals("cursor") && !each.getKey().equals("limit"))
                .flatMap(each -> each.getValue().stream()
                        .map(value -> each.getKey().length() + ":" + each.getKey() + "=" + value))
                .sorted()
                .forEach(each -> question.append('\n').append(each));
        return question.toString();
    }

    /** Does what takes a while on a worker. */
    public <T> Future<T> onWorker(Callable<T> work) {
        return context.vertx().executeBlocking(work, false);
    }

    /** The body; empty when there is none. */
    public JsonObject body() {
        return valid.getBody() == null || !valid.getBody().isJsonObject()
                ? new JsonObject()
                : valid.getBody().getJsonObject();
    }

    /**
     * The state that the client has seen must be the one that is changed. Called inside the transaction, with what was read
     * there.
     *
     * @param changed number of the thing's last change
     * @throws Problem 412 when it is another one
     */
    public void requireMatch(long changed) {
        String given = context.request().getHeader("if-match");
        String now = "\"" + changed + "\"";
        if (given != null
                && Arrays.stream(given.split(","))
                        .map(String::strip)
                        .noneMatch(tag -> tag.equals(now) || tag.equals("*"))) {
            throw Problem.of(
                            412,
                            "stale",
                            "It has been changed since you read it. Read it again, and send its new ETag in If-Match.")
                    .with("etag", now);
        }
    }

    /**
     * Changes the store, once for each {@code Idempotency-Key} when the request has one.
     *
     * @param services of the node
     * @param work what is done, in one transaction with the audit log
     * @return the answer, or the one that the first such request got
     */
    public Future<ApiAnswer> change(ApiServices services, Changes.Work<ApiAnswer> work) {
        String key = context.request().getHeader("idempotency-key");
        if (key == null) {
            return services.changes().make(actor(), work);
        }
        String what = context.request().method() + "\n" + context.normalizedPath() + "\n" + canonical(body());
        return services.changes()
                .make(actor(), new Once<>(key, services.marks(what), ApiAnswer::kept, ApiAnswer::repeated), work);
    }

    /** The same text whatever the order of fields was. */
    private static String canonical(Object value) {
        return switch (value) {
            case JsonObject object -> {
                StringBuilder text = new StringBuilder("{");
                new TreeMap<>(object.getMap()).forEach((name, each) -> text.append(
                                JsonObject.of("n", name).encode())
                        .append(canonical(object.getValue(name)))
                        .append(','));
                yield text.append('}').toString();
            }
            case JsonArray array -> {
                StringBuilder text = new StringBuilder("[");
                array.forEach(each -> text.append(canonical(each)).append(','));
                yield text.append(']').toString();
            }
            case null -> "null";
            default -> JsonObject.of("v", value).encode();
        };
    }

    /** Whether a key is one that can be kept. */
    static boolean isKey(String key) {
        return key.length() <= MAX_KEY && key.matches("[!-~]+");
    }
}
