package io.sluice.admin.api;

import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Rows of comma-separated values, RFC 4180. A text that a spreadsheet would take for a formula gets an apostrophe before it;
 * numbers stay numbers.
 */
public final class Csv {
    /** What begins a formula, or hides the beginning of one. */
    private static final String FORMULA = "=+-@\t\r\uFF1D\uFF0B\uFF0D\uFF20";

    private Csv() {}

    /**
     * One row with its line end.
     *
     * @param cells texts, numbers, truth values; null for an empty cell
     */
    public static String row(List<? extends @Nullable Object> cells) {
        StringBuilder row = new StringBuilder();
        for (int i = 0; i < cells.size(); i++) {
            if (i > 0) {
                row.append(',');
            }
            cell(row, cells.get(i));
        }
        return row.append("\r\n").toString();
    }

    private static void cell(StringBuilder row, @Nullable Object value) {
        if (value instanceof Number || value instanceof Boolean) {
            row.append(value);
        } else if (value != null) {
            String text = String.valueOf(value);
            boolean formula = !text.isEmpty() && FORMULA.indexOf(text.charAt(0)) >= 0;
            String safe = formula ? "'" + text : text;
            if (safe.chars().anyMatch(c -> c == ',' || c == '"' || c == '\n' || c == '\r')) {
                row.append('"').append(safe.replace("\"", "\"\"")).append('"');
            } else {
                row.append(safe);
            }
        }
    }
}
