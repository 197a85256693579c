package io.sluice.usage.journal;

import static java.nio.charset.StandardCharsets.UTF_8;

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
import java.nio.BufferUnderflowException;
import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.function.Function;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;

/**
 * A usage record as bytes: a version, then its fields in a fixed order. Numbers are variable in length; words stand for what is
 * an enum, so that a later program may add to it anywhere.
 *
 * <pre>
 *   version 1 byte, now {@value #VERSION} │ flags 1 byte │ fields in the order of {@link UsageRecord} and what it is made of
 *   attempts  how many 1 │ their fields
 *   leases    where flagged, behind the other fields: run number │ how many number │ scopes
 *   number    7 bits a byte, low ones first, the sign in the lowest bit
 *   text      length + 1 as a number (0 for null) │ UTF-8
 * </pre>
 *
 * <p>Nothing that is read is trusted: lengths are compared with what is there before anything is made.
 */
final class RecordCodec {
    /** The most bytes that a record takes. */
    static final int MAX_BYTES = 128 * 1024;

    /** The most bytes of one text; a longer one is cut. */
    static final int MAX_TEXT = 1_024;

    private static final int VERSION = 2;
    private static final int MAX_NUMBER_BYTES = 10;
    private static final int MAX_ATTEMPTS = 100;
    /** Seven texts and some numbers; what follows the attempts takes less. */
    private static final int MAX_ATTEMPT_BYTES = 8 * MAX_TEXT;

    private static final int STREAM = 1;
    private static final int ESTIMATED = 2;
    private static final int LEASED = 4;

    private static final Map<String, Endpoint> ENDPOINTS =
            Arrays.stream(Endpoint.values()).collect(Collectors.toMap(Endpoint::word, Function.identity()));

    private RecordCodec() {}

    /** Bytes that are no record that this program knows. */
    static final class MalformedRecord extends Exception {
        private static final long serialVersionUID = 1L;

        MalformedRecord(String message) {
            super(message);
        }
    }

    /**
     * Appends a record.
     *
     * @param out backed by an array, with {@value #MAX_BYTES} bytes left
     */
    static void write(UsageRecord usage, ByteBuffer out) {
        int from = out.position();
        out.put((byte) VERSION);
        out.put((byte) ((usage.asked().stream() ? STREAM : 0)
                | (usage.used().isEstimated() ? ESTIMATED : 0)
                | (usage.used().leases() != null ? LEASED : 0)));
        text(usage.requestId(), out);
        caller(usage.caller(), out);
        text(usage.asked().endpoint().word(), out);
        text(usage.asked().model(), out);
        served(usage.served(), out, from);
        tokens(usage.used().tokens(), out);
        number(usage.used().images(), out);
        charge(usage.used().charge(), out);
        timing(usage.timing(), out);
        number(usage.outcome().status(), out);
        out.put(code(usage.outcome().ending()));
        text(usage.outcome().error(), out);
        LeaseUse leases = usage.used().leases();
        if (leases != null) {
            number(leases.run(), out);
            number(leases.scopes().size(), out);
            leases.scopes().forEach(scope -> text(scope, out));
        }
    }

    private static void caller(Caller caller, ByteBuffer out) {
        text(caller.key(), out);
        text(caller.team(), out);
        text(caller.parentTeam(), out);
        text(caller.address(), out);
        text(caller.requestId(), out);
    }

    private static void served(Served served, ByteBuffer out, int from) {
        text(served.model(), out);
        text(served.upstreamModel(), out);
        text(served.channel(), out);
        text(served.account(), out);
        number(served.attempts(), out);
        attempts(served.others(), out, from);
    }

    private static void timing(Timing timing, ByteBuffer out) {
        number(timing.startMillis(), out);
        number(timing.queueNanos(), out);
        number(timing.firstByteNanos(), out);
        number(timing.totalNanos(), out);
    }

    private static void attempts(List<BilledAttempt> attempts, ByteBuffer out, int from) {
        int countAt = out.position();
        out.put((byte) 0);
        int count = 0;
        for (BilledAttempt attempt : attempts) {
            if (count == MAX_ATTEMPTS || out.position() - from > MAX_BYTES - 2 * MAX_ATTEMPT_BYTES) {
                break;
            }
            text(attempt.channel(), out);
            text(attempt.account(), out);
            text(attempt.model(), out);
            text(attempt.upstreamModel(), out);
            tokens(attempt.usage(), out);
            out.put((byte) (attempt.isEstimated() ? 1 : 0));
            charge(attempt.charge(), out);
            text(attempt.cause(), out);
            count++;
        }
        out.put(countAt, (byte) count);
    }

    private static void tokens(TokenUsage tokens, ByteBuffer out) {
        number(tokens.input(), out);
        number(tokens.cachedInput(), out);
        number(tokens.cacheWrite(), out);
        number(tokens.output(), out);
        number(tokens.reasoning(), out);
        number(tokens.inputAudio(), out);
        number(tokens.outputAudio(), out);
    }

    private static void charge(Charge charge, ByteBuffer out) {
        out.put((byte) (charge.isPriced() ? 1 : 0));
        number(charge.micros(), out);
        text(charge.currency(), out);
        number(charge.originalMicros(), out);
        number(charge.rateMicros(), out);
        text(charge.priceRevision(), out);
    }

    private static void number(long value, ByteBuffer out) {
        long rest = value << 1 ^ value >> Long.SIZE - 1;
        while ((rest & ~0x7FL) != 0) {
            out.put((byte) (rest & 0x7F | 0x80));
            rest >>>= 7;
        }
        out.put((byte) rest);
    }

    private static void text(@Nullable String text, ByteBuffer out) {
        if (text == null) {
            out.put((byte) 0);
            return;
        }
        byte[] utf8 = text.getBytes(UTF_8);
        int length = utf8.length;
        if (length > MAX_TEXT) {
            length = MAX_TEXT;
            while ((utf8[length] & 0xC0) == 0x80) {
                length--;
            }
        }
        number(length + 1L, out);
        out.put(utf8, 0, length);
    }

    private static byte code(Ending ending) {
        return switch (ending) {
            case COMPLETED -> 1;
            case FAILED -> 2;
            case CUT -> 3;
            case CANCELLED -> 4;
        };
    }

    /**
     * Reads a record.
     *
     * @param in exactly its bytes
     * @throws MalformedRecord when they are none, or of another version
     */
    static UsageRecord read(ByteBuffer in) throws MalformedRecord {
        try {
            int version = in.get();
            if (version != VERSION) {
                throw new MalformedRecord("version " + version + " of a record; this program knows " + VERSION);
            }
            UsageRecord usage = fields(in);
            if (in.hasRemaining()) {
                throw new MalformedRecord(in.remaining() + " bytes behind a record");
            }
            return usage;
        } catch (BufferUnderflowException e) {
            throw new MalformedRecord("a record ends too early");
        }
    }

    private static UsageRecord fields(ByteBuffer in) throws MalformedRecord {
        int flags = in.get();
        String requestId = text(in);
        Caller caller = new Caller(text(in), optional(in), optional(in), text(in), text(in));
        Asked asked = new Asked(endpoint(in), text(in), (flags & STREAM) != 0);
        Served served = new Served(optional(in), optional(in), optional(in), optional(in), small(in), attempts(in));
        TokenUsage tokens = tokens(in);
        long images = number(in);
        Charge charge = charge(in);
        Timing timing = new Timing(number(in), number(in), number(in), number(in));
        Outcome outcome = new Outcome(small(in), ending(in), optional(in));
        LeaseUse leases = (flags & LEASED) == 0 ? null : leases(in);
        Used used = new Used(tokens, images, (flags & ESTIMATED) != 0, charge, leases);
        return new UsageRecord(requestId, caller, asked, served, used, timing, outcome);
    }

    private static LeaseUse leases(ByteBuffer in) throws MalformedRecord {
        long run = number(in);
        long count = number(in);
        if (count < 0 || count > LeaseUse.MOST_SCOPES) {
            throw new MalformedRecord("a record of " + count + " leases");
        }
        List<String> scopes = new ArrayList<>((int) count);
        for (int i = 0; i < count; i++) {
            scopes.add(text(in));
        }
        return new LeaseUse(run, scopes);
    }

    private static List<BilledAttempt> attempts(ByteBuffer in) throws MalformedRecord {
        int count = in.get();
        if (count < 0 || count > MAX_ATTEMPTS) {
            throw new MalformedRecord("a record with " + count + " other attempts");
        }
        List<BilledAttempt> attempts = new ArrayList<>(count);
        for (int i = 0; i < count; i++) {
            attempts.add(new BilledAttempt(
                    text(in), text(in), text(in), text(in), tokens(in), in.get() != 0, charge(in), text(in)));
        }
        return attempts;
    }

    private static TokenUsage tokens(ByteBuffer in) throws MalformedRecord {
        return new TokenUsage(number(in), number(in), number(in), number(in), number(in), number(in), number(in));
    }

    private static Charge charge(ByteBuffer in) throws MalformedRecord {
        return new Charge(in.get() != 0, number(in), text(in), number(in), number(in), text(in));
    }

    private static Endpoint endpoint(ByteBuffer in) throws MalformedRecord {
        String word = text(in);
        Endpoint endpoint = ENDPOINTS.get(word);
        if (endpoint == null) {
            throw new MalformedRecord("a record of an endpoint that this program does not know");
        }
        return endpoint;
    }

    private static Ending ending(ByteBuffer in) throws MalformedRecord {
        int code = in.get();
        return switch (code) {
            case 1 -> Ending.COMPLETED;
            case 2 -> Ending.FAILED;
            case 3 -> Ending.CUT;
            case 4 -> Ending.CANCELLED;
            default -> throw new MalformedRecord("a record with an unknown ending " + code);
        };
    }

    private static int small(ByteBuffer in) throws MalformedRecord {
        long number = number(in);
        if (number != (int) number) {
            throw new MalformedRecord("a number out of range in a record");
        }
        return (int) number;
    }

    private static long number(ByteBuffer in) throws MalformedRecord {
        long bits = 0;
        for (int i = 0; i < MAX_NUMBER_BYTES; i++) {
            byte next = in.get();
            bits |= (next & 0x7FL) << 7 * i;
            if (next >= 0) {
                return bits >>> 1 ^ -(bits & 1);
            }
        }
        throw new MalformedRecord("a number without an end in a record");
    }

    private static String text(ByteBuffer in) throws MalformedRecord {
        String text = optional(in);
        if (text == null) {
            throw new MalformedRecord("a record without one of its texts");
        }
        return text;
    }

    private static @Nullable String optional(ByteBuffer in) throws MalformedRecord {
        long length = number(in) - 1;
        if (length == -1) {
            return null;
        }
        if (length < 0 || length > MAX_TEXT || length > in.remaining()) {
            throw new MalformedRecord("a text of " + length + " bytes in a record");
        }
        byte[] utf8 = new byte[(int) length];
        in.get(utf8);
        return new String(utf8, UTF_8);
    }
}
