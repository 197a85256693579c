package io.sluice.domain.failure;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.failure.Verdict.SlowDown;
import io.sluice.domain.json.JsonCursor;
import io.sluice.domain.json.JsonSyntaxException;
import java.time.Duration;
import java.util.Locale;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * Reads error bodies of every shape that OpenAI-compatible providers and the proxies before them send: an {@code error}
 * object or string, fields at the top, {@code detail}, {@code base_resp}, {@code Response.Error}, an array, a JSON
 * string, text, HTML, or nothing. Never throws; cut or broken JSON yields what stood before the fault.
 */
public final class UpstreamErrors {
    private static final int MAX_BYTES = 64 * 1_024;
    private static final int MAX_DEPTH = 64;
    private static final int MAX_LEVEL = 4;
    private static final int MAX_WORD = 100;

    private static final Pattern MONEY = Pattern.compile("insufficient_quota|billing|spend_limit|usage_limit");
    private static final Pattern KEY =
            Pattern.compile("api_key|account_deactivated|access_terminated|authentication_error");
    private static final Pattern CONTENT = Pattern.compile("content_filter|content_policy|moderation_blocked");
    private static final Pattern GOOGLE = Pattern.compile("[A-Z]{3,20}(?:_[A-Z]{2,20}){0,3}");

    private final JsonCursor cursor = new JsonCursor(MAX_DEPTH);
    private @Nullable String message;
    private @Nullable String type;
    private @Nullable String param;
    private @Nullable String code;
    private int messageLevel = -1;

    private UpstreamErrors() {}

    /**
     * Reads an error body.
     *
     * @param status the provider's HTTP status, for when the body says nothing; 0 when there was none
     * @param body the first bytes of the body, or all of it; the first 64 KiB are read
     */
    public static ParsedError parse(int status, byte[] body) {
        UpstreamErrors errors = new UpstreamErrors();
        errors.read(body, Math.min(body.length, MAX_BYTES));
        String message = errors.message == null ? "" : Redaction.redact(errors.message);
        if (message.isEmpty()) {
            message = status == 0
                    ? "The provider reported an error without a message."
                    : "The provider answered with status " + status + ".";
        }
        return new ParsedError(message, word(errors.type), word(errors.param), word(errors.code));
    }

    /**
     * The sentence of an error as it came, to be read by the gateway alone: it has not been through {@link Redaction}, which
     * takes times for addresses.
     *
     * @param body as for {@link #parse}
     * @return empty when there is none
     */
    static String said(byte[] body) {
        UpstreamErrors errors = new UpstreamErrors();
        errors.read(body, Math.min(body.length, MAX_BYTES));
        return errors.message == null ? "" : errors.message;
    }

    /**
     * What a status says that is about this one request, where no word says more: nobody who serves it is to blame, or one
     * client could take accounts from all others.
     *
     * @param status HTTP status
     * @param body the beginning of the body
     * @return null when the status says something of whom was asked, or nothing
     */
    public static @Nullable Verdict ofRequest(int status, byte[] body) {
        return switch (status) {
            // A page is a firewall's, which may not like this request.
            case 403 -> isJson(body) ? null : new Verdict.Elsewhere();
            // A conflict, a token of something in between, somebody who left: others may serve it.
            case 409, 498, 499 -> new Verdict.Elsewhere();
            // What the request itself points to has failed: its file, its tool.
            case 424 -> new Verdict.RequestWrong();
            default -> null;
        };
    }

    /** Whether the provider's own software wrote a body, rather than a proxy, or a server that has no such path. */
    public static boolean isJson(byte[] body) {
        for (byte b : body) {
            if (b > ' ') {
                return b == '{' || b == '[' || b == '"';
            }
        }
        return false;
    }

    /**
     * The failure that an error inside an answer means, where the HTTP status was good and says nothing.
     *
     * @param json the event or body that holds the error
     */
    public static UpstreamFailure inAnswer(byte[] json) {
        ParsedError error = parse(0, json);
        Kind kind = kind(error);
        Duration wait = kind == Kind.RATE_LIMITED ? NamedWait.inText(said(json)) : Duration.ZERO;
        return new UpstreamFailure(
                kind, 0, error.message(), error.type(), error.param(), error.code(), wait, verdict(kind, wait, error));
    }

    /** Whether an error's own words say that the request is wrong. */
    static boolean isClients(ParsedError error) {
        return kind(error) == Kind.REQUEST_REJECTED;
    }

    private static Kind kind(ParsedError error) {
        String words = words(error);
        if (MONEY.matcher(words).find() || KEY.matcher(words).find()) {
            return Kind.ACCOUNT_REFUSED;
        }
        if (words.contains("rate_limit") || words.contains("too_many_requests") || "429".equals(error.code())) {
            return Kind.RATE_LIMITED;
        }
        if (words.contains("invalid_request")
                || words.contains("context_length")
                || CONTENT.matcher(words).find()
                || words.contains("invalid_prompt")
                || words.contains("_image")
                || words.contains("image_")
                || "400".equals(error.code())) {
            return Kind.REQUEST_REJECTED;
        }
        return Kind.SERVER_ERROR;
    }

    private static Verdict verdict(Kind kind, Duration wait, ParsedError error) {
        String words = words(error);
        return switch (kind) {
            case RATE_LIMITED ->
                new SlowDown(Verdict.Reach.MODEL, wait, wait.isPositive(), LimitKind.of(error.type(), error.message()));
            case ACCOUNT_REFUSED ->
                MONEY.matcher(words).find()
                        ? new Verdict.OutOfMoney(Verdict.Reach.ACCOUNT, Duration.ZERO)
                        : new Verdict.Dead(!words.contains("authentication_error"));
            case REQUEST_REJECTED ->
                CONTENT.matcher(words).find() ? new Verdict.ContentRefused() : new Verdict.RequestWrong();
            default -> new Verdict.EndpointSick(Duration.ZERO, words.contains("overloaded"));
        };
    }

    private static String words(ParsedError error) {
        return (error.type() + " " + error.code()).toLowerCase(Locale.ROOT);
    }

    private static @Nullable String word(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String safe = Redaction.redact(text);
        return safe.isEmpty() ? null : safe.length() > MAX_WORD ? safe.substring(0, MAX_WORD) : safe;
    }

    private void read(byte[] body, int length) {
        boolean marked = length >= 3 && body[0] == (byte) 0xef && body[1] == (byte) 0xbb && body[2] == (byte) 0xbf;
        cursor.open(body, marked ? 3 : 0, length);
        int first = cursor.peek();
        if (first == '{' || first == '[' || first == '"') {
            try {
                value(0);
            } catch (JsonSyntaxException e) {
                // What was found before the fault is all there is to know.
                return;
            }
        } else if (first != '<') {
            message = new String(body, 0, Math.min(length, 2_000), UTF_8);
        }
    }

    /** Reads a value that is, or holds, an error: an object, the first element of an array, or its message. */
    private void value(int level) {
        switch (level > MAX_LEVEL ? 0 : cursor.peek()) {
            case '{' -> {
                cursor.enterObject();
                while (cursor.nextMember()) {
                    member(cursor.token(), level);
                }
            }
            case '[' -> {
                cursor.enterArray();
                for (int i = 0; cursor.nextElement(); i++) {
                    if (i == 0) {
                        value(level + 1);
                    } else {
                        cursor.skip();
                    }
                }
            }
            case '"' -> {
                cursor.string();
                String text = cursor.token();
                if (level > messageLevel && !text.isBlank()) {
                    message = text;
                    messageLevel = level;
                }
            }
            default -> cursor.skip();
        }
    }

    private void member(String name, int level) {
        switch (name) {
            case "message", "Message", "msg", "Msg", "error_msg", "status_msg", "errorMessage" -> value(level);
            case "error", "Error", "ErrorMsg", "Response", "base_resp", "detail", "errors" -> value(level + 1);
            case "type" -> type = wordOr(type);
            case "param" -> param = wordOr(param);
            case "code", "Code", "error_code", "status_code" -> code = wordOr(code);
            case "details" -> details();
            case "status" -> status();
            default -> cursor.skip();
        }
    }

    /** Anthropic's more exact code. */
    private void details() {
        if (cursor.peek() != '{') {
            cursor.skip();
            return;
        }
        cursor.enterObject();
        while (cursor.nextMember()) {
            if (cursor.token().equals("error_code")) {
                code = wordOr(code);
            } else {
                cursor.skip();
            }
        }
    }

    /** Google's kind of error, in capitals; others say other things here. */
    private void status() {
        String word = wordOr(null);
        if (type == null && word != null && GOOGLE.matcher(word).matches()) {
            type = word;
        }
    }

    /** The string or number here; what was there before for anything else. */
    private @Nullable String wordOr(@Nullable String before) {
        switch (cursor.peek()) {
            case '"' -> cursor.string();
            case '{', '[', 't', 'f', 'n' -> {
                cursor.skip();
                return before;
            }
            default -> cursor.scalar();
        }
        return cursor.token();
    }
}
