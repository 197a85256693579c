package io.sluice.domain.json;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.json.RequestField.Spelling;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;

/**
 * Reads a request body once: checks that it is JSON, finds the fields that Sluice decides on, and guesses its tokens.
 * Builds no tree and does not recurse. What Sluice does not decide on is the provider's to judge.
 */
public final class RequestScanner {
    /** The most top-level members of a request. */
    public static final int MAX_MEMBERS = 1_000;

    /** The most characters of a model's name. */
    public static final int MAX_MODEL = 256;

    /** The largest {@code n}, {@code best_of} and {@code candidateCount}. */
    public static final int MAX_CHOICES = 128;

    private static final long SEED_CACHE_KEY = 1;
    private static final long SEED_USER = 2;

    private final byte[] body;
    private final Endpoint endpoint;
    private final RequestHead head;
    private final Spelling[] fields;
    private final JsonCursor cursor;
    private final InputReader input;
    private int[] spans = new int[32];
    private int seen;
    private @Nullable String model;
    private boolean stream;
    private boolean includeUsage;
    private long maxTokens = -1;
    private long maxCompletionTokens = -1;
    private long n = 1;
    private long bestOf = 1;
    private long cacheKeyHash;
    private long userHash;

    private RequestScanner(byte[] body, Endpoint endpoint, RequestHead head, int maxDepth) {
        this.body = body;
        this.endpoint = endpoint;
        this.head = head;
        this.fields = RequestField.of(endpoint);
        this.cursor = new JsonCursor(maxDepth);
        this.input = new InputReader(cursor, body, endpoint.dialect());
        this.model = head.model() != null ? head.model() : endpoint.defaultModel();
        this.stream = head.stream();
    }

    /**
     * Scans a body that says everything itself.
     *
     * @param body the whole body as it came; kept by the result, never changed
     * @param endpoint what it asks for
     * @param maxDepth how deep objects and arrays may stand in each other; 1 or more
     * @throws GatewayException with {@link InvalidRequest} for bytes that are not JSON and for fields that are missing,
     *     wrong or ambiguous
     */
    public static RequestScan scan(byte[] body, Endpoint endpoint, int maxDepth) {
        return scan(body, endpoint, RequestHead.NONE, maxDepth);
    }

    /**
     * Scans a body.
     *
     * @param body the whole body as it came; kept by the result, never changed
     * @param endpoint what it asks for
     * @param head what the request says beside it; kept by the result
     * @param maxDepth how deep objects and arrays may stand in each other; 1 or more
     * @throws GatewayException with {@link InvalidRequest} for bytes that are not JSON and for fields that are missing,
     *     wrong or ambiguous
     */
    public static RequestScan scan(byte[] body, Endpoint endpoint, RequestHead head, int maxDepth) {
        try {
            return new RequestScanner(body, endpoint, head, maxDepth).scan();
        } catch (JsonSyntaxException e) {
            throw RequestFaults.badBody("We could not parse the JSON body of your request: " + e.getMessage() + ".");
        }
    }

    private RequestScan scan() {
        cursor.open(body, 0, body.length);
        if (cursor.peek() != '{') {
            if (body.length > 0) {
                // What is there may be no JSON at all; then that is the better message.
                cursor.skip();
                cursor.finish();
            }
            throw RequestFaults.badBody("The body of your request must be a JSON object.");
        }
        int objectStart = cursor.position();
        int count = 0;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (count == MAX_MEMBERS) {
                throw RequestFaults.badBody("Your request has more than " + MAX_MEMBERS + " top-level fields.");
            }
            if (count * 4 == spans.length) {
                spans = Arrays.copyOf(spans, spans.length * 2);
            }
            int span = count++ * 4;
            spans[span] = cursor.tokenStart();
            spans[span + 1] = cursor.tokenEnd();
            spans[span + 2] = cursor.position();
            member();
            spans[span + 3] = cursor.position();
        }
        cursor.finish();
        if (model == null) {
            throw RequestFaults.missing("model");
        }
        if (!input.found()) {
            throw RequestFaults.missing(endpoint.inputField());
        }
        return new RequestScan(
                body,
                endpoint,
                head,
                new RequestScan.Members(count, spans, objectStart),
                model,
                stream && endpoint.streams(),
                includeUsage,
                maxCompletionTokens >= 0 ? maxCompletionTokens : maxTokens,
                (int) Math.min(Math.max(n, bestOf) * input.prompts(), Integer.MAX_VALUE),
                input.upperTokens(),
                stickyHash());
    }

    /** Only what is generated gains from a cache that the provider has of the same beginning. */
    private long stickyHash() {
        if (!endpoint.isText()) {
            return 0;
        }
        return cacheKeyHash != 0 ? cacheKeyHash : userHash != 0 ? userHash : input.hash();
    }

    private void member() {
        Spelling spelling = spelling();
        if (spelling == null) {
            cursor.skip();
            return;
        }
        RequestField field = spelling.field();
        String name = spelling.text();
        if (field.isDecidedOn()) {
            if ((seen & 1 << field.ordinal()) != 0) {
                throw RequestFaults.duplicate(name);
            }
            seen |= 1 << field.ordinal();
        }
        switch (field) {
            case MODEL -> model();
            case STREAM -> stream = FieldValues.flag(cursor, name);
            case STREAM_OPTIONS -> streamOptions();
            case MAX_TOKENS, MAX_OUTPUT_TOKENS -> maxTokens = tokens(name);
            case MAX_COMPLETION_TOKENS -> maxCompletionTokens = tokens(name);
            case N -> n = choices(name);
            case BEST_OF, BATCH_SIZE -> bestOf = choices(name);
            case STREAM_FORMAT -> streamFormat();
            case QUERY -> input.question();
            case DOCUMENTS -> input.more();
            case USER -> userHash = FieldValues.affinity(cursor, body, SEED_USER);
            case PROMPT_CACHE_KEY -> cacheKeyHash = FieldValues.affinity(cursor, body, SEED_CACHE_KEY);
            case METADATA -> metadata();
            case MESSAGES -> input.messages();
            case PROMPT, INPUT -> input.prompt(name);
            case ITEMS -> input.items();
            case CONTENTS -> input.contents();
            case CONTENT, COUNTED_REQUEST -> input.whole(name);
            case REQUESTS -> input.batch(name);
            case GENERATION_CONFIG -> generationConfig(name);
            case STORED_RESPONSE, STORED_CONVERSATION, STORED_PROMPT -> input.stored();
            case TOOLS, FUNCTIONS, RESPONSE_FORMAT, TEXT_FORMAT -> input.schema();
            case SYSTEM, INSTRUCTIONS, SYSTEM_INSTRUCTION -> input.system();
        }
    }

    /** The field whose name the cursor has just read; null for one that is not read at this endpoint. */
    private @Nullable Spelling spelling() {
        int from = cursor.tokenStart();
        int to = cursor.tokenEnd();
        boolean escaped = false;
        for (int i = from; i < to; i++) {
            escaped |= body[i] == '\\';
        }
        for (Spelling field : fields) {
            byte[] name = field.bytes();
            boolean same = escaped
                    ? cursor.tokenIs(field.text())
                    : name.length == to - from && Arrays.equals(body, from, to, name, 0, name.length);
            if (same) {
                return field;
            }
        }
        return null;
    }

    private void model() {
        if (cursor.peek() != '"') {
            throw FieldValues.wrongType(cursor, "model", "a string");
        }
        cursor.string();
        String name = cursor.token();
        if (name.isEmpty()) {
            throw RequestFaults.badValue("model", "expected a non-empty string.");
        }
        if (name.length() > MAX_MODEL) {
            throw RequestFaults.tooLong("model", MAX_MODEL, name.length());
        }
        for (int i = 0; i < name.length(); i++) {
            if (Character.isISOControl(name.charAt(i)) || JsonText.isLoneSurrogate(name, i)) {
                throw RequestFaults.badValue("model", "control characters are not allowed.");
            }
        }
        model = name;
    }

    /** Speech says so where other endpoints say {@code stream}; what else it says is the provider's to judge. */
    private void streamFormat() {
        if (cursor.peek() == '"') {
            cursor.string();
            stream = cursor.tokenIs("sse");
        } else {
            cursor.skip();
        }
    }

    private void streamOptions() {
        if (entersObject("stream_options")) {
            boolean found = false;
            while (cursor.nextMember()) {
                if (!cursor.tokenIs("include_usage")) {
                    cursor.skip();
                } else if (found) {
                    throw RequestFaults.duplicate("stream_options.include_usage");
                } else {
                    found = true;
                    includeUsage = FieldValues.flag(cursor, "stream_options.include_usage");
                }
            }
        }
    }

    /** Anthropic's: who asks. Whatever else it is, is the provider's to judge. */
    private void metadata() {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("user_id")) {
                userHash = FieldValues.affinity(cursor, body, SEED_USER);
            } else {
                cursor.skip();
            }
        }
    }

    /** Gemini's: of it the two numbers that bound an answer, and the schema that it follows. */
    private void generationConfig(String param) {
        if (!entersObject(param)) {
            return;
        }
        boolean hasMost = false;
        boolean hasCount = false;
        while (cursor.nextMember()) {
            if (cursor.tokenIs("maxOutputTokens") || cursor.tokenIs("max_output_tokens")) {
                String name = param + ".maxOutputTokens";
                once(hasMost, name);
                hasMost = true;
                maxTokens = tokens(name);
            } else if (cursor.tokenIs("candidateCount") || cursor.tokenIs("candidate_count")) {
                String name = param + ".candidateCount";
                once(hasCount, name);
                hasCount = true;
                n = choices(name);
            } else if (cursor.tokenIs("responseSchema")
                    || cursor.tokenIs("response_schema")
                    || cursor.tokenIs("responseJsonSchema")
                    || cursor.tokenIs("response_json_schema")) {
                input.schema();
            } else {
                cursor.skip();
            }
        }
    }

    private static void once(boolean found, String param) {
        if (found) {
            throw RequestFaults.duplicate(param);
        }
    }

    /** Steps into the object here; false for {@code null}, which is read. */
    private boolean entersObject(String param) {
        if (cursor.peek() == 'n') {
            cursor.scalar();
            return false;
        }
        if (cursor.peek() != '{') {
            throw FieldValues.wrongType(cursor, param, "an object");
        }
        cursor.enterObject();
        return true;
    }

    private long tokens(String param) {
        return FieldValues.integer(cursor, param, -1, 0, TokenUsage.MAX);
    }

    private long choices(String param) {
        return FieldValues.integer(cursor, param, 1, 1, MAX_CHOICES);
    }
}
