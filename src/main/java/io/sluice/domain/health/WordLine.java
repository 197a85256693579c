package io.sluice.domain.health;

import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;

/**
 * A word as one line of text, in files and between nodes: the version, then fields with a tab between them. A later version
 * only appends fields.
 *
 * <pre>
 * 1 ⇥ subject ⇥ STATE ⇥ atMillis ⇥ origin ⇥ credential ⇥ by ⇥ status ⇥ code ⇥ message ⇥ reason
 * </pre>
 */
public final class WordLine {
    /** Most bytes of a line in UTF-8. */
    public static final int MAX_BYTES = 4_096;

    private static final int VERSION = 1;
    private static final int FIELDS = 11;
    private static final int MAX_DIGITS = 18;
    private static final String TAB = "\t";

    private WordLine() {}

    /** The line, without an end. */
    public static String of(Word word) {
        return String.join(
                TAB,
                String.valueOf(VERSION),
                word.subject(),
                word.state().name(),
                String.valueOf(word.atMillis()),
                word.origin(),
                word.credential(),
                word.by(),
                String.valueOf(word.evidence().status()),
                word.evidence().code(),
                word.evidence().message(),
                word.reason());
    }

    /**
     * Reads one.
     *
     * @param line without an end
     * @throws IllegalArgumentException when it is none that this version or a later one wrote, or says what this one does
     *     not know
     */
    public static Word read(String line) {
        String[] fields = line.split(TAB, -1);
        if (fields.length < FIELDS || number(fields[0]) < VERSION) {
            throw new IllegalArgumentException("no word");
        }
        return new Word(
                fields[1],
                fields[5],
                State.valueOf(fields[2]),
                fields[10],
                fields[6],
                new Evidence((int) Math.min(number(fields[7]), Integer.MAX_VALUE), fields[8], fields[9]),
                number(fields[3]),
                fields[4]);
    }

    private static long number(String digits) {
        if (digits.isEmpty() || digits.length() > MAX_DIGITS || digits.chars().anyMatch(c -> c < '0' || c > '9')) {
            throw new IllegalArgumentException("no number");
        }
        return Long.parseLong(digits);
    }
}
