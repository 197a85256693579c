package io.sluice.store;

import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * How usage is summed up.
 *
 * @param by one group for each value of these; empty for one group of all
 * @param bucket one group for each stretch of time too; null for the whole time
 * @param offset whose midnights and full hours begin a stretch
 * @param order which groups come first
 */
public record UsageGrouping(List<Dimension> by, @Nullable Bucket bucket, ZoneOffset offset, Order order) {
    /** Copies the list. */
    public UsageGrouping {
        by = List.copyOf(by);
    }

    /** One group of all. */
    public static final UsageGrouping ALL = new UsageGrouping(List.of(), null, ZoneOffset.UTC, Order.NAME);

    /** What a group has in common. */
    public enum Dimension {
        /** Virtual key. */
        KEY("key", "key"),
        /** Team of the key; empty for none. */
        TEAM("team", "team"),
        /** Public model name that was asked for. */
        MODEL("model", "model"),
        /** Channel of the account; empty for none. */
        CHANNEL("channel", "split_part(account, '/', 1)"),
        /** {@code channel/account}; empty for none. */
        ACCOUNT("account", "account");

        private final String word;
        private final String sql;

        Dimension(String word, String sql) {
            this.word = word;
            this.sql = sql;
        }

        /** As the API says it. */
        public String word() {
            return word;
        }

        String sql() {
            return sql;
        }
    }

    /** A stretch of time. */
    public enum Bucket {
        /** 60 s. */
        MINUTE(Duration.ofMinutes(1)),
        /** 60 minutes. */
        HOUR(Duration.ofHours(1)),
        /** 24 hours. */
        DAY(Duration.ofDays(1));

        private final Duration length;

        Bucket(Duration length) {
            this.length = length;
        }

        /** How long it is. */
        public Duration length() {
            return length;
        }
    }

    /** Which groups come first. */
    public enum Order {
        /** The earliest, then by name. The only order with pages. */
        NAME(""),
        /** The dearest. */
        COST("cost_micros"),
        /** The ones with the most requests. */
        REQUESTS("requests"),
        /** The ones with the most tokens, input and output. */
        TOKENS("input_tokens + output_tokens");

        private final String sql;

        Order(String sql) {
            this.sql = sql;
        }

        String sql() {
            return sql;
        }
    }
}
