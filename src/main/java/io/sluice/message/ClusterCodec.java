package io.sluice.message;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.MessageCodec;
import java.util.function.BiConsumer;
import java.util.function.Function;

/**
 * The bytes of an immutable message that crosses nodes. On its own node it is handed over by reference.
 *
 * @param <T> exact class of the message
 */
final class ClusterCodec<T> implements MessageCodec<T, T> {
    private final Class<T> type;
    private final int version;
    private final BiConsumer<WireWriter, T> writer;
    private final Function<WireReader, T> reader;

    /**
     * A codec for one message.
     *
     * @param version of the form it writes
     * @param writer appends every field
     * @param reader reads them in the same order
     */
    ClusterCodec(Class<T> type, int version, BiConsumer<WireWriter, T> writer, Function<WireReader, T> reader) {
        this.type = type;
        this.version = version;
        this.writer = writer;
        this.reader = reader;
    }

    /** Exact class of the message. */
    Class<T> type() {
        return type;
    }

    @Override
    public void encodeToWire(Buffer buffer, T message) {
        writer.accept(new WireWriter(buffer, version), message);
    }

    @Override
    public T decodeFromWire(int position, Buffer buffer) {
        return reader.apply(new WireReader(buffer, position, version));
    }

    @Override
    public T transform(T message) {
        return message;
    }

    /** Part of the wire format: never changed. */
    @Override
    public String name() {
        return type.getSimpleName();
    }

    @Override
    public byte systemCodecID() {
        return -1;
    }
}
