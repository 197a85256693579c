package io.sluice.admin;

import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.message.AttemptFinished;
import io.sluice.message.Notice;
import io.sluice.message.RequestRefused;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Arrays;
import java.util.Deque;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Locale;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.LongSupplier;

/**
 * What this node has heard lately: attempts and refusals of the last minute, and the newest notices. Used on the admin verticle's
 * event loop only.
 */
final class LiveNow {
    private static final int SECONDS = 60;
    private static final int MOST_NOTICES = 100;
    private static final int MOST_TIMES = 4_096;
    private static final long NANOS = 1_000_000_000L;

    private final LongSupplier nanoClock;
    private final Deque<Second> seconds = new ArrayDeque<>();
    private final Map<String, JsonObject> notices = new LinkedHashMap<>();
    private final long[] firstMicros = new long[MOST_TIMES];
    private final long[] firstSecond = new long[MOST_TIMES];
    private long times;

    /** Counts of one second. */
    private static final class Second {
        private final long number;
        private int attempts;
        private int refused;
        private final Map<String, Integer> failures = new HashMap<>();

        Second(long number) {
            this.number = number;
        }
    }

    LiveNow(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** An attempt is over. */
    void attempt(AttemptFinished finished) {
        Second second = now();
        second.attempts++;
        GatewayFailure failure = finished.failure();
        if (failure != null) {
            second.failures.merge(word(failure), 1, Integer::sum);
        }
        if (failure == null && finished.firstNanos() >= 0) {
            int place = (int) (times++ % MOST_TIMES);
            firstMicros[place] = finished.firstNanos() / 1_000;
            firstSecond[place] = second.number;
        }
    }

    private static String word(GatewayFailure failure) {
        return switch (failure) {
            case UpstreamFailure upstream ->
                upstream.kind().name().toLowerCase(Locale.ROOT).replace('_', '-');
            case GatewayFailure.ClientClosed closed -> "client-closed";
            case GatewayFailure.DeadlineExceeded late -> "deadline-exceeded";
            default -> "other";
        };
    }

    /** A request got no room. */
    void refused(RequestRefused refusal) {
        now().refused++;
    }

    /** Something that operators should know, or no longer need to. */
    void notice(Notice notice) {
        String key = notice.event().word() + " " + notice.subject();
        notices.remove(key);
        if (notice.over()) {
            return;
        }
        if (notices.size() >= MOST_NOTICES) {
            notices.remove(notices.keySet().iterator().next());
        }
        notices.put(
                key,
                new JsonObject()
                        .put("event", notice.event().word())
                        .put("subject", notice.subject())
                        .put("text", notice.text())
                        .put("level", notice.level())
                        .put("at", Instant.ofEpochMilli(notice.atMillis()).toString()));
    }

    /** Notices that are not over, by event and subject. */
    Map<String, JsonObject> notices() {
        return new LinkedHashMap<>(notices);
    }

    /** The last minute: sums, and each second of it, the oldest first. */
    JsonObject traffic() {
        long last = now().number;
        JsonArray attempts = new JsonArray();
        int sum = 0;
        int refused = 0;
        Map<String, Integer> failures = new TreeMap<>();
        for (Second second : seconds) {
            sum += second.attempts;
            refused += second.refused;
            second.failures.forEach((code, count) -> failures.merge(code, count, Integer::sum));
        }
        Map<Long, Second> byNumber = new HashMap<>();
        seconds.forEach(second -> byNumber.put(second.number, second));
        for (long number = last - SECONDS + 1; number <= last; number++) {
            Second second = byNumber.get(number);
            attempts.add(second == null ? 0 : second.attempts);
        }
        long[] first = recent(last);
        JsonObject json = new JsonObject()
                .put("attempts", sum)
                .put("refused", refused)
                .put("failures", new JsonObject(new HashMap<>(failures)))
                .put("attempts-by-second", attempts);
        return first.length == 0
                ? json
                : json.put(
                        "first-byte-ms",
                        new JsonObject()
                                .put("p50", first[first.length / 2] / 1_000.0)
                                .put("p99", first[(int) (first.length * 99L / 100)] / 1_000.0));
    }

    private long[] recent(long last) {
        int known = (int) Math.min(times, MOST_TIMES);
        long[] recent = new long[known];
        int count = 0;
        for (int i = 0; i < known; i++) {
            if (firstSecond[i] > last - SECONDS) {
                recent[count++] = firstMicros[i];
            }
        }
        long[] sorted = Arrays.copyOf(recent, count);
        Arrays.sort(sorted);
        return sorted;
    }

    private Second now() {
        long number = Math.floorDiv(nanoClock.getAsLong(), NANOS);
        while (!seconds.isEmpty() && seconds.getFirst().number <= number - SECONDS) {
            seconds.removeFirst();
        }
        if (seconds.isEmpty() || seconds.getLast().number != number) {
            seconds.addLast(new Second(number));
        }
        return seconds.getLast();
    }
}
