package io.sluice.usage.journal;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pricing.Charge;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.message.BilledAttempt;
import io.sluice.message.LeaseUse;
import io.sluice.message.UsageRecord;
import io.sluice.message.UsageRecord.Ending;
import io.sluice.testkit.UsageSamples;
import io.sluice.usage.journal.RecordCodec.MalformedRecord;
import java.nio.ByteBuffer;
import java.util.Collections;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.Test;

class RecordCodecTest {
    private static final int FIELDS = 27;
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
        assertThat(UsageRecord.class.getRecordComponents()).hasSize(FIELDS);
        assertThat(BilledAttempt.class.getRecordComponents()).hasSize(8);
        assertThat(Charge.class.getRecordComponents()).hasSize(6);
        assertThat(TokenUsage.class.getRecordComponents()).hasSize(7);
    }

    @Test
    void cutsTextsBetweenCharacters() throws MalformedRecord {
        String longText = "a" + "\uD83D\uDE00".repeat(1_000);
        UsageRecord usage = huge(longText, 0);

        UsageRecord read = RecordCodec.read(written(usage));

        assertThat(longText).startsWith(read.clientRequestId());
        assertThat(read.clientRequestId()).hasSize(1 + 2 * 255);
    }

    @Test
    void boundsTheLargestRecord() throws MalformedRecord {
        ByteBuffer bytes = written(huge("x".repeat(100_000), 500));

        assertThat(bytes.remaining()).isLessThanOrEqualTo(RecordCodec.MAX_BYTES);
        assertThat(RecordCodec.read(bytes).otherAttempts()).isNotEmpty();
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
        bytes.put(0, (byte) 2);

        assertThatThrownBy(() -> RecordCodec.read(bytes)).hasMessageContaining("version 2");
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
                text,
                text,
                text,
                text,
                Endpoint.CHAT_COMPLETIONS,
                text,
                text,
                text,
                text,
                text,
                true,
                new TokenUsage(1, 0, 1, 0),
                Long.MAX_VALUE,
                charge(text),
                Collections.nCopies(attempts, attempt),
                true,
                Integer.MAX_VALUE,
                Long.MIN_VALUE,
                Long.MIN_VALUE,
                -1,
                Long.MAX_VALUE,
                Integer.MIN_VALUE,
                Ending.CUT,
                text,
                text,
                new LeaseUse(Long.MIN_VALUE, List.of(text, text, text)));
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
