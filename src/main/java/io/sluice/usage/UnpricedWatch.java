package io.sluice.usage;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import io.sluice.message.UsageRecord;
import java.time.Duration;
import java.time.InstantSource;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.function.Consumer;

/** Raises that requests for a model were served that nobody can price, once a day for each model. For one thread. */
final class UnpricedWatch {
    private static final long DAY_MILLIS = Duration.ofDays(1).toMillis();
    private static final int MOST_MODELS = 4096;

    private final InstantSource clock;
    private final Consumer<Notice> raise;
    private final Map<String, Long> told = new LinkedHashMap<>() {
        @Override
        protected boolean removeEldestEntry(Map.Entry<String, Long> eldest) {
            return size() > MOST_MODELS;
        }
    };

    /**
     * Nothing was told yet.
     *
     * @param clock wall clock
     * @param raise takes what is raised
     */
    UnpricedWatch(InstantSource clock, Consumer<Notice> raise) {
        this.clock = clock;
        this.raise = raise;
    }

    /** A request is over. */
    void seen(UsageRecord usage) {
        if (usage.used().charge().isPriced()) {
            return;
        }
        String model =
                Objects.requireNonNullElse(usage.served().model(), usage.asked().model());
        long now = clock.millis();
        Long last = told.get(model);
        if (last != null && now - last < DAY_MILLIS && now >= last) {
            return;
        }
        told.remove(model);
        told.put(model, now);
        String upstream = Objects.requireNonNullElse(usage.served().upstreamModel(), "");
        String channel = Objects.requireNonNullElse(usage.served().channel(), "");
        raise.accept(new Notice(
                NoticeEvent.MODEL_UNPRICED,
                model,
                false,
                "Requests for " + model + " were served and nobody knows what they cost: " + upstream
                        + " at the channel " + channel
                        + " has no price. Budgets do not see them. Write a price for it, or unpriced: refuse.",
                List.of(new Detail("channel", channel), new Detail("upstream_model", upstream)),
                now));
    }
}
