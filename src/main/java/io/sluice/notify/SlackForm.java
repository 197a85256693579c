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
 * word gets something invisible behind it, for services that call everybody by {@code @channel}. It is cut to what they
 * take; Discord, known by the end of its path, takes the least.
 *
 * @param sink whose templates
 * @param chat where
 */
record SlackForm(NoticeSink sink, Chat chat) implements HookForm {
    private static final int MOST = 4_000;
    private static final int MOST_DISCORD = 1_900;
    private static final int LONGEST_ESCAPE = "&amp;".length();

    @Override
    public Post post(Telling telling, long nowMillis) {
        String text = Wording.title(telling, sink.title(), SlackForm::escape) + "\n"
                + Wording.text(telling, sink.text(), SlackForm::escape);
        String path = chat.url().target().reveal().replaceAll("\\?.*", "");
        byte[] body = JsonBody.bytes(JsonBody.object()
                .put("text", cut(text, path.endsWith("/slack") ? MOST_DISCORD : MOST))
                .put("mrkdwn", false)
                .put("unfurl_links", false)
                .put("unfurl_media", false));
        return new Post(chat.url().target().reveal(), Map.of(), body);
    }

    /** Neither a pair nor an escape is cut in two. */
    private static String cut(String text, int most) {
        if (text.length() <= most) {
            return text;
        }
        int end = most - 1;
        int escape = text.lastIndexOf('&', end - 1);
        int escapeEnd = escape < 0 ? -1 : text.indexOf(';', escape);
        if (escapeEnd >= end && escapeEnd - escape < LONGEST_ESCAPE) {
            end = escape;
        }
        if (Character.isHighSurrogate(text.charAt(end - 1))) {
            end--;
        }
        return text.substring(0, end) + "…";
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
