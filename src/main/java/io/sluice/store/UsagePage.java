package io.sluice.store;

import java.util.ArrayList;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * A page of an answer about usage.
 *
 * @param columns names of the columns, in kebab case
 * @param rows one value for each column: text, whole number, truth value, or null; times are texts of ISO 8601
 * @param next where the next page begins; null when there is none
 */
public record UsagePage(
        List<String> columns,
        List<List<@Nullable Object>> rows,
        @Nullable String next) {
    /** Copies the lists; cells may be null. */
    public UsagePage {
        columns = List.copyOf(columns);
        List<List<@Nullable Object>> copy = new ArrayList<>(rows.size());
        rows.forEach(row -> copy.add(Collections.unmodifiableList(new ArrayList<>(row))));
        rows = Collections.unmodifiableList(copy);
    }
}
