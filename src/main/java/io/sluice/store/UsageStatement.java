package io.sluice.store;

import io.vertx.sqlclient.Tuple;
import java.time.Instant;
import java.time.LocalDate;
import java.time.OffsetDateTime;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;

/**
 * A statement and its values, put together from constant texts: whatever is asked for is a value, never a part of the text.
 */
final class UsageStatement {
    private final StringBuilder text = new StringBuilder();
    private final Tuple values = Tuple.tuple();

    UsageStatement add(String constant) {
        text.append(constant);
        return this;
    }

    UsageStatement time(Instant value) {
        return value(OffsetDateTime.ofInstant(value, ZoneOffset.UTC));
    }

    UsageStatement day(Instant value) {
        return value(LocalDate.ofInstant(value, ZoneOffset.UTC));
    }

    UsageStatement value(Object value) {
        values.addValue(value);
        text.append('$').append(values.size());
        return this;
    }

    String text() {
        return text.toString();
    }

    Tuple values() {
        return values;
    }

    /** {@code AND} with what a filter says of who asked. */
    UsageStatement askers(UsageFilter filter, String of) {
        return any(of + "key", filter.keys()).any(of + "team", filter.teams());
    }

    /** {@code AND} with what a filter says of who was asked. */
    UsageStatement asked(UsageFilter filter, String of) {
        return any(of + "model", filter.models())
                .any("split_part(" + of + "account, '/', 1)", filter.channels())
                .any(of + "account", filter.accounts());
    }

    /** {@code AND} with what only records know. */
    UsageStatement endings(UsageFilter filter, String of) {
        any(of + "ending", filter.endings());
        if (!filter.statuses().isEmpty()) {
            add(" AND ").add(of).add("status = ANY(");
            value(filter.statuses().toArray(Integer[]::new)).add(")");
        }
        return this;
    }

    private UsageStatement any(String column, List<String> of) {
        // A null character is in no name, and PostgreSQL does not take it.
        List<String> names = new ArrayList<>(of);
        names.removeIf(name -> name.indexOf('\0') >= 0);
        if (!of.isEmpty()) {
            add(" AND ").add(column).add(" = ANY(");
            value(names.toArray(String[]::new)).add(")");
        }
        return this;
    }
}
