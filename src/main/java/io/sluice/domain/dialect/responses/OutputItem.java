package io.sluice.domain.dialect.responses;

import java.util.function.Consumer;

/** One item of an answer's output while it is written. */
abstract class OutputItem {
    private static final byte[] ADDED = ResponseEvents.head("response.output_item.added");
    private static final byte[] DONE = ResponseEvents.head("response.output_item.done");

    final String id;
    final int index;
    final ResponseEvents events;

    /**
     * An item.
     *
     * @param id its id, JSON-safe
     * @param index its place in the output
     * @param events takes what is said of it
     */
    OutputItem(String id, int index, ResponseEvents events) {
        this.id = id;
        this.index = index;
        this.events = events;
    }

    /** Writes the item as it is now. */
    abstract void write(JsonBytes target, String status);

    /** Says what must be said before the item is done. */
    abstract void finish(Consumer<byte[]> out);

    /** Says that the item begins. */
    final void add(Consumer<byte[]> out) {
        item(ADDED, "in_progress", out);
    }

    /**
     * Says that the item is done.
     *
     * @param status {@code completed} or {@code incomplete}
     * @return the item
     */
    final byte[] done(String status, Consumer<byte[]> out) {
        finish(out);
        JsonBytes item = new JsonBytes();
        write(item, status);
        byte[] whole = item.copy();
        if (events.isStream()) {
            events.begin(DONE)
                    .raw(",\"output_index\":")
                    .number(index)
                    .raw(",\"item\":")
                    .raw(whole);
            events.end(out);
        }
        return whole;
    }

    private void item(byte[] head, String status, Consumer<byte[]> out) {
        if (events.isStream()) {
            write(events.begin(head).raw(",\"output_index\":").number(index).raw(",\"item\":"), status);
            events.end(out);
        }
    }

    /** Where an event belongs. */
    final JsonBytes begin(byte[] head) {
        return events.begin(head)
                .raw(",\"item_id\":\"")
                .raw(id)
                .raw("\",\"output_index\":")
                .number(index);
    }
}
