package io.sluice.notify;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.Secret;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Wording;
import java.net.URLEncoder;
import java.util.Base64;
import java.util.Map;
import java.util.Set;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Robots of DingTalk: plain text, for its Markdown knows no escape. Signed, where the robot asks for it, by an HMAC of the
 * time and the secret with the secret as the key, in the query.
 *
 * @param sink whose templates
 * @param chat where, and with which secret
 */
record DingTalkForm(NoticeSink sink, Chat chat) implements HookForm {
    private static final int MOST_BYTES = 16_000;

    /** Too many messages, and a busy system. */
    private static final Set<Integer> FOR_NOW = Set.of(-1, 130_101, 410_100);

    @Override
    public Post post(Telling telling, long nowMillis) {
        String text = Wording.title(telling, sink.title(), UnaryOperator.identity()) + "\n"
                + Wording.text(telling, sink.text(), UnaryOperator.identity());
        ObjectNode body = JsonBody.object().put("msgtype", "text");
        body.putObject("text").put("content", Wording.cut(text, MOST_BYTES));
        return new Post(target(nowMillis), Map.of(), JsonBody.bytes(body));
    }

    private String target(long nowMillis) {
        Secret secret = chat.secret();
        if (secret == null) {
            return chat.url().target().reveal();
        }
        byte[] sign = Signature.of(secret.reveal(), (nowMillis + "\n" + secret.reveal()).getBytes(UTF_8));
        return HookForm.with(
                chat.url(),
                "timestamp=" + nowMillis + "&sign="
                        + URLEncoder.encode(Base64.getEncoder().encodeToString(sign), UTF_8));
    }

    @Override
    public @Nullable Undelivered refusal(@Nullable JsonNode body) {
        return Codes.refusal(body, "errcode", "errcode", "errmsg", FOR_NOW);
    }
}
