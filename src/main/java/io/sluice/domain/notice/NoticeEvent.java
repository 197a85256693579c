package io.sluice.domain.notice;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** What operators can be told of. */
public enum NoticeEvent {
    /** An account was found dead, and is out. */
    ACCOUNT_DISABLED(Severity.ERROR, Span.CLUSTER, "account disabled", "accounts disabled", "back"),
    /** An account that was out is back. */
    ACCOUNT_RECOVERED(Severity.INFO, Span.MOMENT, "account is back", "accounts are back", ""),
    /** An account has been cooling for long. */
    ACCOUNT_COOLING(Severity.WARNING, Span.CLUSTER, "account cooling for long", "accounts cooling for long", "cool"),
    /** A channel has no account that can serve. */
    CHANNEL_UNUSABLE(
            Severity.CRITICAL,
            Span.NODE,
            "channel without a usable account",
            "channels without a usable account",
            "can serve again"),
    /** The pool of a model is near its limit. */
    POOL_NEAR_LIMIT(Severity.WARNING, Span.CLUSTER, "pool near its limit", "pools near their limit", "room again"),
    /** Requests were served that nobody can price. */
    MODEL_UNPRICED(Severity.WARNING, Span.MOMENT, "model without a price", "models without a price", ""),
    /** A key or team has used most of its budget, or all of it. */
    BUDGET_USED(Severity.WARNING, Span.CLUSTER, "budget used", "budgets used", "budget again"),
    /** Changed files were not taken. */
    CONFIG_REJECTED(
            Severity.ERROR, Span.NODE, "configuration rejected", "configurations rejected", "configuration accepted"),
    /** A node came to the cluster. */
    NODE_JOINED(Severity.INFO, Span.MOMENT, "node joined", "nodes joined", ""),
    /** A node left the cluster, or is not seen any more. */
    NODE_LEFT(Severity.WARNING, Span.CLUSTER, "node left", "nodes left", "back"),
    /** This part of the cluster has no majority: nobody grants room. */
    NODE_MINORITY(Severity.CRITICAL, Span.NODE, "no majority", "no majority", "majority again"),
    /** Usage records wait for the database for long. */
    LEDGER_LAGGING(Severity.ERROR, Span.NODE, "ledger is behind", "ledgers are behind", "caught up"),
    /** The usage journal has no room, or the disk does not take it. */
    JOURNAL_FAILING(
            Severity.CRITICAL,
            Span.NODE,
            "usage journal in trouble",
            "usage journals in trouble",
            "journal works again"),
    /** Usage records that could not be read or written were set aside. */
    USAGE_SET_ASIDE(Severity.ERROR, Span.MOMENT, "usage records set aside", "times usage records set aside", ""),
    /** A certificate ends soon. */
    CERTIFICATE_EXPIRING(
            Severity.WARNING, Span.NODE, "certificate ends soon", "certificates end soon", "certificate renewed"),
    /** A virtual key ends soon. */
    KEY_EXPIRING(Severity.WARNING, Span.CLUSTER, "key ends soon", "keys end soon", "key goes on"),
    /** Somebody tries whether messages arrive. */
    TEST(Severity.INFO, Span.MOMENT, "test", "tests", "");

    private final Severity severity;
    private final Span span;
    private final String one;
    private final String many;
    private final String after;

    NoticeEvent(Severity severity, Span span, String one, String many, String after) {
        this.severity = severity;
        this.span = span;
        this.one = one;
        this.many = many;
        this.after = after;
    }

    /** How bad it is where the files say nothing else. */
    public Severity severity() {
        return severity;
    }

    /** For whom it lasts. */
    public Span span() {
        return span;
    }

    /** The event whose end this is as well; null for most. */
    public @Nullable NoticeEvent ends() {
        return switch (this) {
            case ACCOUNT_RECOVERED -> ACCOUNT_DISABLED;
            case NODE_JOINED -> NODE_LEFT;
            default -> null;
        };
    }

    /** Its word in files and messages, for example {@code account-disabled}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** The event of a word; empty when there is none. */
    public static Optional<NoticeEvent> ofWord(String word) {
        return Arrays.stream(values())
                .filter(event -> event.word().equals(word))
                .findFirst();
    }

    /** Every word, {@link #TEST} apart: that one is asked for and goes wherever it is asked for. */
    public static List<String> words() {
        return Arrays.stream(values())
                .filter(event -> event != TEST)
                .map(NoticeEvent::word)
                .toList();
    }

    /** What is told of so many of it, for example {@code 37 accounts disabled}. */
    String phrase(int count) {
        return count == 1 ? one : count + " " + many;
    }

    /** What is said when it is over. */
    String after() {
        return after;
    }

    /** How bad something is; the larger ordinal is the worse. */
    public enum Severity {
        /** Good to know. */
        INFO,
        /** Look at it some time. */
        WARNING,
        /** Look at it soon. */
        ERROR,
        /** Look at it now. */
        CRITICAL;

        /** Its word in files and messages. */
        public String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    /** For whom something lasts. */
    public enum Span {
        /** For nobody: it has happened, and that is all. */
        MOMENT,
        /** One truth for all nodes: it is over when anyone says so. */
        CLUSTER,
        /** Each node has its own: it is over when no node has it any more. */
        NODE
    }
}
