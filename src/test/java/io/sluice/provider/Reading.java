package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.sse.ResponseTap;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;

/**
 * An answer that was read to its end.
 *
 * @param tap what read it
 * @param text what went to the client
 */
record Reading(ResponseTap tap, String text) {
    /**
     * Reads an answer in pieces.
     *
     * @param piece the most bytes of one
     */
    static Reading of(ResponseTap tap, byte[] answer, int piece) {
        return read(tap, answer, () -> piece);
    }

    /** Reads an answer in pieces of any size. */
    static Reading of(ResponseTap tap, byte[] answer, Random random) {
        int most = 1 + random.nextInt(1 + random.nextInt(200));
        return read(tap, answer, () -> 1 + random.nextInt(most));
    }

    private static Reading read(ResponseTap tap, byte[] answer, IntSupplier sizes) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        int at = 0;
        while (at < answer.length) {
            int to = Math.min(answer.length, at + sizes.getAsInt());
            byte[] chunk = Arrays.copyOfRange(answer, at, to);
            tap.feed(chunk, sink(chunk, out));
            at = to;
        }
        tap.end(sink(new byte[0], out));
        if (tap.complete()) {
            out.writeBytes(tap.last());
        }
        return new Reading(tap, out.toString(UTF_8));
    }

    private static ResponseTap.Sink sink(byte[] chunk, ByteArrayOutputStream out) {
        return new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                out.write(chunk, offset, length);
            }

            @Override
            public void write(byte[] bytes) {
                out.writeBytes(bytes);
            }
        };
    }

    /** What the gateway makes of it: nothing for a good answer, and cut where neither an end nor an error was seen. */
    @Nullable
    Kind verdict() {
        if (tap.error() != null) {
            return tap.error().kind();
        }
        return tap.complete() ? null : Kind.TRUNCATED;
    }
}
