package io.sluice.notify;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.notice.HookUrl;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Chat;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Telling;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** What is posted to a webhook, and what its answer means. Pure. */
interface HookForm {
    /**
     * A request.
     *
     * @param target path and query; holds a secret
     * @param headers by name, {@code content-type} apart
     * @param body JSON
     */
    record Post(String target, Map<String, String> headers, byte[] body) {}

    /**
     * The request that tells something.
     *
     * @param nowMillis wall clock, for signatures
     */
    Post post(Telling telling, long nowMillis);

    /**
     * Whether an answer with a status of success says that the message was not taken; null when it was.
     *
     * @param body as JSON; null when it is none
     */
    @Nullable
    Undelivered refusal(@Nullable JsonNode body);

    /** The form of a sink, and where it is. */
    static HookForm of(NoticeSink sink, Webhook hook) {
        return new SignedForm(sink, hook);
    }

    /** The form of a chat service's robot. */
    static HookForm of(NoticeSink sink, Chat chat) {
        return switch (chat.service()) {
            case SLACK -> new SlackForm(sink, chat);
            case FEISHU -> new FeishuForm(sink, chat);
            case DINGTALK -> new DingTalkForm(sink, chat);
            case WECOM -> new WeComForm(sink, chat);
        };
    }

    /** The target of an address with one more parameter. */
    static String with(HookUrl url, String parameters) {
        String target = url.target().reveal();
        return target + (target.indexOf('?') < 0 ? '?' : '&') + parameters;
    }
}
