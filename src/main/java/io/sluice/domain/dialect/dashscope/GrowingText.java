package io.sluice.domain.dialect.dashscope;

import org.jspecify.annotations.Nullable;

/**
 * Makes pieces of a text that comes either in pieces or, each time, whole from its beginning: services that are asked for
 * pieces do not always listen. Which of both it is shows in the first texts; those in doubt wait for the next. Keeps a few
 * short texts at first, then no more than the beginning.
 */
final class GrowingText {
    /** Nobody writes a text of this length twice at a stretch, and then goes on, but to repeat it. */
    private static final int LONG = 16;

    /** So often a text has to grow from its beginning until it is believed. */
    private static final int SURE = 3;

    /** Texts that wait at most. */
    private static final int MOST_WAITING = 8;

    private static final int HEAD = 64;

    private enum Mode {
        EMPTY,
        UNKNOWN,
        PIECES,
        WHOLE
    }

    private Mode mode = Mode.EMPTY;
    private String told = "";
    private String last = "";
    private @Nullable StringBuilder waiting;
    private int waits;
    private int grown;
    private int length;

    /**
     * Takes the next text.
     *
     * @param text may be empty: of a text that comes whole nothing is empty after its first piece
     * @return what is new in it; empty when it is nothing, or waits
     */
    String next(String text) {
        return switch (mode) {
            case PIECES -> text;
            case EMPTY -> first(text);
            case UNKNOWN -> inDoubt(text);
            case WHOLE -> whole(text);
        };
    }

    private String first(String text) {
        if (!text.isEmpty()) {
            mode = Mode.UNKNOWN;
            told = text;
            last = text;
        }
        return text;
    }

    private String inDoubt(String text) {
        if (!text.startsWith(last) || waits == MOST_WAITING) {
            return pieces() + text;
        }
        boolean grows = text.length() > last.length();
        grown += grows ? 1 : 0;
        if (grown >= SURE || grows && last.length() >= LONG) {
            return sure(text);
        }
        if (waiting == null) {
            waiting = new StringBuilder();
        }
        waiting.append(text);
        waits++;
        last = text;
        return "";
    }

    private String pieces() {
        String rest = waiting == null ? "" : waiting.toString();
        mode = Mode.PIECES;
        forget();
        return rest;
    }

    private String sure(String text) {
        String rest = text.substring(told.length());
        mode = Mode.WHOLE;
        length = text.length();
        forget();
        last = text.substring(0, Math.min(HEAD, text.length()));
        return rest;
    }

    private void forget() {
        waiting = null;
        told = "";
        last = "";
    }

    private String whole(String text) {
        if (text.length() < length || !text.startsWith(last)) {
            // It was none after all.
            mode = Mode.PIECES;
            last = "";
            return text;
        }
        String rest = text.substring(length);
        length = text.length();
        return rest;
    }

    /** What waits, when nothing follows. */
    String end() {
        return mode == Mode.UNKNOWN && waits > 0 ? sure(last) : "";
    }
}
