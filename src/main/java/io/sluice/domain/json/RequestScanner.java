package io.sluice.domain.json;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
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

    /** The largest {@code n} and {@code best_of}. */
    public static final int MAX_CHOICES = 128;

    private static final int PROMPT_BEGINNING = 1_024;
    private static final int TOKENS_PER_MESSAGE = 3;
    private static final int TOKENS_OF_REPLY = 3;
    private static final long SEED_CACHE_KEY = 1;
    private static final long SEED_USER = 2;
    private static final long SEED_PROMPT = 3;

    /** Top-level fields that are read. All but the last three are decided on, so they may stand only once. */
    private enum Field {
        MODEL,
        STREAM,
        STREAM_OPTIONS,
        MAX_TOKENS,
        MAX_COMPLETION_TOKENS,
        N,
        BEST_OF,
        USER,
        PROMPT_CACHE_KEY,
        MESSAGES,
        PROMPT,
        INPUT,
        TOOLS,
        FUNCTIONS,
        RESPONSE_FORMAT;

        private static final Field[] ALL = values();
        private final String text = name().toLowerCase(java.util.Locale.ROOT);

        boolean isDecidedOn() {
            return compareTo(TOOLS) < 0;
        }
    }

    private final byte[] body;
    private final Endpoint endpoint;
    private final JsonCursor cursor;
    private final InputCount input;
    private int[] spans = new int[32];
    private int seen;
    private @Nullable String model;
    private boolean stream;
    private boolean includeUsage;
    private long maxTokens = -1;
    private long maxCompletionTokens = -1;
    private long n = 1;
    private long bestOf = 1;
    private int prompts = 1;
    private boolean inputFound;
    private long cacheKeyHash;
    private long userHash;
    private long promptHash;

    private RequestScanner(byte[] body, Endpoint endpoint, int maxDepth) {
        this.body = body;
        this.endpoint = endpoint;
        this.cursor = new JsonCursor(maxDepth);
        this.input = new InputCount(cursor);
    }

    /**
     * Scans a body.
     *
     * @param body the whole body as it came; kept by the result, never changed
     * @param endpoint what it asks for
     * @param maxDepth how deep objects and arrays may stand in each other; 1 or more
     * @throws GatewayException with {@link InvalidRequest} for bytes that are not JSON and for fields that are missing,
     *     wrong or ambiguous
     */
    public static RequestScan scan(byte[] body, Endpoint endpoint, int maxDepth) {
        try {
            return new RequestScanner(body, endpoint, maxDepth).scan();
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
        if (!inputFound) {
            throw RequestFaults.missing(endpoint.inputField());
        }
        return new RequestScan(
                body,
                endpoint,
                new RequestScan.Members(count, spans, objectStart),
                model,
                stream && endpoint.streams(),
                includeUsage,
                maxCompletionTokens >= 0 ? maxCompletionTokens : maxTokens,
                (int) Math.min(Math.max(n, bestOf) * prompts, Integer.MAX_VALUE),
                input.upperTokens(),
                stickyHash());
    }

    private long stickyHash() {
        if (endpoint == Endpoint.EMBEDDINGS) {
            return 0;
        }
        return cacheKeyHash != 0 ? cacheKeyHash : userHash != 0 ? userHash : promptHash;
    }

    private void member() {
        Field field = field();
        if (field == null) {
            cursor.skip();
            return;
        }
        if (field.isDecidedOn()) {
            if ((seen & 1 << field.ordinal()) != 0) {
                throw RequestFaults.duplicate(field.text);
            }
            seen |= 1 << field.ordinal();
        }
        switch (field) {
            case MODEL -> model();
            case STREAM -> stream = flag(field.text);
            case STREAM_OPTIONS -> streamOptions();
            case MAX_TOKENS -> maxTokens = integer(field.text, -1, 0, TokenUsage.MAX);
            case MAX_COMPLETION_TOKENS -> maxCompletionTokens = integer(field.text, -1, 0, TokenUsage.MAX);
            case N -> n = integer(field.text, 1, 1, MAX_CHOICES);
            case BEST_OF -> bestOf = integer(field.text, 1, 1, MAX_CHOICES);
            case USER -> userHash = affinity(SEED_USER);
            case PROMPT_CACHE_KEY -> cacheKeyHash = affinity(SEED_CACHE_KEY);
            case MESSAGES -> messages();
            case PROMPT, INPUT -> prompt(field.text);
            case TOOLS, FUNCTIONS, RESPONSE_FORMAT -> input.schema();
        }
    }

    /** The field whose name the cursor has just read; null for one that is not read at this endpoint. */
    private @Nullable Field field() {
        for (Field field : Field.ALL) {
            if (cursor.tokenIs(field.text)) {
                boolean otherInput = field.compareTo(Field.MESSAGES) >= 0
                        && field.compareTo(Field.INPUT) <= 0
                        && !field.text.equals(endpoint.inputField());
                return otherInput ? null : field;
            }
        }
        return null;
    }

    private void model() {
        if (cursor.peek() != '"') {
            throw wrongType("model", "a string");
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

    private boolean flag(String param) {
        int first = cursor.peek();
        if (first != 't' && first != 'f' && first != 'n') {
            throw wrongType(param, "a boolean");
        }
        cursor.scalar();
        return first == 't';
    }

    private void streamOptions() {
        if (cursor.peek() == 'n') {
            cursor.scalar();
            return;
        }
        if (cursor.peek() != '{') {
            throw wrongType("stream_options", "an object");
        }
        cursor.enterObject();
        boolean found = false;
        while (cursor.nextMember()) {
            if (!cursor.tokenIs("include_usage")) {
                cursor.skip();
            } else if (found) {
                throw RequestFaults.duplicate("stream_options.include_usage");
            } else {
                found = true;
                includeUsage = flag("stream_options.include_usage");
            }
        }
    }

    private long integer(String param, long absent, long min, long max) {
        if (cursor.peek() == 'n') {
            cursor.scalar();
            return absent;
        }
        String actual = kind();
        if (!actual.equals("a number")) {
            throw wrongType(param, "an integer");
        }
        cursor.scalar();
        String number = cursor.token();
        if (number.chars().anyMatch(c -> c == '.' || c == 'e' || c == 'E')) {
            throw RequestFaults.wrongType(param, "an integer", "a decimal number");
        }
        boolean negative = number.startsWith("-") && !number.equals("-0");
        // Legal JSON has no leading zeros, so more than 18 digits are far out of range.
        long value = number.length() > 18 ? negative ? Long.MIN_VALUE : Long.MAX_VALUE : Long.parseLong(number);
        if (value < min) {
            throw RequestFaults.tooSmall(param, min, number);
        }
        if (value > max) {
            throw RequestFaults.tooLarge(param, max, number);
        }
        return value;
    }

    /** Hash of the string here; 0 for anything else, which is the provider's to judge. */
    private long affinity(long seed) {
        if (cursor.peek() != '"') {
            cursor.skip();
            return 0;
        }
        cursor.string();
        boolean empty = cursor.tokenStart() == cursor.tokenEnd();
        return empty ? 0 : ByteHash.of(body, cursor.tokenStart(), cursor.tokenEnd(), seed);
    }

    private void messages() {
        if (cursor.peek() != '[') {
            throw wrongType("messages", "an array of objects");
        }
        inputFound = true;
        int start = cursor.position();
        int beginning = -1;
        int count = 0;
        cursor.enterArray();
        while (cursor.nextElement()) {
            boolean fromUser = message(count++);
            if (fromUser && beginning < 0) {
                beginning = cursor.position();
            }
        }
        if (count == 0) {
            throw RequestFaults.emptyArray("messages");
        }
        input.addTokens((long) count * TOKENS_PER_MESSAGE + TOKENS_OF_REPLY);
        promptHash = ByteHash.of(body, start, beginning < 0 ? cursor.position() : beginning, SEED_PROMPT);
    }

    /** Reads one message; tells whether a user speaks. */
    private boolean message(int index) {
        if (cursor.peek() != '{') {
            throw wrongType("messages[" + index + "]", "an object");
        }
        boolean hasRole = false;
        boolean fromUser = false;
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.tokenIs("role")) {
                if (cursor.peek() != '"') {
                    throw wrongType("messages[" + index + "].role", "a string");
                }
                cursor.string();
                input.string();
                hasRole = true;
                fromUser = cursor.tokenIs("user");
            } else {
                input.text();
            }
        }
        if (!hasRole) {
            throw RequestFaults.missing("messages[" + index + "].role");
        }
        return fromUser;
    }

    private void prompt(String param) {
        int start = cursor.position();
        switch (cursor.peek()) {
            case '"' -> input.text();
            case '[' -> promptList();
            case 'n' -> {
                cursor.scalar();
                return;
            }
            default -> throw wrongType(param, "a string or an array");
        }
        inputFound = true;
        int end = Math.min(cursor.position(), start + PROMPT_BEGINNING);
        promptHash = ByteHash.of(body, start, end, SEED_PROMPT);
    }

    /** A list of prompts, or one prompt as a list of token ids. */
    private void promptList() {
        int texts = 0;
        cursor.enterArray();
        while (cursor.nextElement()) {
            if (cursor.peek() == '"' || cursor.peek() == '[') {
                texts++;
            }
            input.text();
        }
        prompts = Math.max(1, texts);
    }

    private String kind() {
        return switch (cursor.peek()) {
            case '{' -> "an object";
            case '[' -> "an array";
            case '"' -> "a string";
            case 't', 'f' -> "a boolean";
            case 'n' -> "null";
            default -> "a number";
        };
    }

    private GatewayException wrongType(String param, String expected) {
        String actual = kind();
        // A value that is no JSON at all is a syntax error first.
        cursor.skip();
        return RequestFaults.wrongType(param, expected, actual);
    }
}
