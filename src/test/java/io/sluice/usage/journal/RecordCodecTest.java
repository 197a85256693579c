package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.LeaseUse;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Asked;
import io.sluice.message.UsageRecord.Caller;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.message.UsageRecord.Outcome;
import io.sluice.message.UsageRecord.Served;
import io.sluice.message.UsageRecord.Timing;
import io.sluice.message.UsageRecord.Used;
import io.sluice.testkit.UsageSamples;
import io.sluice.usage.journal.RecordCodec.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.Collections;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final int FIELDS = 39;
    private static final String GOLDEN =
            "0207066964046b047400083a3a310222636861745f636f6d706c6574696f6e73046d046604750463"
                    + "08632f610401046408642f62046d047602000002000000010000020000021074696d656f75740e0c"
                    + "020a0806040201d80408555344d80480897a047280b083c598688001018002900303046501020c6b" + "65793a6b";
    private static final long SEED = Long.getLong("sluice.seed", System.nanoTime());

    @Test
    void readsWhatItWrote() throws MalformedRecord {
        System.out.println("seed " + SEED);
        Random random = new Random(SEED);
        for (int i = 0; i < 2_000; i++) {
            UsageRecord usage = UsageSamples.any(random);

            assertThat(RecordCodec.read(written(usage))).isEqualTo(usage);
        }
    }

    /** Whoever adds a field has to write it too. */
    @Test
    void knowsEveryField() {
        assertThat(fields(UsageRecord.class)).isEqualTo(FIELDS);
        assertThat(fields(BilledAttempt.class)).isEqualTo(19);
    }

    /** How many values a record is made of, in the end. */
    private static int fields(Class<?> type) {
        return !type.isRecord()
                ? 1
                : Arrays.stream(type.getRecordComponents())
                        .mapToInt(component -> fields(component.getType()))
                        .sum();
    }

    /** A journal that another program of this version wrote is read; whoever changes the bytes changes the version. */
    @Test
    void keepsToItsBytes() throws MalformedRecord {
        UsageRecord usage = new UsageRecord(
                "id",
                new Caller("k", "t", null, "::1", ""),
                new Asked(Endpoint.CHAT_COMPLETIONS, "m", true),
                new Served(
                        "f",
                        "u",
                        "c",
                        "c/a",
                        2,
                        List.of(new BilledAttempt(
                                "d", "d/b", "m", "v", new TokenUsage(1, 0, 1, 0), true, Charge.UNPRICED, "timeout"))),
                new Used(
                        new TokenUsage(7, 6, 1, 5, 4, 3, 2),
                        1,
                        true,
                        new Charge(true, 300, "USD", 300, 1_000_000, "r"),
                        new LeaseUse(-1, List.of("key:k"))),
                new Timing(1_790_000_000_000L, 64, -1, 128),
                new Outcome(200, Ending.CUT, "e"));

        assertThat(HexFormat.of().formatHex(bytes(usage))).isEqualTo(GOLDEN);
        assertThat(RecordCodec.read(ByteBuffer.wrap(HexFormat.of().parseHex(GOLDEN))))
                .isEqualTo(usage);
    }

    private static byte[] bytes(UsageRecord usage) {
        ByteBuffer written = written(usage);
        byte[] bytes = new byte[written.remaining()];
        written.get(bytes);
        return bytes;
    }

    @Test
    void cutsTextsBetweenCharacters() throws MalformedRecord {
        String longText = "a" + "\uD83D\uDE00".repeat(1_000);
        UsageRecord usage = huge(longText, 0);

        UsageRecord read = RecordCodec.read(written(usage));

        assertThat(longText).startsWith(read.caller().requestId());
        assertThat(read.caller().requestId()).hasSize(1 + 2 * 255);
    }

    @Test
    void boundsTheLargestRecord() throws MalformedRecord {
        ByteBuffer bytes = written(huge("x".repeat(100_000), 500));

        assertThat(bytes.remaining()).isLessThanOrEqualTo(RecordCodec.MAX_BYTES);
        assertThat(RecordCodec.read(bytes).served().others()).isNotEmpty();
    }

    @Test
    void refusesEveryBeginning() {
        ByteBuffer whole = written(UsageSamples.of("one"));
        for (int length = 0; length < whole.limit(); length++) {
            ByteBuffer part = whole.slice(0, length);

            assertThatThrownBy(() -> RecordCodec.read(part)).isInstanceOf(MalformedRecord.class);
        }
    }

    @Test
    void saysWhichVersionItDoesNotKnow() {
        ByteBuffer bytes = written(UsageSamples.of("one"));
        bytes.put(0, (byte) 9);

        assertThatThrownBy(() -> RecordCodec.read(bytes)).hasMessageContaining("version 9");
    }

    /** Any bytes give a record or the one exception. */
    @Test
    void survivesAnyBytes() {
        Random random = new Random(SEED);
        for (int i = 0; i < 50_000; i++) {
            ByteBuffer bytes = written(UsageSamples.any(random));
            for (int flips = random.nextInt(1, 4); flips > 0; flips--) {
                bytes.put(random.nextInt(bytes.limit()), (byte) random.nextInt());
            }
            try {
                assertThat(RecordCodec.read(bytes)).isNotNull();
            } catch (MalformedRecord expected) {
                assertThat(expected).hasMessageNotContaining("null");
            }
        }
    }

    private static UsageRecord huge(String text, int attempts) {
        BilledAttempt attempt =
                new BilledAttempt(text, text, text, text, new TokenUsage(1, 0, 1, 0), true, charge(text), text);
        return new UsageRecord(
                "id",
                new Caller(text, text, text, text, text),
                new Asked(Endpoint.CHAT_COMPLETIONS, text, true),
                new Served(text, text, text, text, Integer.MAX_VALUE, Collections.nCopies(attempts, attempt)),
                new Used(
                        new TokenUsage(1, 0, 1, 0),
                        Long.MAX_VALUE,
                        true,
                        charge(text),
                        new LeaseUse(Long.MIN_VALUE, List.of(text, text, text))),
                new Timing(Long.MIN_VALUE, Long.MIN_VALUE, -1, Long.MAX_VALUE),
                new Outcome(Integer.MIN_VALUE, Ending.CUT, text));
    }

    private static Charge charge(String text) {
        return new Charge(true, Long.MAX_VALUE, text, Long.MAX_VALUE, Long.MAX_VALUE, text);
    }

    private static ByteBuffer written(UsageRecord usage) {
        ByteBuffer bytes = ByteBuffer.allocate(RecordCodec.MAX_BYTES);
        RecordCodec.write(usage, bytes);
        return bytes.flip();
    }
}
