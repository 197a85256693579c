package io.sluice.domain.dialect.responses;

import java.util.function.Consumer;

/** A call of a function while it is written. */
final class CallItem extends OutputItem {
    private static final byte[] DELTA = ResponseEvents.head("response.function_call_arguments.delta");
    private static final byte[] DONE = ResponseEvents.head("response.function_call_arguments.done");

    private final String callId;
    private final String name;
    private final JsonBytes arguments = new JsonBytes();

    CallItem(String id, int index, ResponseEvents events, String callId, String name) {
        super(id, index, events);
        this.callId = callId;
        this.name = name;
    }

    /** More of the arguments. */
    void arguments(String json, Consumer<byte[]> out) {
        if (!json.isEmpty()) {
            events.gather(arguments, json);
            if (events.isStream()) {
                begin(DELTA).raw(",\"delta\":").string(json);
                events.end(out);
            }
        }
    }

    @Override
    void finish(Consumer<byte[]> out) {
        if (arguments.isEmpty()) {
            arguments("{}", out);
        }
        if (events.isStream()) {
            begin(DONE).raw(",\"name\":").string(name).raw(",\"arguments\":").string(arguments);
            events.end(out);
        }
    }

    @Override
    void write(JsonBytes target, String status) {
        target.raw("{\"id\":\"")
                .raw(id)
                .raw("\",\"type\":\"function_call\",\"status\":\"")
                .raw(status)
                .raw("\",\"call_id\":")
                .string(callId)
                .raw(",\"name\":")
                .string(name)
                .raw(",\"arguments\":")
                .string(arguments)
                .raw("}");
    }
}
