package io.sluice.domain.failure;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneId;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Set;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;

/**
 * What the errors of one provider mean, as data. Of the rules that fit an error the most exact one counts: codes go
 * before types, types before texts, texts before the status; among equals the first.
 *
 * @param rules what errors mean
 * @param zone where the provider's days begin
 * @param inAnswer where an answer of status 200 says that it is an error: names from the top, with dots between; a number
 *     counts from 0 into a list. A value there that is missing, null, false, 0, empty or {@code "0"} is no error
 */
public record ErrorTable(List<Rule> rules, ZoneId zone, List<String> inAnswer) {
    /** Code of a failure after which another credential is to be made of the account's key. */
    public static final String CREDENTIAL_GONE = "upstream_credential_expired";

    /** What OpenAI's clients know refused content by. */
    private static final Set<String> REFUSALS =
            Set.of("content_filter", "content_policy_violation", "moderation_blocked");

    /** Knows nothing. */
    public static final ErrorTable NONE = new ErrorTable(List.of(), ZoneOffset.UTC, List.of());

    /** Copies the lists. */
    public ErrorTable {
        rules = List.copyOf(rules);
        inAnswer = List.copyOf(inAnswer);
    }

    /** What an error means to the one who sent the request, and to the account. */
    public enum Meaning {
        /** The account must slow down. */
        SLOW_DOWN(Kind.RATE_LIMITED, null),
        /** The account's credential is refused. */
        ACCOUNT(Kind.ACCOUNT_REFUSED, null),
        /** The account has no money, or has reached its cap. */
        MONEY(Kind.ACCOUNT_REFUSED, null),
        /** The credential that was made of the account's key is not taken any more; another can be made. */
        CREDENTIAL(Kind.SERVER_ERROR, CREDENTIAL_GONE),
        /** The account does not have the model. */
        MODEL(Kind.MODEL_MISSING, null),
        /** The endpoint has a fault. */
        SERVICE(Kind.SERVER_ERROR, null),
        /** The service has too much to do, for everybody; no account is to blame. */
        OVERLOAD(Kind.SERVER_ERROR, null),
        /** The request is wrong. */
        CLIENT(Kind.REQUEST_REJECTED, null),
        /** The provider's filter refuses what is asked, or what would be answered. */
        CONTENT(Kind.REQUEST_REJECTED, "content_filter"),
        /** The request is longer than the model's context. */
        CONTEXT(Kind.REQUEST_REJECTED, "context_length_exceeded"),
        /** The request is larger than the account's whole limit. */
        TOO_LARGE(Kind.TOO_LARGE_HERE, null),
        /** The request asks for what is not there; others may have it. */
        ELSEWHERE(Kind.INEXPRESSIBLE, null);

        private final Kind kind;
        private final @Nullable String code;

        Meaning(Kind kind, @Nullable String code) {
            this.kind = kind;
            this.code = code;
        }

        /** The kind of failure. */
        public Kind kind() {
            return kind;
        }

        /** The code that clients know it by; null where the provider's stays. */
        public @Nullable String code() {
            return code;
        }

        /** Its word in files. */
        public String word() {
            return name().toLowerCase(Locale.ROOT).replace('_', '-');
        }
    }

    /**
     * One rule. Everything that it names must fit; what it leaves out fits always.
     *
     * @param meaning what the error means
     * @param codes the error's code is one of these, in any case; {@code *} at the end stands for any rest
     * @param types its type is one of these, likewise
     * @param text is found in its message; null for any
     * @param statuses HTTP statuses; an error inside an answer of status 200 has none, and fits if a code, a type or a
     *     text of the rule fits
     * @param penalty what becomes of the account
     */
    public record Rule(
            Meaning meaning,
            Set<String> codes,
            Set<String> types,
            @Nullable Pattern text,
            Set<Integer> statuses,
            Penalty penalty) {
        /** Copies the sets, and takes words in lower case. */
        public Rule {
            codes = lower(codes);
            types = lower(types);
            statuses = Set.copyOf(statuses);
            if (codes.isEmpty() && types.isEmpty() && text == null && statuses.isEmpty()) {
                throw new IllegalArgumentException("a rule names a code, a type, a text or a status");
            }
            penalty.check(meaning);
        }

        /** The kind of failure. Where the money for one model is gone, that model is. */
        public Kind kind() {
            return meaning == Meaning.MONEY && penalty.reach() == Verdict.Reach.MODEL
                    ? Kind.MODEL_MISSING
                    : meaning.kind();
        }

        private static Set<String> lower(Set<String> words) {
            Set<String> lower = new HashSet<>();
            words.forEach(word -> lower.add(word.toLowerCase(Locale.ROOT)));
            return Set.copyOf(lower);
        }

        /** How exactly it fits; 0 when it does not. */
        private int fit(int status, ParsedError error) {
            int code = codes.isEmpty() ? 0 : word(codes, error.code());
            int type = types.isEmpty() ? 0 : word(types, error.type());
            boolean named = !codes.isEmpty() || !types.isEmpty() || text != null;
            boolean fits = (codes.isEmpty() || code > 0)
                    && (types.isEmpty() || type > 0)
                    && (text == null || text.matcher(error.message()).find())
                    && (statuses.isEmpty() || statuses.contains(status) || status == 0 && named);
            return fits ? code * 100 + type * 10 + (text == null ? 0 : 5) + (statuses.isEmpty() ? 0 : 1) : 0;
        }

        /** 2 when the word is among them, 1 when its beginning is. */
        private static int word(Set<String> words, @Nullable String word) {
            if (word == null) {
                return 0;
            }
            String lower = word.toLowerCase(Locale.ROOT);
            if (words.contains(lower)) {
                return 2;
            }
            for (String known : words) {
                if (known.endsWith("*") && lower.startsWith(known.substring(0, known.length() - 1))) {
                    return 1;
                }
            }
            return 0;
        }
    }

    /**
     * The rule for an error.
     *
     * @param status HTTP status; 0 for an error inside an answer
     * @return null when none fits
     */
    public @Nullable Rule find(int status, ParsedError error) {
        Rule best = null;
        int most = 0;
        for (Rule rule : rules) {
            int fit = rule.fit(status, error);
            if (fit > most) {
                most = fit;
                best = rule;
            }
        }
        return best;
    }

    /** The same rules, and behind them those of the dialect that the provider speaks. */
    public ErrorTable before(ErrorTable dialect) {
        List<Rule> both = new ArrayList<>(rules);
        both.addAll(dialect.rules);
        return new ErrorTable(both, zone, inAnswer);
    }

    /**
     * The failure that a rule makes of an error.
     *
     * @param status HTTP status; 0 for an error inside an answer
     * @param named how long the provider asks to wait; zero when it does not say
     * @param now the wall clock's time
     */
    public UpstreamFailure failure(Rule rule, int status, ParsedError error, Duration named, Instant now) {
        Meaning meaning = rule.meaning();
        Verdict verdict = rule.penalty().verdict(meaning, error, named, zone, now);
        boolean kept = meaning.code() == null
                || meaning == Meaning.CONTENT && error.code() != null && REFUSALS.contains(error.code());
        return new UpstreamFailure(
                rule.kind(),
                status,
                error.message(),
                error.type(),
                error.param(),
                kept ? error.code() : meaning.code(),
                verdict.pause(),
                verdict);
    }

    /**
     * The failure that an error inside an answer of status 200 means. It knows no calendar: see {@link #again}.
     *
     * @param json the event or body that holds it
     */
    public UpstreamFailure inAnswer(byte[] json) {
        ParsedError error = UpstreamErrors.parse(0, json);
        Rule rule = inside(error);
        return rule == null
                ? UpstreamErrors.inAnswer(json)
                : failure(rule, 0, error, NamedWait.inText(UpstreamErrors.said(json)), Instant.EPOCH);
    }

    /**
     * What an error inside an answer means by this table, if the table knows it, and with it the wait until the provider's
     * calendar turns.
     *
     * @param failure what whoever read the answer took it for
     * @param now the wall clock's time
     */
    public UpstreamFailure again(UpstreamFailure failure, Instant now) {
        if (failure.status() != 0 || isSettled(failure)) {
            return failure;
        }
        ParsedError error = new ParsedError(failure.message(), failure.type(), failure.param(), failure.code());
        Rule rule = inside(error);
        if (rule != null) {
            return failure(rule, 0, error, NamedWait.inText(failure.message(), zone, now), now);
        }
        return dated(failure, now);
    }

    /**
     * The same failure, with the wait that is usual for its kind of limit, where it is to slow down and has none.
     *
     * @param now the wall clock's time
     */
    public UpstreamFailure dated(UpstreamFailure failure, Instant now) {
        if (failure.verdict() instanceof Verdict.SlowDown slow && slow.pause().isZero()) {
            Duration usual = slow.limit().usual(zone, now);
            return failure.as(
                    failure.kind(),
                    new Verdict.SlowDown(slow.reach(), usual, slow.limit().isByCalendar(), slow.limit()));
        }
        return failure;
    }

    /**
     * The rule for an error inside an answer. One of a text alone, which a status guards elsewhere, is not for the errors of
     * wrong requests: they repeat what the client wrote.
     */
    private @Nullable Rule inside(ParsedError error) {
        Rule rule = find(0, error);
        boolean text = rule != null && rule.codes().isEmpty() && rule.types().isEmpty();
        return text && UpstreamErrors.isClients(error) ? null : rule;
    }

    /** Whether it is not the provider's word, or has been given the code that clients know it by. */
    private static boolean isSettled(UpstreamFailure failure) {
        return switch (failure.kind()) {
            case SERVER_ERROR -> CREDENTIAL_GONE.equals(failure.code());
            case REQUEST_REJECTED ->
                failure.verdict() instanceof Verdict.ContentRefused || "context_length_exceeded".equals(failure.code());
            case RATE_LIMITED, ACCOUNT_REFUSED, MODEL_MISSING -> false;
            default -> true;
        };
    }
}
