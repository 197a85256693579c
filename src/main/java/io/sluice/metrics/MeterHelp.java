package io.sluice.metrics;

import java.util.Map;

/** What each counter, timer and summary counts, for people: the help text of the scrape and of {@code docs/metrics.md}. */
final class MeterHelp {
    private static final Map<String, String> TEXTS = Map.ofEntries(
            Map.entry("sluice.requests", "requests of known keys that are over"),
            Map.entry(
                    "sluice.requests.refused",
                    "requests that were answered with an error, before they reached a provider or after, by the code that their clients were told"),
            Map.entry("sluice.key.requests", "requests of each virtual key that are over"),
            Map.entry("sluice.keys.refused", "requests whose virtual key was refused, by reason"),
            Map.entry("sluice.key.tokens", "input and output tokens of each virtual key"),
            Map.entry("sluice.cost.micros", "what requests cost their keys, in millionths of the ledger's currency"),
            Map.entry(
                    "sluice.key.cost.micros",
                    "what each virtual key's requests cost, in millionths of the ledger's currency"),
            Map.entry(
                    "sluice.attempts.cost.micros",
                    "what attempts may cost that gave their clients no answer, and that no key pays for, in millionths of the ledger's currency"),
            Map.entry("sluice.requests.unpriced", "requests that were served and that nobody can price"),
            Map.entry(
                    "sluice.tokens",
                    "tokens by kind; cached_input and input_audio are part of input, reasoning and output_audio of output"),
            Map.entry(
                    "sluice.realtime.responses", "responses of realtime sessions, by whether limits let them be made"),
            Map.entry("sluice.retries.refused", "attempts that were not made because the retry budget was spent"),
            Map.entry("sluice.hedges", "second attempts that were begun beside a slow one"),
            Map.entry("sluice.attempts", "attempts at providers that are over"),
            Map.entry("sluice.quota.denied", "requests that found no room, by cause"),
            Map.entry("sluice.quota.overrun.tokens", "tokens used beyond what was reserved for them"),
            Map.entry("sluice.quota.settlements.unmatched", "settlements of reservations that are not open: a defect"),
            Map.entry(
                    "sluice.quota.writes.late",
                    "requests that left long after they were written, and were charged again"),
            Map.entry("sluice.queue.wait", "time for which requests waited for room; 0 for those that did not"),
            Map.entry(
                    "sluice.estimate.error.percent",
                    "reported tokens in percent of reserved ones; over 100 was not reserved"),
            Map.entry("sluice.config.reload.failures", "changes of the files that were refused"),
            Map.entry(
                    "sluice.notices",
                    "messages to operators by sink: sent, attempts that failed; and occurrences that were dropped"),
            Map.entry("sluice.journal.appended", "usage records that the journal has taken"),
            Map.entry("sluice.journal.append", "from a usage record to its being safe in the journal, by group"),
            Map.entry("sluice.journal.drained", "usage records that have gone from the journal into the ledger"),
            Map.entry("sluice.journal.lost", "usage records that will never be in the ledger"),
            Map.entry("sluice.journal.fsync", "how long the disk took to take what was written"),
            Map.entry("sluice.journal.fsync.failures", "times that the disk did not take what was written"),
            Map.entry(
                    "sluice.journal.set.aside",
                    "what the journal could not read or the ledger refused, and is kept in files of its own"),
            Map.entry("sluice.budget.refused", "requests that were refused for want of money"),
            Map.entry("sluice.budget.overspent", "money that requests cost beyond what was reserved for them"),
            Map.entry("sluice.budget.unanswered", "questions about budgets that the ledger did not answer"),
            Map.entry("sluice.budget.settlements.unmatched", "settlements of money that is not reserved: a defect"),
            Map.entry("sluice.usage.unconfirmed", "answers that ended before their usage record was known to be safe"),
            Map.entry(
                    "sluice.store.records",
                    "usage records written to the ledger: new ones, and known ones that came again"),
            Map.entry("sluice.store.batch", "from a batch of usage records to its being in the ledger"),
            Map.entry("gen_ai.client.token.usage", "tokens of one request, by type; of requests that used any"),
            Map.entry(
                    "sluice.request.errors",
                    "requests of known keys that did not end well, by the code that their clients were told"),
            Map.entry("sluice.quota.renewals", "questions for leases that the quota group has answered, by its answer"),
            Map.entry("sluice.quota.renewal", "from a question for leases to its answer"),
            Map.entry(
                    "sluice.access.log.dropped",
                    "lines of the access log that were lost, because the disk did not take them"),
            Map.entry(
                    "sluice.traces.dropped", "spans of traces that were lost, because the collector did not take them"),
            Map.entry("sluice.clock.steps", "jumps of the wall clock against the monotonic one; each voids all leases"),
            Map.entry(
                    "sluice.event.loop.delay",
                    "from a message to a lane's event loop to its answer, asked every 250 ms: what its other work waits too"),
            Map.entry("gen_ai.server.request.duration", "from a request's head to the end of its answer"),
            Map.entry("gen_ai.server.time_to_first_token", "from a request's head to the first byte of its answer"),
            Map.entry(
                    "gen_ai.server.time_per_output_token",
                    "of whole streams: from the first byte to the end, for each output token after the first"),
            Map.entry("sluice.upstream.head", "from the written upstream request to the response head"));

    private MeterHelp() {}

    /**
     * What a meter counts.
     *
     * @throws IllegalArgumentException when nobody wrote it down
     */
    static String of(String name) {
        String text = TEXTS.get(name);
        if (text == null) {
            throw new IllegalArgumentException("no help for " + name);
        }
        return text;
    }

    /** Every meter that has a text here. */
    static Map<String, String> texts() {
        return TEXTS;
    }
}
