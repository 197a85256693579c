package io.sluice.admin;

import io.sluice.admin.api.ApiAnswer;
import io.sluice.admin.api.Csv;
import io.sluice.store.UsagePage;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.json.JsonObject;
import java.util.List;
import java.util.Optional;
import java.util.function.Function;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;

/**
 * A list of usage as a file, page by page: the next page is read when the client has taken the last one, and between two
 * pages no connection to the database is held, however slow the client is.
 */
final class UsageExport {
    private final boolean csv;
    private final Function<@Nullable String, Future<UsagePage>> pages;

    /**
     * Everything of a list.
     *
     * @param csv whether as comma-separated values; else one JSON object a line
     * @param pages gives the page that begins at a position
     */
    UsageExport(boolean csv, Function<@Nullable String, Future<UsagePage>> pages) {
        this.csv = csv;
        this.pages = pages;
    }

    /**
     * The answer.
     *
     * @param first the first page, so that a question that cannot be answered is no broken file
     */
    ApiAnswer answer(UsagePage first) {
        return ApiAnswer.stream(new ApiAnswer.Stream(
                csv ? "text/csv; charset=utf-8" : "application/jsonl",
                csv ? "usage.csv" : "usage.jsonl",
                sink -> sink.write(new Pieces(first))));
    }

    /** One export that runs. */
    private final class Pieces implements Supplier<Future<Optional<Buffer>>> {
        private @Nullable UsagePage read;
        private @Nullable String next;

        Pieces(UsagePage first) {
            this.read = first;
        }

        @Override
        public Future<Optional<Buffer>> get() {
            UsagePage first = read;
            if (first != null) {
                read = null;
                Buffer head = Buffer.buffer(csv ? Csv.row(first.columns()) : "");
                return Future.succeededFuture(Optional.of(append(head, first)));
            }
            return next == null
                    ? Future.succeededFuture(Optional.empty())
                    : pages.apply(next).map(page -> Optional.of(append(Buffer.buffer(), page)));
        }

        private Buffer append(Buffer piece, UsagePage page) {
            page.rows().forEach(row -> piece.appendString(line(page.columns(), row)));
            next = page.next();
            return piece;
        }
    }

    private String line(List<String> columns, List<@Nullable Object> row) {
        return csv ? Csv.row(row) : json(columns, row).encode() + "\n";
    }

    /** One row by column name. */
    static JsonObject json(List<String> columns, List<@Nullable Object> row) {
        JsonObject json = new JsonObject();
        for (int i = 0; i < columns.size(); i++) {
            json.put(columns.get(i), row.get(i));
        }
        return json;
    }
}
