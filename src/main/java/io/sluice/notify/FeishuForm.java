package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Wording;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Robots of Feishu and Lark: a post of plain pieces, in which nothing is markup. Signed, where the robot asks for it, by an
 * HMAC of nothing whose key is the time and the secret.
 *
 * @param sink whose templates
 * @param chat where, and with which secret
 */
record FeishuForm(NoticeSink sink, Chat chat) implements HookForm {
    private static final int MOST_BYTES = 12_000;

    /** Too many messages. */
    private static final Set<Integer> FOR_NOW = Set.of(11_232);

    @Override
    public Post post(Telling telling, long nowMillis) {
        ObjectNode body = JsonBody.object();
        Secret secret = chat.secret();
        if (secret != null) {
            String seconds = Long.toString(nowMillis / 1_000);
            byte[] sign = Signature.of(seconds + "\n" + secret.reveal());
            body.put("timestamp", seconds).put("sign", Base64.getEncoder().encodeToString(sign));
        }
        body.put("msg_type", "post");
        ObjectNode post = body.putObject("content").putObject("post").putObject("zh_cn");
        post.put("title", Wording.title(telling, sink.title(), UnaryOperator.identity()));
        ArrayNode paragraphs = post.putArray("content");
        String text = Wording.cut(Wording.text(telling, sink.text(), UnaryOperator.identity()), MOST_BYTES);
        text.lines()
                .forEach(line ->
                        paragraphs.addArray().addObject().put("tag", "text").put("text", line));
        return new Post(chat.url().target().reveal(), Map.of(), JsonBody.bytes(body));
    }

    /** Older answers have their code in {@code StatusCode}. */
    @Override
    public @Nullable Undelivered refusal(@Nullable JsonNode body) {
        return Codes.refusal(body, "code", "StatusCode", "msg", FOR_NOW);
    }
}
