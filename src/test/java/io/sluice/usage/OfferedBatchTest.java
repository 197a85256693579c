package io.sluice.usage;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.UsageRecord;
import io.sluice.store.StoreUnavailable;
import io.sluice.store.UsageSink;
import io.sluice.testkit.UsageSamples;
import io.sluice.usage.OfferedBatch.Suspect;
import io.vertx.core.Future;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;

class OfferedBatchTest {
    private static final List<UsageRecord> RECORDS = UsageSamples.numbered("r", 100);

    private final List<String> written = new ArrayList<>();
    private int calls;

    @Test
    void writesAllWithOneCall() {
        assertThat(offer(false, records -> null).result()).isEmpty();
        assertThat(calls).isEqualTo(1);
        assertThat(written).hasSize(100);
    }

    @Test
    void findsTheRecordsThatAreRefusedAndKeepsTheOrderOfTheOthers() {
        Set<String> poison = Set.of("r-0", "r-31", "r-32", "r-99");

        Future<List<Suspect>> offered =
                offer(false, records -> holds(records, poison) ? new UsageSink.Refused("no") : null);

        assertThat(ids(offered.result())).containsExactlyInAnyOrderElementsOf(poison);
        assertThat(written)
                .isEqualTo(RECORDS.stream()
                        .map(UsageRecord::requestId)
                        .filter(id -> !poison.contains(id))
                        .toList());
    }

    @Test
    void setsAllAsideWhenAllAreRefused() {
        assertThat(offer(false, records -> new UsageSink.Refused("no")).result())
                .hasSize(100);
    }

    @Test
    void failsWhenTheLedgerIsAway() {
        assertThat(offer(true, records -> new StoreUnavailable("away")).failed())
                .isTrue();
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void failsWhenTheLedgerGoesAwayMeanwhile() {
        Future<List<Suspect>> offered =
                offer(false, records -> calls > 4 ? new StoreUnavailable("away") : new UsageSink.Refused("no"));

        assertThat(offered.failed()).isTrue();
    }

    @Test
    void blamesNoRecordForWhatNobodyExplains() {
        assertThat(offer(false, records -> new IllegalStateException("what?")).failed())
                .isTrue();
        assertThat(calls).isEqualTo(1);
    }

    @Test
    void findsTheRecordBehindWhatNobodyExplainsWhenPatienceIsOver() {
        Set<String> poison = Set.of("r-7", "r-50");

        Future<List<Suspect>> offered =
                offer(true, records -> holds(records, poison) ? new IllegalStateException("what?") : null);

        assertThat(ids(offered.result())).containsExactlyInAnyOrderElementsOf(poison);
    }

    /** A ledger that takes nothing at all is not the records' fault. */
    @Test
    void setsNothingAsideWhileNothingIsTaken() {
        assertThat(offer(true, records -> new IllegalStateException("what?")).failed())
                .isTrue();
        assertThat(calls).isLessThan(40);
    }

    /** It was the ledger, and it is well again. */
    @Test
    void triesASuspectAgain() {
        Future<List<Suspect>> offered = offer(true, records -> calls < 9 ? new IllegalStateException("what?") : null);

        assertThat(offered.result()).isEmpty();
        assertThat(written).hasSize(100);
    }

    private Future<List<Suspect>> offer(
            boolean isImpatient, Function<List<UsageRecord>, @Nullable RuntimeException> failure) {
        UsageSink sink = records -> {
            calls++;
            RuntimeException fails = failure.apply(records);
            if (fails != null) {
                return Future.failedFuture(fails);
            }
            records.forEach(usage -> written.add(usage.requestId()));
            return Future.succeededFuture();
        };
        return new OfferedBatch(sink, isImpatient).offer(RECORDS);
    }

    private static boolean holds(List<UsageRecord> records, Set<String> poison) {
        return records.stream().anyMatch(usage -> poison.contains(usage.requestId()));
    }

    private static List<String> ids(List<Suspect> suspects) {
        return suspects.stream().map(suspect -> suspect.usage().requestId()).toList();
    }
}
