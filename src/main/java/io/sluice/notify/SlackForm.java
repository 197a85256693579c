package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Wording;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * Slack's incoming webhooks, and what takes the same form. Slack's three control characters are escaped, and an @ before a
 * word gets something invisible behind it, for services that call everybody by {@code @channel}.
 *
 * @param sink whose templates
 * @param chat where
 */
record SlackForm(NoticeSink sink, Chat chat) implements HookForm {
    @Override
    public Post post(Telling telling, long nowMillis) {
        String text = Wording.title(telling, sink.title(), SlackForm::escape) + "\n"
                + Wording.text(telling, sink.text(), SlackForm::escape);
        byte[] body = JsonBody.bytes(JsonBody.object()
                .put("text", text)
                .put("mrkdwn", false)
                .put("unfurl_links", false)
                .put("unfurl_media", false));
        return new Post(chat.url().target().reveal(), Map.of(), body);
    }

    private static String escape(String value) {
        return value.replace("&", "&amp;")
                .replace("<", "&lt;")
                .replace(">", "&gt;")
                .replaceAll("@(?=\\p{L})", "@\u200b");
    }

    /** It says what is wrong by the status. */
    @Override
    public @Nullable Undelivered refusal(@Nullable JsonNode body) {
        return null;
    }
}
