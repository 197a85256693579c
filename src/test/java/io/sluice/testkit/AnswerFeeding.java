package io.sluice.testkit;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatEvent;
import io.sluice.domain.dialect.AnswerDecoder;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.function.Supplier;

/** Feeds answers to decoders: whole, cut at every place, and broken. */
public final class AnswerFeeding {
    private AnswerFeeding() {}

    /** What a decoder tells of pieces and the end behind them. */
    public static List<ChatEvent> events(AnswerDecoder decoder, byte[]... pieces) {
        List<ChatEvent> events = new ArrayList<>();
        for (byte[] piece : pieces) {
            decoder.feed(piece, events::add);
        }
        decoder.end(events::add);
        return events;
    }

    /** However an answer is cut, a decoder tells the same. */
    public static void assertSameAtEverySplit(Supplier<? extends AnswerDecoder> decoders, byte[] answer) {
        List<ChatEvent> whole = events(decoders.get(), answer);
        for (int at = 0; at <= answer.length; at++) {
            assertThat(events(decoders.get(), Arrays.copyOf(answer, at), Arrays.copyOfRange(answer, at, answer.length)))
                    .as("cut at %d", at)
                    .isEqualTo(whole);
        }
        byte[][] single = new byte[answer.length][];
        for (int i = 0; i < answer.length; i++) {
            single[i] = new byte[] {answer[i]};
        }
        assertThat(events(decoders.get(), single)).as("byte by byte").isEqualTo(whole);
    }

    /**
     * Whatever becomes of an answer's bytes, a decoder throws nothing, and tells nothing behind its last event.
     *
     * @param mends makes a mutated answer right again where a checksum would give it away
     */
    public static void assertSurvivesMutations(
            Supplier<? extends AnswerDecoder> decoders, byte[] answer, long seed, int rounds, Mending mends) {
        Random random = new Random(seed);
        for (int round = 0; round < rounds; round++) {
            byte[] mutated = answer.clone();
            int changes = 1 + random.nextInt(4);
            for (int i = 0; i < changes; i++) {
                mutated[random.nextInt(mutated.length)] = (byte) interesting(random);
            }
            if (random.nextInt(4) == 0) {
                mutated = Arrays.copyOf(mutated, random.nextInt(mutated.length));
            }
            mutated = mends.mend(mutated);
            int cut = random.nextInt(mutated.length + 1);
            List<ChatEvent> events = events(
                    decoders.get(), Arrays.copyOf(mutated, cut), Arrays.copyOfRange(mutated, cut, mutated.length));
            for (int i = 0; i < events.size() - 1; i++) {
                assertThat(events.get(i))
                        .as("round %d of seed %d", round, seed)
                        .isNotInstanceOfAny(ChatEvent.Failed.class, ChatEvent.End.class);
            }
        }
    }

    private static int interesting(Random random) {
        String marks = "{}[]\":,0-9eE\\\n ntf";
        return random.nextBoolean() ? marks.charAt(random.nextInt(marks.length())) : random.nextInt(256);
    }

    /** Makes mutated bytes right again, as far as is wanted. */
    @FunctionalInterface
    public interface Mending {
        /** The bytes that are fed. */
        byte[] mend(byte[] mutated);
    }
}
