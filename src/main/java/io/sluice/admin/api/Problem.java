package io.sluice.admin.api;

import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Why a request is not done: the answer of RFC 9457, {@code application/problem+json}. Nothing in it may be a secret, or a
 * value of the request that could be one.
 */
public final class Problem extends RuntimeException {
    private static final long serialVersionUID = 1L;
    private static final String TYPE = "urn:sluice:problem:";

    private final int status;
    private final String kind;
    private final transient List<Fault> faults;
    private transient @Nullable JsonObject more;
    private long retryAfterSeconds = -1;

    /**
     * One thing that is wrong with a request.
     *
     * @param in where: {@code body}, {@code query}, {@code path} or {@code header}
     * @param field JSON pointer into the body, or name of the parameter; empty for the whole body
     * @param rule which rule it breaks: a keyword of JSON Schema, or a word of ours
     * @param detail one sentence, without the value
     */
    public record Fault(String in, String field, String rule, String detail) {}

    private Problem(int status, String kind, String detail, List<Fault> faults) {
        super(detail, null, false, false);
        this.status = status;
        this.kind = kind;
        this.faults = List.copyOf(faults);
    }

    /**
     * A problem.
     *
     * @param status of HTTP, 400 to 599
     * @param kind its last word as a URN, in kebab case; programs tell problems apart by it
     * @param detail one sentence for people: what is wrong, and what to do
     */
    public static Problem of(int status, String kind, String detail) {
        return new Problem(status, kind, detail, List.of());
    }

    /** The request breaks rules; all that are known are named. */
    public static Problem invalid(List<Fault> faults) {
        Fault first = faults.getFirst();
        String place = first.field().isEmpty() ? first.in() : first.in() + " " + first.field();
        return new Problem(400, "invalid-request", place + ": " + first.detail(), faults);
    }

    /**
     * A field of the body breaks a rule that the document cannot say.
     *
     * @param pointer JSON pointer, with {@code /} before each name
     * @param rule a word for it
     * @param detail one sentence, without the value
     */
    public static Problem field(String pointer, String rule, String detail) {
        return invalid(List.of(new Fault("body", pointer, rule, detail)));
    }

    /** A parameter of the query breaks a rule that the document cannot say. */
    public static Problem parameter(String name, String rule, String detail) {
        return invalid(List.of(new Fault("query", name, rule, detail)));
    }

    /** There is no such thing, or none that the caller may see. */
    public static Problem unknown(String what) {
        return of(404, "not-found", "There is no such " + what + ".");
    }

    /** It goes against what is there. */
    public static Problem conflict(String kind, String detail) {
        return of(409, kind, detail);
    }

    /** It goes against what is there, in these places. */
    public static Problem conflict(String kind, String detail, List<Fault> faults) {
        return new Problem(409, kind, detail, faults);
    }

    /** The caller may not do that. */
    public static Problem forbidden(String detail) {
        return of(403, "forbidden", detail);
    }

    /** A member more in the answer. */
    public Problem with(String name, Object value) {
        JsonObject known = more == null ? new JsonObject() : more;
        more = known.put(name, value);
        return this;
    }

    /** When it is worth another try. */
    public Problem retryAfter(long seconds) {
        retryAfterSeconds = seconds;
        return this;
    }

    /** Status of the answer. */
    public int status() {
        return status;
    }

    /** The word that tells it apart. */
    public String kind() {
        return kind;
    }

    /** Seconds of {@code Retry-After}; negative for none. */
    public long retryAfterSeconds() {
        return retryAfterSeconds;
    }

    /** The body of the answer. */
    public JsonObject toJson() {
        JsonObject json = new JsonObject()
                .put("type", TYPE + kind)
                .put("title", title())
                .put("status", status)
                .put("detail", getMessage());
        if (!faults.isEmpty()) {
            json.put("errors", new JsonArray(faults.stream().map(Problem::json).toList()));
        }
        return more == null ? json : json.mergeIn(more);
    }

    private String title() {
        String words = kind.replace('-', ' ');
        return Character.toUpperCase(words.charAt(0)) + words.substring(1);
    }

    private static JsonObject json(Fault fault) {
        return new JsonObject()
                .put("in", fault.in())
                .put("field", fault.field())
                .put("rule", fault.rule())
                .put("detail", fault.detail());
    }
}
