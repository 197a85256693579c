package io.sluice.metrics;

import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;

/** How operators are told. Sinks are labels, by the names that the files give them. Safe on any thread. */
public final class NoticeMetrics {
    private final Meters meters;
    private final RowGauge up;
    private final Map<String, Boolean> works = new ConcurrentHashMap<>();

    NoticeMetrics(Meters meters) {
        this.meters = meters;
        this.up = meters.gauges("sluice.notice.sink.up", "1 while the sink takes messages, 0 since one failed");
    }

    /** These are the sinks now; each works until it does not. Called by one thread. */
    public void sinks(List<String> names) {
        works.keySet().retainAll(names);
        up.set(names.stream()
                .map(name -> RowGauge.Row.of(() -> works.getOrDefault(name, true) ? 1 : 0, "sink", name))
                .toList());
    }

    /** A sink took a message. */
    public void sent(String sink) {
        works.put(sink, true);
        count(sink, "sent", 1);
    }

    /** An attempt at a sink failed. */
    public void failed(String sink) {
        works.put(sink, false);
        count(sink, "failed", 1);
    }

    /** So many occurrences will not be told. */
    public void dropped(String sink, int occurrences) {
        count(sink, "dropped", occurrences);
    }

    private void count(String sink, String outcome, int by) {
        meters.counter("sluice.notices", "sink", sink, "outcome", outcome).increment(by);
    }
}
