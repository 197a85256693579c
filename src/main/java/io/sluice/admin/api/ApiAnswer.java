package io.sluice.admin.api;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.net.URLEncoder;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** What an operation answers. */
public final class ApiAnswer {
    private static final String STATUS = "status";
    private static final String BODY = "body";
    private static final String TAG = "etag";
    private static final String PLACE = "location";
    private static final String LEFT_OUT = "left-out";

    private final int status;
    private final @Nullable JsonObject body;
    private final @Nullable Stream stream;
    private final @Nullable Function<EventSink, Future<Void>> events;
    private @Nullable String etag;
    private @Nullable String location;
    private @Nullable String cookie;
    private boolean bounded;
    private List<String> onlyNow = List.of();

    /**
     * A body that is written while it is read.
     *
     * @param contentType of it
     * @param fileName what browsers call it; letters, digits, dots and dashes
     * @param rows writes everything; its future says when, and fails when the rest is not to be had
     */
    public record Stream(String contentType, String fileName, Function<BodySink, Future<Void>> rows) {}

    private ApiAnswer(int status, @Nullable JsonObject body, @Nullable Stream stream) {
        this(status, body, stream, null);
    }

    private ApiAnswer(
            int status,
            @Nullable JsonObject body,
            @Nullable Stream stream,
            @Nullable Function<EventSink, Future<Void>> events) {
        this.status = status;
        this.body = body;
        this.stream = stream;
        this.events = events;
    }

    /** 200 with a body. */
    public static ApiAnswer ok(JsonObject body) {
        return new ApiAnswer(200, body, null);
    }

    /**
     * 201 with what was created.
     *
     * @param collection path behind {@code /admin/v1} that it is now in
     * @param name of it there
     * @param body the thing
     */
    public static ApiAnswer created(String collection, String name, JsonObject body) {
        ApiAnswer answer = new ApiAnswer(201, body, null);
        answer.location = ApiDocument.BASE + collection + "/"
                + URLEncoder.encode(name, UTF_8).replace("+", "%20");
        return answer;
    }

    /** 204: done, and nothing to say. */
    public static ApiAnswer done() {
        return new ApiAnswer(204, null, null);
    }

    /** 200 with a body that is written while it is read. At most a few at a time; the others get 429. */
    public static ApiAnswer stream(Stream stream) {
        return new ApiAnswer(200, null, stream);
    }

    /**
     * 200 with server-sent events, as they happen. At most a few at a time; the others get 429.
     *
     * @param events sends everything; its future says when, and fails when the rest is not to be had
     */
    public static ApiAnswer events(Function<EventSink, Future<Void>> events) {
        return new ApiAnswer(200, null, null, events);
    }

    /** As {@link #events}, of something that bounds by itself how many listen. */
    public static ApiAnswer feed(Function<EventSink, Future<Void>> events) {
        ApiAnswer answer = events(events);
        answer.bounded = true;
        return answer;
    }

    /**
     * Names the state that the body shows.
     *
     * @param changed number of the thing's last change
     */
    public ApiAnswer etag(long changed) {
        etag = "\"" + changed + "\"";
        return this;
    }

    /** Sets a cookie; never in an answer that is kept for its repetition. */
    public ApiAnswer cookie(String setCookie) {
        cookie = setCookie;
        return this;
    }

    /**
     * Fields of the body, by JSON pointer, that are shown in this answer and never again: they are left out of what is kept
     * for an idempotency key, and its repetition is answered with 409 {@code already-created} and the rest of the body.
     */
    public ApiAnswer onlyNow(String... pointers) {
        onlyNow = List.of(pointers);
        return this;
    }

    int status() {
        return status;
    }

    @Nullable
    JsonObject body() {
        return body;
    }

    @Nullable
    Stream stream() {
        return stream;
    }

    @Nullable
    Function<EventSink, Future<Void>> events() {
        return events;
    }

    @Nullable
    String etag() {
        return etag;
    }

    /** Whether the handler has seen to how many listen. */
    boolean isBounded() {
        return bounded;
    }

    @Nullable
    String cookie() {
        return cookie;
    }

    @Nullable
    String location() {
        return location;
    }

    /** What is kept of it, without what is shown only now. */
    String kept() {
        JsonObject shown = body == null ? null : body.copy();
        if (shown != null) {
            onlyNow.forEach(
                    pointer -> remove(shown, List.of(pointer.substring(1).split("/"))));
        }
        return new JsonObject()
                .put(STATUS, status)
                .put(BODY, shown)
                .put(TAG, etag)
                .put(PLACE, location)
                .put(LEFT_OUT, !onlyNow.isEmpty())
                .encode();
    }

    private static void remove(Object from, List<String> path) {
        if (from instanceof JsonArray list) {
            // The same field of every entry.
            list.forEach(entry -> remove(entry, path));
        } else if (from instanceof JsonObject object && path.size() == 1) {
            object.remove(path.getFirst());
        } else if (from instanceof JsonObject object && object.getValue(path.getFirst()) != null) {
            remove(object.getValue(path.getFirst()), new ArrayList<>(path.subList(1, path.size())));
        }
    }

    /**
     * The answer to a repetition.
     *
     * @throws Problem when the first answer showed what is shown once
     */
    static ApiAnswer repeated(String kept) {
        JsonObject json = new JsonObject(kept);
        if (json.getBoolean(LEFT_OUT)) {
            throw Problem.conflict(
                            "already-created",
                            "This was created by the first request with this Idempotency-Key; what it showed once is not kept."
                                    + " Rotate or revoke what was created when the answer was lost.")
                    .with("created", json.getJsonObject(BODY));
        }
        ApiAnswer answer = new ApiAnswer(json.getInteger(STATUS), json.getJsonObject(BODY), null);
        answer.etag = json.getString(TAG);
        answer.location = json.getString(PLACE);
        return answer;
    }
}
