package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Wording;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Robots of WeCom: plain text, of which they take two thousand bytes.
 *
 * @param sink whose templates
 * @param chat where
 */
record WeComForm(NoticeSink sink, Chat chat) implements HookForm {
    private static final int MOST_BYTES = 2_000;

    /** Too many messages, and a busy system. */
    private static final Set<Integer> FOR_NOW = Set.of(-1, 45_009, 45_033);

    @Override
    public Post post(Telling telling, long nowMillis) {
        String text = Wording.title(telling, sink.title(), UnaryOperator.identity()) + "\n"
                + Wording.text(telling, sink.text(), UnaryOperator.identity());
        ObjectNode body = JsonBody.object().put("msgtype", "text");
        body.putObject("text").put("content", Wording.cut(text, MOST_BYTES));
        return new Post(chat.url().target().reveal(), Map.of(), JsonBody.bytes(body));
    }

    @Override
    public @Nullable Undelivered refusal(@Nullable JsonNode body) {
        return Codes.refusal(body, "errcode", "errcode", "errmsg", FOR_NOW);
    }
}
