package io.sluice.domain.dialect.responses;

import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;

/** Thinking while it is written: its text is the one part of the summary. */
final class ReasoningItem extends OutputItem {
    private static final byte[] PART_ADDED = ResponseEvents.head("response.reasoning_summary_part.added");
    private static final byte[] PART_DONE = ResponseEvents.head("response.reasoning_summary_part.done");
    private static final byte[] DELTA = ResponseEvents.head("response.reasoning_summary_text.delta");
    private static final byte[] TEXT_DONE = ResponseEvents.head("response.reasoning_summary_text.done");
    private static final String SUMMARY_INDEX = ",\"summary_index\":0";
    private static final String PART = ",\"part\":{\"type\":\"summary_text\",\"text\":";

    private final JsonBytes text = new JsonBytes();
    private boolean told;
    private @Nullable String sealed;

    ReasoningItem(String id, int index, ResponseEvents events) {
        super(id, index, events);
    }

    /** More of the thinking. */
    void text(String more, Consumer<byte[]> out) {
        if (!told) {
            told = true;
            if (events.isStream()) {
                begin(PART_ADDED).raw(SUMMARY_INDEX).raw(PART).raw("\"\"}");
                events.end(out);
            }
        }
        events.gather(text, more);
        if (events.isStream()) {
            begin(DELTA).raw(SUMMARY_INDEX).raw(",\"delta\":").string(more);
            events.end(out);
        }
    }

    /** Sets what stands in {@code encrypted_content}. */
    void seal(String content) {
        sealed = content;
    }

    @Override
    void finish(Consumer<byte[]> out) {
        if (told && events.isStream()) {
            begin(TEXT_DONE).raw(SUMMARY_INDEX).raw(",\"text\":").string(text);
            events.end(out);
            begin(PART_DONE).raw(SUMMARY_INDEX).raw(PART).string(text).raw("}");
            events.end(out);
        }
    }

    @Override
    void write(JsonBytes target, String status) {
        target.raw("{\"id\":\"").raw(id).raw("\",\"type\":\"reasoning\",\"summary\":[");
        if (told) {
            target.raw("{\"type\":\"summary_text\",\"text\":").string(text).raw("}");
        }
        target.raw("]");
        if (sealed != null) {
            target.raw(",\"encrypted_content\":").string(sealed);
        }
        target.raw("}");
    }
}
