package io.sluice.domain.dialect.bedrock;

import static java.nio.charset.StandardCharsets.UTF_8;

import java.util.Arrays;
import java.util.zip.CRC32;
import org.jspecify.annotations.Nullable;

/**
 * Splits {@code application/vnd.amazon.eventstream} into its messages, cut anywhere (AWS SDK documentation, event stream
 * encoding, 2026). All numbers are big-endian.
 *
 * <pre>
 * [4 total length][4 length of headers][4 CRC32 of these 8][headers][payload][4 CRC32 of all before]
 * header = [1 length of name][name][1 type][value]
 * </pre>
 *
 * Holds one message at most, of {@value #MOST_BYTES} bytes at most. Both checksums are checked. Used by one thread.
 */
final class EventStreamReader {
    /** The longest message: what AWS allows. */
    static final int MOST_BYTES = 16 * 1024 * 1024;

    private static final int MOST_HEADERS = 128 * 1024;
    private static final int PRELUDE = 12;
    private static final int OVERHEAD = 16;
    private static final int KEPT = 4 * 1024;
    private static final int STRING = 7;

    private final CRC32 crc = new CRC32();
    private byte[] held = new byte[512];
    private int length;
    /** Of the message that is held; 0 while its prelude is not whole. */
    private int total;

    private @Nullable String fault;

    /** Takes what a message says. */
    interface Handler {
        /**
         * A whole message.
         *
         * @param message its headers, those of text
         * @param bytes holds its payload; not to be kept after the call
         * @param from first byte of the payload
         * @param to behind its last byte
         * @return whether to go on
         */
        boolean message(Headers message, byte[] bytes, int from, int to);
    }

    /**
     * The headers that say what a message is.
     *
     * @param messageType {@code event}, {@code exception} or {@code error}; empty when absent
     * @param eventType kind of the event; empty when absent
     * @param exceptionType kind of the exception; empty when absent
     * @param errorCode kind of the error; empty when absent
     * @param errorMessage what the error says; empty when absent
     */
    record Headers(String messageType, String eventType, String exceptionType, String errorCode, String errorMessage) {}

    /**
     * Takes the next piece.
     *
     * @return false when the stream is broken, or the handler wanted no more: nothing may be fed after that
     */
    boolean feed(byte[] piece, Handler handler) {
        int at = 0;
        while (at < piece.length) {
            if (length == 0 && piece.length - at >= PRELUDE) {
                int size = prelude(piece, at);
                if (size < 0) {
                    return false;
                }
                if (piece.length - at >= size) {
                    if (!show(piece, at, size, handler)) {
                        return false;
                    }
                    at += size;
                    continue;
                }
            }
            int wanted = (total == 0 ? PRELUDE : total) - length;
            int taken = Math.min(wanted, piece.length - at);
            hold(piece, at, taken);
            at += taken;
            if (total == 0 && length == PRELUDE) {
                total = prelude(held, 0);
                if (total < 0) {
                    return false;
                }
            }
            if (total > 0 && length == total) {
                boolean more = show(held, 0, total, handler);
                length = 0;
                total = 0;
                if (held.length > KEPT) {
                    held = new byte[512];
                }
                if (!more) {
                    return false;
                }
            }
        }
        return true;
    }

    /** Whether the stream stands between two messages. */
    boolean isBetween() {
        return length == 0 && fault == null;
    }

    /** What is wrong with the stream; null when nothing is. */
    @Nullable
    String fault() {
        return fault;
    }

    private void hold(byte[] piece, int at, int count) {
        if (length + count > held.length) {
            // Grows with what came, not with what a length promises.
            held = Arrays.copyOf(held, Math.max(length + count, Math.min(held.length * 2, MOST_BYTES)));
        }
        System.arraycopy(piece, at, held, length, count);
        length += count;
    }

    /** The length that a prelude tells; -1 when it is wrong. */
    private int prelude(byte[] bytes, int at) {
        int size = number(bytes, at);
        int headers = number(bytes, at + 4);
        if (crc(bytes, at, 8) != number(bytes, at + 8)) {
            return wrong("The checksum of a message's length is wrong.");
        }
        if (size < OVERHEAD
                || size > MOST_BYTES
                || headers < 0
                || headers > MOST_HEADERS
                || headers > size - OVERHEAD) {
            return wrong("The length of a message is out of bounds.");
        }
        return size;
    }

    private int wrong(String what) {
        fault = what;
        return -1;
    }

    private int crc(byte[] bytes, int at, int count) {
        crc.reset();
        crc.update(bytes, at, count);
        return (int) crc.getValue();
    }

    private boolean show(byte[] bytes, int at, int size, Handler handler) {
        if (crc(bytes, at, size - 4) != number(bytes, at + size - 4)) {
            wrong("The checksum of a message is wrong.");
            return false;
        }
        int payload = at + PRELUDE + number(bytes, at + 4);
        Headers headers = headers(bytes, at + PRELUDE, payload);
        if (headers == null) {
            wrong("The headers of a message are malformed.");
            return false;
        }
        return handler.message(headers, bytes, payload, at + size - 4);
    }

    private static @Nullable Headers headers(byte[] bytes, int from, int to) {
        String messageType = "";
        String eventType = "";
        String exceptionType = "";
        String errorCode = "";
        String errorMessage = "";
        int at = from;
        while (at < to) {
            int nameLength = bytes[at++] & 0xff;
            if (to - at < nameLength + 1) {
                return null;
            }
            int name = at;
            at += nameLength;
            int type = bytes[at++];
            int value = at;
            int valueLength = valueLength(bytes, type, at, to);
            if (valueLength < 0 || to - at < valueLength) {
                return null;
            }
            at += valueLength;
            if (type == STRING && nameLength > 0 && bytes[name] == ':') {
                String text = new String(bytes, value + 2, valueLength - 2, UTF_8);
                switch (new String(bytes, name, nameLength, UTF_8)) {
                    case ":message-type" -> messageType = text;
                    case ":event-type" -> eventType = text;
                    case ":exception-type" -> exceptionType = text;
                    case ":error-code" -> errorCode = text;
                    case ":error-message" -> errorMessage = text;
                    default -> {}
                }
            }
        }
        return new Headers(messageType, eventType, exceptionType, errorCode, errorMessage);
    }

    /** How long a value is, its own length included; -1 when it cannot be. */
    private static int valueLength(byte[] bytes, int type, int at, int to) {
        return switch (type) {
            case 0, 1 -> 0;
            case 2 -> 1;
            case 3 -> 2;
            case 4 -> 4;
            case 5, 8 -> 8;
            case 6, STRING -> to - at < 2 ? -1 : 2 + ((bytes[at] & 0xff) << 8 | bytes[at + 1] & 0xff);
            case 9 -> 16;
            default -> -1;
        };
    }

    private static int number(byte[] bytes, int at) {
        return (bytes[at] & 0xff) << 24
                | (bytes[at + 1] & 0xff) << 16
                | (bytes[at + 2] & 0xff) << 8
                | bytes[at + 3] & 0xff;
    }
}
