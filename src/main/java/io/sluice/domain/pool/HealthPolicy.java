package io.sluice.domain.pool;

import java.time.Duration;

/**
 * How a channel's accounts are judged, and how they come back.
 *
 * @param refusals refusals of a credential that may be an outage of the provider's own: after how many of them, within
 *     {@code refusalsWithin}, the account counts as dead; at least 1
 * @param refusalsWithin the window of these, positive
 * @param probe how an account that is out is asked whether it works again
 * @param probeAfter when it is asked first, positive; doubled with each further time up to {@code probeEvery}
 * @param probeEvery longest time between two of these questions
 * @param moneyAfter the same as {@code probeAfter} for an account without money
 * @param ramp how long an account that comes back takes to its whole share of requests; zero for at once
 * @param breaker when an endpoint is left alone
 * @param coolingNotice how long an account may cool before operators are told
 */
public record HealthPolicy(
        int refusals,
        Duration refusalsWithin,
        Probe probe,
        Duration probeAfter,
        Duration probeEvery,
        Duration moneyAfter,
        Duration ramp,
        Breaker breaker,
        Duration coolingNotice) {
    /** What counts where the files say nothing. */
    public static final HealthPolicy DEFAULT = new HealthPolicy(
            3,
            Duration.ofMinutes(1),
            Probe.MODELS,
            Duration.ofSeconds(30),
            Duration.ofMinutes(15),
            Duration.ofMinutes(10),
            Duration.ofSeconds(30),
            Breaker.DEFAULT,
            Duration.ofMinutes(10));

    /** How an account that is out is asked. */
    public enum Probe {
        /** The list of models is asked for; when it comes, one request of a client is the trial. */
        MODELS,
        /** A chat request with an answer of one token, counted by its limits. */
        REQUEST,
        /** It is not asked: it stays out until a human says otherwise. */
        OFF
    }

    /**
     * When an endpoint is left alone, and for how long.
     *
     * @param failures share of attempts that fail, percent, 1 to 100
     * @param slow share of attempts that are slow, percent, 1 to 100
     * @param slowAfter time to the first byte from which an attempt is slow
     * @param least how many attempts there must be in the window, at least 1
     * @param window over which they are counted
     * @param openFor how long nobody is sent there before one request is, as a trial
     */
    public record Breaker(int failures, int slow, Duration slowAfter, int least, Duration window, Duration openFor) {
        /** What counts where the files say nothing. */
        public static final Breaker DEFAULT =
                new Breaker(50, 80, Duration.ofSeconds(45), 10, Duration.ofSeconds(30), Duration.ofSeconds(10));
    }
}
