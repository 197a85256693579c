package io.sluice.domain.sse;

import java.util.Arrays;

/**
 * Finds the data of an event. Data on one line is read where it stands. Of data on several lines a copy is made in which
 * all that is not data is blank, so that JSON in it keeps its offsets.
 */
final class EventData {
    private byte[] bytes = new byte[0];
    private int start;
    private int end;

    /**
     * Looks for the data of an event. A line that begins with a brace, as no field does, counts as data: some servers
     * put a bare error object into a stream.
     *
     * @return whether there is any
     */
    boolean locate(byte[] source, int from, int to) {
        bytes = source;
        int lines = 0;
        int first = to;
        int last = to;
        for (int line = from; line < to; line = endOfLine(source, line, to) + 1) {
            int value = value(source, line, to);
            if (value >= 0) {
                first = lines++ == 0 ? value : first;
                last = endOfLine(source, line, to);
            }
        }
        if (lines > 1) {
            bytes = Arrays.copyOf(source, to);
            for (int line = from; line < to; line = endOfLine(source, line, to) + 1) {
                int value = value(source, line, to);
                Arrays.fill(bytes, line, value < 0 ? endOfLine(source, line, to) : value, (byte) ' ');
            }
        }
        start = first;
        end = last;
        while (start < end && bytes[start] <= ' ' && bytes[start] >= 0) {
            start++;
        }
        while (start < end && bytes[end - 1] <= ' ' && bytes[end - 1] >= 0) {
            end--;
        }
        return !isEmpty();
    }

    /** The array that holds the data. */
    byte[] bytes() {
        return bytes;
    }

    /** First byte of the data. */
    int start() {
        return start;
    }

    /** Behind the last byte of the data. */
    int end() {
        return end;
    }

    /** Whether the event has none, or nothing but white space. */
    boolean isEmpty() {
        return start == end;
    }

    /** Where the value of a data line begins; -1 for any other line. */
    private static int value(byte[] source, int line, int to) {
        int name = to - line >= 3 && source[line] == (byte) 0xef && source[line + 1] == (byte) 0xbb ? line + 3 : line;
        if (name < to && source[name] == '{') {
            return name;
        }
        boolean isData = to - name > 4
                && source[name] == 'd'
                && source[name + 1] == 'a'
                && source[name + 2] == 't'
                && source[name + 3] == 'a'
                && source[name + 4] == ':';
        return isData ? name + 5 : -1;
    }

    private static int endOfLine(byte[] source, int line, int to) {
        int i = line;
        while (i < to && source[i] != '\n' && source[i] != '\r') {
            i++;
        }
        return i;
    }
}
