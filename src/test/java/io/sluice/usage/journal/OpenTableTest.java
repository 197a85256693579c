package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.OpenRequests;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.testkit.UsageSamples;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Random;
import java.util.stream.IntStream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class OpenTableTest {
    private static final UsageRecord ONE = UsageSamples.of("one");
    private static final UsageRecord TWO = UsageSamples.of("two");

    @TempDir
    private Path directory;

    private OpenTable table;

    @BeforeEach
    void create() throws IOException {
        table = OpenTable.create(directory, 3);
    }

    @Test
    void leavesWhatIsKeptAndNotForgotten() throws IOException {
        int one = table.keep(OpenRequests.NOWHERE, ONE);
        table.keep(OpenRequests.NOWHERE, TWO);
        assertThat(OpenTable.left(directory)).containsExactlyInAnyOrder(ONE, TWO);

        table.forget(one);

        assertThat(OpenTable.left(directory)).containsExactly(TWO);
    }

    @Test
    void leavesTheLatestOfOne() throws IOException {
        int place = table.keep(OpenRequests.NOWHERE, ONE);
        UsageRecord later = sameIdAs(ONE);

        place = table.keep(place, later);

        assertThat(OpenTable.left(directory)).containsExactly(later);
        table.forget(place);
        assertThat(OpenTable.left(directory)).isEmpty();
    }

    /** Between the two steps of a change. */
    @Test
    void choosesTheLaterOfTwoWithOneId() throws IOException {
        table.keep(OpenRequests.NOWHERE, sameIdAs(ONE));
        table.keep(OpenRequests.NOWHERE, ONE);

        assertThat(OpenTable.left(directory)).containsExactly(ONE);
    }

    @Test
    void hasNoPlaceForMoreThanItHas() throws IOException {
        List<Integer> places = IntStream.range(0, 4)
                .mapToObj(i -> table.keep(OpenRequests.NOWHERE, UsageSamples.of("r" + i)))
                .toList();

        assertThat(places).doesNotHaveDuplicates().containsOnlyOnce(OpenRequests.NOWHERE);
        assertThat(places.get(3)).isEqualTo(OpenRequests.NOWHERE);
        table.forget(OpenRequests.NOWHERE);
        table.forget(places.get(1));
        assertThat(table.keep(OpenRequests.NOWHERE, ONE)).isEqualTo(places.get(1));
        assertThat(OpenTable.left(directory)).hasSize(3);
    }

    @Test
    void keepsTheOldOneWhenTheNewOneDoesNotFit() throws IOException {
        int place = table.keep(OpenRequests.NOWHERE, ONE);
        Random random = new Random(1);
        UsageRecord huge = UsageSamples.any(random);
        while (size(huge) < OpenTable.PLACE) {
            huge = UsageSamples.any(random);
        }

        assertThat(table.keep(place, huge)).isEqualTo(place);
        assertThat(OpenTable.left(directory)).containsExactly(ONE);
    }

    @Test
    void inventsNothingFromDamage() throws IOException {
        table.keep(OpenRequests.NOWHERE, ONE);
        Path file = directory.resolve(OpenTable.FILE);
        byte[] whole = Files.readAllBytes(file);
        for (int at = 0; at < 600; at++) {
            byte[] bytes = whole.clone();
            bytes[at] ^= 4;
            Files.write(file, bytes);

            assertThat(OpenTable.left(directory)).isSubsetOf(List.of(ONE));
        }
        Files.write(file, new byte[10]);
        assertThat(OpenTable.left(directory)).isEmpty();
    }

    @Test
    void nothingIsLeftByWhoIsNotThere() throws IOException {
        Files.delete(directory.resolve(OpenTable.FILE));

        assertThat(OpenTable.left(directory)).isEmpty();
    }

    private static int size(UsageRecord usage) {
        java.nio.ByteBuffer bytes = java.nio.ByteBuffer.allocate(RecordCodec.MAX_BYTES);
        RecordCodec.write(usage, bytes);
        return bytes.position();
    }

    private static UsageRecord sameIdAs(UsageRecord usage) {
        Caller caller = usage.caller();
        return new UsageRecord(
                usage.requestId(),
                new Caller(caller.key(), caller.team(), caller.parentTeam(), caller.address(), "other"),
                usage.asked(),
                usage.served(),
                usage.used(),
                usage.timing(),
                usage.outcome());
    }
}
