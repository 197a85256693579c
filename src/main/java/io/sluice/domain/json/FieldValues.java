package io.sluice.domain.json;

import io.sluice.domain.failure.GatewayException;

/** Reads values of fields that Sluice decides on, and says what is wrong with others. */
final class FieldValues {
    private FieldValues() {}

    /** The boolean here; false for {@code null}. */
    static boolean flag(JsonCursor cursor, String param) {
        int first = cursor.peek();
        if (first != 't' && first != 'f' && first != 'n') {
            throw wrongType(cursor, param, "a boolean");
        }
        cursor.scalar();
        return first == 't';
    }

    /**
     * The integer here.
     *
     * @param absent what {@code null} stands for
     */
    static long integer(JsonCursor cursor, String param, long absent, long min, long max) {
        if (cursor.peek() == 'n') {
            cursor.scalar();
            return absent;
        }
        String actual = kind(cursor);
        if (!actual.equals("a number")) {
            throw wrongType(cursor, param, "an integer");
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
    static long affinity(JsonCursor cursor, byte[] body, long seed) {
        if (cursor.peek() != '"') {
            cursor.skip();
            return 0;
        }
        cursor.string();
        boolean empty = cursor.tokenStart() == cursor.tokenEnd();
        return empty ? 0 : ByteHash.of(body, cursor.tokenStart(), cursor.tokenEnd(), seed);
    }

    /** The refusal of the value here. */
    static GatewayException wrongType(JsonCursor cursor, String param, String expected) {
        String actual = kind(cursor);
        // A value that is no JSON at all is a syntax error first.
        cursor.skip();
        return RequestFaults.wrongType(param, expected, actual);
    }

    private static String kind(JsonCursor cursor) {
        return switch (cursor.peek()) {
            case '{' -> "an object";
            case '[' -> "an array";
            case '"' -> "a string";
            case 't', 'f' -> "a boolean";
            case 'n' -> "null";
            default -> "a number";
        };
    }
}
