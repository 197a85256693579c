package io.sluice.store;

import java.util.ArrayList;
import java.util.List;

/** Where a page begins: the values by which its rows are ordered, as one text. */
final class UsagePosition {
    private UsagePosition() {}

    /** Each value with its length before it. */
    static String write(List<String> values) {
        StringBuilder text = new StringBuilder();
        values.forEach(value -> text.append(value.length()).append(':').append(value));
        return text.toString();
    }

    /**
     * The values of a text.
     *
     * @param count how many there must be
     * @throws IllegalArgumentException when it is none of ours
     */
    static List<String> read(String text, int count) {
        List<String> values = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int colon = text.indexOf(':', at);
            String digits = text.substring(at, Math.max(at, colon));
            if (!digits.matches("[0-9]{1,4}") || colon + 1 + Integer.parseInt(digits) > text.length()) {
                throw wrong();
            }
            at = colon + 1 + Integer.parseInt(digits);
            values.add(text.substring(colon + 1, at));
        }
        if (values.size() != count || text.indexOf('\0') >= 0) {
            throw wrong();
        }
        return values;
    }

    private static IllegalArgumentException wrong() {
        return new IllegalArgumentException("no position of this list");
    }
}
