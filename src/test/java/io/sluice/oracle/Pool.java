package io.sluice.oracle;

import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * The accounts of a run and what each may use in a window.
 *
 * @param window of every limit; a minute where providers are concerned
 * @param accounts the pool
 * @param pace how fast the provider answers, in the words of its script
 */
record Pool(Duration window, List<Account> accounts, String pace) {
    /** What requests of {@link OpenLoad} come to on average, input and output. */
    static final double TOKENS_A_REQUEST = OpenLoad.INPUT_TOKENS + (OpenLoad.LEAST_OUTPUT + OpenLoad.MOST_OUTPUT) / 2.0;

    /** The account that warms a node up; it has no limits. */
    static final String WARM_UP = "warm-up";

    private static final Duration MINUTE = Duration.ofMinutes(1);
    private static final String AT_ONCE = "first-token: 0ms, tokens-per-second: 0";
    private static final long FEWEST = 3;
    private static final int[] UNEVEN_LENGTHS = {20, 60, 120, 250};

    /** Copies the list. */
    Pool {
        accounts = List.copyOf(accounts);
    }

    /** What an account is limited by: its use is looked at by kind. */
    enum Kind {
        /** Three requests a window. */
        FEW,
        /** More requests, and no tokens. */
        REQUESTS,
        /** Tokens, and perhaps requests. */
        TOKENS
    }

    /**
     * One account.
     *
     * @param name unique
     * @param requests limit of a window; 0 for none
     * @param tokens limit of a window; 0 for none
     */
    record Account(String name, long requests, long tokens) {
        String credential() {
            return "upstream-" + name;
        }

        Kind kind() {
            return tokens > 0 ? Kind.TOKENS : requests <= FEWEST ? Kind.FEW : Kind.REQUESTS;
        }

        private double requestsAWindow() {
            double byTokens = tokens == 0 ? Double.MAX_VALUE : tokens / TOKENS_A_REQUEST;
            return requests == 0 ? byTokens : Math.min(requests, byTokens);
        }

        private String limits(Duration window) {
            List<String> limits = new ArrayList<>();
            if (requests > 0) {
                limits.add(limit("requests", requests, window));
            }
            if (tokens > 0) {
                limits.add(limit("tokens", tokens, window));
            }
            return "{ windows: [" + String.join(", ", limits) + "] }";
        }

        private static String limit(String what, long amount, Duration window) {
            return String.format(Locale.ROOT, "{ %s: %d, per: %dms }", what, amount, window.toMillis());
        }

        private String script(boolean enforced, String pace, int answerTokens) {
            List<String> limits = new ArrayList<>();
            if (enforced && requests > 0) {
                limits.add("rpm: " + requests);
            }
            if (enforced && tokens > 0) {
                limits.add("tpm: " + tokens);
            }
            return "{ " + pace + ", answer-tokens: " + answerTokens + ", limits: { " + String.join(", ", limits)
                    + " } }";
        }
    }

    /**
     * Accounts of every kind and size, about ninety requests a second together: in a minute 3 to 3000 requests, 30 000
     * to 120 000 tokens.
     */
    static Pool of(Duration window) {
        List<Account> accounts = new ArrayList<>(List.of(
                new Account("three-a", FEWEST, 0),
                new Account("three-b", FEWEST, 0),
                new Account("three-c", FEWEST, 0)));
        accounts.add(new Account("sixty-a", scaled(60, window), 0));
        accounts.add(new Account("sixty-b", scaled(60, window), 0));
        accounts.add(new Account("three-hundred", scaled(300, window), 0));
        accounts.add(new Account("three-thousand", scaled(3000, window), 0));
        accounts.add(new Account("tokens-a", 0, scaled(30_000, window)));
        accounts.add(new Account("tokens-b", 0, scaled(120_000, window)));
        accounts.add(new Account("both", scaled(600, window), scaled(45_000, window)));
        return new Pool(window, accounts, "first-token: 15ms, tokens-per-second: 400");
    }

    /** So many accounts of the same limits a minute, whose provider answers at once. */
    static Pool alike(int count, long requests, long tokens) {
        List<Account> accounts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            accounts.add(new Account("account-" + i, requests, tokens));
        }
        return new Pool(MINUTE, accounts, AT_ONCE);
    }

    private static long scaled(long perMinute, Duration window) {
        return Math.max(FEWEST + 1, perMinute * window.toMillis() / MINUTE.toMillis());
    }

    /** The same accounts with half of what they may use; never less than one request. */
    Pool halved() {
        return new Pool(
                window,
                accounts.stream()
                        .map(each -> new Account(each.name, (each.requests + 1) / 2, (each.tokens + 1) / 2))
                        .toList(),
                pace);
    }

    /** Requests a second that all of it takes. */
    double perSecond() {
        return accounts.stream().mapToDouble(Account::requestsAWindow).sum() * 1000 / window.toMillis();
    }

    /** A gateway file with this pool. */
    String gatewayYaml(int providerPort) {
        StringBuilder yaml = new StringBuilder("channels:\n");
        channel(yaml, "pool", "chat", providerPort);
        accounts.forEach(each -> yaml.append("      - { name: ")
                .append(each.name)
                .append(", key: ")
                .append(each.credential())
                .append(", limits: ")
                .append(each.limits(window))
                .append(" }\n"));
        channel(yaml, WARM_UP, WARM_UP, providerPort);
        yaml.append("      - { name: a, key: ").append(WARM_UP).append(" }\n");
        yaml.append("keys:\n");
        OpenLoad.KEYS.forEach(key -> yaml.append("  - { name: ")
                .append(key.name())
                .append(", key: ")
                .append(key.credential())
                .append(" }\n"));
        return yaml.toString();
    }

    private static void channel(StringBuilder yaml, String name, String model, int port) {
        yaml.append("  - name: ").append(name).append('\n');
        yaml.append("    type: openai\n    max-connections: 1024\n");
        yaml.append("    base-url: http://127.0.0.1:").append(port).append("/v1\n");
        yaml.append("    models: { ").append(model).append(": {} }\n    accounts:\n");
    }

    /**
     * What the provider does with each account.
     *
     * @param enforced whether it refuses what is too much, as a real one does, and tells what remains
     * @param uneven whether accounts answer at lengths of their own, so that they cannot be guessed; otherwise an answer
     *     is as long as the request allows
     */
    String providerScript(boolean enforced, boolean uneven) {
        StringBuilder yaml = new StringBuilder("credentials:\n");
        yaml.append("  ").append(WARM_UP).append(": { ").append(AT_ONCE).append(" }\n");
        for (int i = 0; i < accounts.size(); i++) {
            Account each = accounts.get(i);
            int length = uneven ? UNEVEN_LENGTHS[i % UNEVEN_LENGTHS.length] : OpenLoad.MOST_OUTPUT;
            yaml.append("  ")
                    .append(each.credential())
                    .append(": ")
                    .append(each.script(enforced, pace, length))
                    .append('\n');
        }
        return yaml.toString();
    }
}
