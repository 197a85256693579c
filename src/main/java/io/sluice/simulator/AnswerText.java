package io.sluice.simulator;

import java.nio.charset.StandardCharsets;

/**
 * The words of an answer, ready to be written into JSON strings. Word and leading blank are one token. A longer answer
 * than the text has words begins the text again.
 */
final class AnswerText {
    private final String first;
    private final String[] words;
    private final byte[] firstBytes;
    private final byte[][] wordBytes;

    /**
     * Prepares a text.
     *
     * @param text at least one word
     */
    AnswerText(String text) {
        String[] plain = text.strip().split("\\s+");
        words = new String[plain.length];
        wordBytes = new byte[plain.length][];
        for (int i = 0; i < plain.length; i++) {
            words[i] = " " + Json.escape(plain[i]);
            wordBytes[i] = words[i].getBytes(StandardCharsets.UTF_8);
        }
        first = words[0].substring(1);
        firstBytes = first.getBytes(StandardCharsets.UTF_8);
    }

    /** How many tokens the text has once. */
    int pieces() {
        return words.length;
    }

    /** Token {@code index}, from 0, escaped for a JSON string, in UTF-8; not to be changed. */
    byte[] piece(int index) {
        return index == 0 ? firstBytes : wordBytes[index % words.length];
    }

    /** Appends the first tokens, escaped for a JSON string. */
    void append(StringBuilder to, int tokens) {
        for (int i = 0; i < tokens; i++) {
            to.append(i == 0 ? first : words[i % words.length]);
        }
    }
}
