package io.sluice.domain.health;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.AccountState;
import java.util.Comparator;
import java.util.regex.Pattern;

/**
 * What somebody said of an account, as every node remembers it: of each subject and author the newest one counts. Names no
 * secret. Texts are one line, and cut at their bounds.
 *
 * @param subject {@code channel/account}; a human's may be of a {@code channel}, and then holds for each of its accounts
 * @param credential fingerprint of the credential that was meant; empty where none is
 * @param state what was said
 * @param reason why, at most {@value #MAX_TEXT} chars
 * @param by who said it: an operator's address, or empty for the gateway itself
 * @param evidence what the provider had answered; {@link Evidence#NONE} for a human's
 * @param atMillis when, milliseconds since 1970: at least one more than of the word that it followed
 * @param origin the run of the node that it came from: name, slash, incarnation
 */
public record Word(
        String subject,
        String credential,
        State state,
        String reason,
        String by,
        Evidence evidence,
        long atMillis,
        String origin) {
    /** Most characters of a text. */
    public static final int MAX_TEXT = 300;

    /** Most characters of a name. */
    static final int MAX_NAME = 260;

    private static final int MAX_SHORT = 64;

    /** The last millisecond of the year 9999. */
    static final long LAST_MILLIS = 253_402_300_799_999L;

    private static final Pattern CONTROLS = Pattern.compile("[\\p{Cntrl}\\p{Zl}\\p{Zp}\\p{Cf}\\p{Cs}]++");

    /** The later one is first by time, then by where it came from; the rest only makes it the same everywhere. */
    private static final Comparator<Word> AGE = Comparator.comparingLong(Word::atMillis)
            .thenComparing(Word::origin)
            .thenComparing(Word::state)
            .thenComparing(Word::credential)
            .thenComparing(Word::reason)
            .thenComparing(Word::by)
            .thenComparing(Word::evidence);

    /** Who says things. */
    public enum Author {
        /** An operator. What the gateway finds out never touches it. */
        HUMAN,
        /** The gateway, by what providers answer. */
        MACHINE
    }

    /** What can be said. The names are part of files and of the wire format. */
    public enum State {
        /** A human: it serves. */
        ENABLED(Author.HUMAN, AccountState.ENABLED),
        /** A human: nothing new begins. */
        DRAINING(Author.HUMAN, AccountState.DRAINING),
        /** A human: it is out. */
        DISABLED(Author.HUMAN, AccountState.DISABLED),
        /** The gateway: it answers. */
        ALIVE(Author.MACHINE, AccountState.ENABLED),
        /** The gateway: its credential is refused. */
        DEAD(Author.MACHINE, AccountState.ENABLED),
        /** The gateway: it has no money, or has reached its cap. */
        OUT_OF_MONEY(Author.MACHINE, AccountState.ENABLED);

        private final Author author;
        private final AccountState wanted;

        State(Author author, AccountState wanted) {
            this.author = author;
            this.wanted = wanted;
        }

        /** Whose word it is. */
        public Author author() {
            return author;
        }

        /** What a human wants by it; enabled for the gateway's, which wants nothing. */
        public AccountState wanted() {
            return wanted;
        }

        /** A human's word for it. */
        public static State of(AccountState wanted) {
            return switch (wanted) {
                case ENABLED -> ENABLED;
                case DRAINING -> DRAINING;
                case DISABLED -> DISABLED;
            };
        }
    }

    /**
     * What a provider had answered.
     *
     * @param status its HTTP status; 0 for none
     * @param code its error code, at most 64 chars; empty for none
     * @param message without secrets, at most {@value #MAX_TEXT} chars; empty for none
     */
    public record Evidence(int status, String code, String message) implements Comparable<Evidence> {
        /** There is none. */
        public static final Evidence NONE = new Evidence(0, "", "");

        private static final Comparator<Evidence> ORDER = Comparator.comparingInt(Evidence::status)
                .thenComparing(Evidence::code)
                .thenComparing(Evidence::message);

        /** Of a failure, whose texts have been through redaction. */
        public static Evidence of(GatewayFailure failure) {
            if (!(failure instanceof UpstreamFailure upstream)) {
                return new Evidence(0, "", failure.message());
            }
            String code = upstream.code() != null ? upstream.code() : upstream.type();
            return new Evidence(upstream.status(), code == null ? "" : code, upstream.message());
        }

        /** One line for people. */
        public String text() {
            return (status == 0 ? "" : status + " ") + (code.isEmpty() ? "" : code + ": ") + message;
        }

        /** Cuts the texts. */
        public Evidence {
            code = line(code, MAX_SHORT);
            message = line(message, MAX_TEXT);
        }

        @Override
        public int compareTo(Evidence other) {
            return ORDER.compare(this, other);
        }
    }

    /**
     * Cuts the texts.
     *
     * @throws IllegalArgumentException when a name is empty where it must not be, too long, or no name; or the time is
     *     before 1970
     */
    public Word {
        require(!subject.isEmpty() && isName(subject), "no subject");
        require(credential.length() <= MAX_SHORT && isName(credential), "no credential");
        require(!origin.isEmpty() && isName(origin), "no origin");
        require(atMillis >= 0 && atMillis <= LAST_MILLIS, "before 1970, or after 9999");
        reason = line(reason, MAX_TEXT);
        by = line(by, MAX_SHORT);
    }

    /** Whose word it is. */
    public Author author() {
        return state.author();
    }

    /** Whether it takes the place of another of the same subject and author. */
    public boolean isAfter(Word other) {
        return AGE.compare(this, other) > 0;
    }

    private static boolean isName(String text) {
        return text.length() <= MAX_NAME && !CONTROLS.matcher(text).find();
    }

    private static String line(String text, int most) {
        String safe = CONTROLS.matcher(text.length() > 4 * most ? text.substring(0, 4 * most) : text)
                .replaceAll(" ")
                .strip();
        if (safe.length() <= most) {
            return safe;
        }
        int end = Character.isHighSurrogate(safe.charAt(most - 2)) ? most - 2 : most - 1;
        return safe.substring(0, end) + "…";
    }

    private static void require(boolean holds, String message) {
        if (!holds) {
            throw new IllegalArgumentException(message);
        }
    }
}
