package io.sluice.store;

import io.vertx.core.VertxException;
import io.vertx.pgclient.PgException;
import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a failure of the database says: that it is away, or that it does not like what it was asked. */
final class StoreFailures {
    /**
     * Classes and codes of PostgreSQL's that are about the server: connections, resources, operators, log-in, time-outs, a
     * standby that takes no writes.
     */
    private static final List<String> AWAY =
            List.of("08", "28", "53", "57", "58", "XX", "25006", "25P03", "3D000", "55P03");

    private StoreFailures() {}

    /** The same failure, as {@link StoreUnavailable} when the database is away. */
    static Throwable of(Throwable failure) {
        return switch (failure) {
            case StoreUnavailable away -> away;
            case PgException answer -> isAway(answer.getSqlState()) ? new StoreUnavailable(text(answer)) : answer;
            case IOException lost -> new StoreUnavailable(text(lost));
            case VertxException lost -> new StoreUnavailable(text(lost));
            default -> failure;
        };
    }

    private static boolean isAway(@Nullable String state) {
        return state == null || AWAY.stream().anyMatch(state::startsWith);
    }

    /** One line without the class names of the library. */
    static String text(Throwable failure) {
        Throwable told = failure;
        while (told.getCause() != null && told.getCause() != told && !(told instanceof PgException)) {
            told = told.getCause();
        }
        if (told instanceof PgException answer) {
            return answer.getErrorMessage() + " (" + answer.getSqlState() + ")";
        }
        String message = told.getMessage();
        return message == null
                ? told.getClass().getSimpleName()
                : message.lines().findFirst().orElse("");
    }
}
