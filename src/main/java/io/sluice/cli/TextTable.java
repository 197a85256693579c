package io.sluice.cli;

import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;

/** A table for a terminal: columns stand below each other, numbers to the right. */
final class TextTable {
    private final List<List<String>> rows = new ArrayList<>();
    private final int columns;

    TextTable(List<String> head) {
        columns = head.size();
        rows.add(head);
    }

    /** Adds a row; control characters in it are shown as question marks. */
    void add(List<String> row) {
        rows.add(row.stream().map(cell -> cell.replaceAll("\\p{Cntrl}", "?")).toList());
    }

    /** Whether it has nothing but its head. */
    boolean isEmpty() {
        return rows.size() == 1;
    }

    /** Every line. */
    List<String> lines() {
        int[] widths = IntStream.range(0, columns)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        boolean[] numbers = new boolean[columns];
        for (int i = 0; i < columns; i++) {
            int column = i;
            numbers[i] = rows.size() > 1
                    && rows.stream().skip(1).allMatch(row -> row.get(column).matches("-?[0-9.,]*"));
        }
        return rows.stream().map(row -> line(row, widths, numbers)).toList();
    }

    private static String line(List<String> row, int[] widths, boolean[] numbers) {
        StringBuilder line = new StringBuilder();
        for (int i = 0; i < widths.length; i++) {
            String fill = " ".repeat(widths[i] - row.get(i).length());
            line.append(numbers[i] ? fill + row.get(i) : row.get(i) + fill).append("  ");
        }
        return line.toString().stripTrailing();
    }
}
