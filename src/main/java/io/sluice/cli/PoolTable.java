package io.sluice.cli;

import com.fasterxml.jackson.databind.JsonNode;
import java.time.Duration;
import java.time.Instant;
import java.time.format.DateTimeParseException;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Collectors;
import java.util.stream.IntStream;
import java.util.stream.StreamSupport;

/** The accounts that {@code /admin/v1/pool} names as a table for a terminal. */
final class PoolTable {
    private static final List<String> HEAD =
            List.of("ACCOUNT", "STATE", "UNTIL", "IN FLIGHT", "OK", "P50", "P95", "USED", "WHY");
    private static final int WHY = HEAD.size() - 1;

    private final List<List<String>> rows = new ArrayList<>();

    PoolTable() {
        rows.add(HEAD);
    }

    /**
     * Adds an account.
     *
     * @param now what times are told from
     */
    void add(JsonNode account, Instant now) {
        rows.add(List.of(
                account.path("account").asText(),
                account.path("state").asText(),
                until(account, now),
                account.path("in-flight").asText(),
                succeeded(account),
                slowest(account, "p50"),
                slowest(account, "p95"),
                used(account),
                why(account)));
    }

    /** Every line; columns stand below each other. */
    List<String> lines() {
        int[] widths = IntStream.range(0, WHY)
                .map(column -> rows.stream()
                        .mapToInt(row -> row.get(column).length())
                        .max()
                        .orElse(0))
                .toArray();
        return rows.stream().map(row -> line(row, widths)).toList();
    }

    private static String line(List<String> row, int[] widths) {
        StringBuilder line = new StringBuilder();
        for (int column = 0; column < widths.length; column++) {
            String cell = row.get(column);
            line.append(cell).append(" ".repeat(widths[column] - cell.length() + 2));
        }
        return line.append(row.get(WHY)).toString().stripTrailing();
    }

    private static String until(JsonNode account, Instant now) {
        String until = in(account.path("until").asText(""), now);
        String probe = in(account.path("next-probe").asText(""), now);
        return !until.isEmpty() ? until : probe.isEmpty() ? "" : "asked " + probe;
    }

    private static String in(String instant, Instant now) {
        if (instant.isEmpty()) {
            return "";
        }
        try {
            long seconds =
                    Math.max(0, Duration.between(now, Instant.parse(instant)).toSeconds());
            return "in " + Duration.ofSeconds(seconds).toString().substring(2).toLowerCase(java.util.Locale.ROOT);
        } catch (DateTimeParseException e) {
            return instant;
        }
    }

    private static String succeeded(JsonNode account) {
        int attempts = account.path("attempts").asInt();
        return attempts == 0 ? "" : 100 * account.path("succeeded").asInt() / attempts + "% of " + attempts;
    }

    private static String slowest(JsonNode account, String quantile) {
        double most = 0;
        for (JsonNode model : account.path("models")) {
            most = Math.max(most, model.path("first-byte-ms").path(quantile).asDouble());
        }
        return most == 0 ? "" : Math.round(most) + " ms";
    }

    /** Of the limit that is used most. */
    private static String used(JsonNode account) {
        long most = -1;
        String of = "";
        for (JsonNode limit : account.path("limits")) {
            long amount = limit.path("limit").asLong();
            long percent = amount <= 0 ? 0 : 100 * limit.path("used").asLong() / amount;
            if (percent > most) {
                most = percent;
                of = limit.path("dimension").asText();
            }
        }
        return most < 0 ? "" : most + "% " + of;
    }

    private static String why(JsonNode account) {
        if (account.path("state").asText().equals("up")) {
            return StreamSupport.stream(account.path("models").spliterator(), false)
                    .filter(model -> !model.path("state").asText().equals("up"))
                    .map(model -> model.path("model").asText() + " "
                            + model.path("state").asText())
                    .collect(Collectors.joining(", "));
        }
        JsonNode error = account.path("last-error");
        String said = error.path("message").asText("");
        String by = account.path("by").asText("");
        boolean provider = by.equals("provider") || by.equals("gateway");
        boolean human = !by.isEmpty() && !provider && !by.equals("files");
        return (account.path("why").asText() + (human ? " (" + by + ")" : "")).strip()
                + (provider && !said.isEmpty() ? "; last error " + status(error) + said : "");
    }

    private static String status(JsonNode error) {
        int status = error.path("status").asInt();
        return status == 0 ? "" : status + " ";
    }
}
