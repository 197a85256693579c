package io.sluice.notify;

import static java.nio.charset.StandardCharsets.US_ASCII;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.notice.NoticeSink;
import io.sluice.domain.notice.NoticeSink.Webhook;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Telling;
import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Wording;
import java.time.Instant;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;

/**
 * Sluice's own form, described in {@code docs/notifications.md}: everything as fields, signed with HMAC-SHA-256 over the
 * time, a dot and the body.
 *
 * @param sink whose templates
 * @param hook where, and with which secret
 */
record SignedForm(NoticeSink sink, Webhook hook) implements HookForm {
    /** Occurrences of one message; the fields {@code count} and {@code left_out} tell of more. */
    private static final int MOST = 100;

    private static final int FORM = 1;

    @Override
    public Post post(Telling telling, long nowMillis) {
        byte[] body = JsonBody.bytes(body(telling));
        String seconds = Long.toString(nowMillis / 1_000);
        byte[] signature =
                Signature.of(hook.secret().reveal(), seconds.getBytes(US_ASCII), ".".getBytes(US_ASCII), body);
        return new Post(
                hook.url().target().reveal(),
                Map.of(
                        "x-sluice-id",
                        telling.id(),
                        "x-sluice-timestamp",
                        seconds,
                        "x-sluice-signature",
                        "v1=" + HexFormat.of().formatHex(signature)),
                body);
    }

    private ObjectNode body(Telling telling) {
        ObjectNode body = JsonBody.object();
        body.put("form", FORM)
                .put("id", telling.id())
                .put("at", Instant.ofEpochMilli(telling.atMillis()).toString())
                .put("node", telling.node())
                .put("severity", telling.severity().word())
                .put("title", Wording.title(telling, sink.title(), UnaryOperator.identity()))
                .put("text", Wording.text(telling, sink.text(), UnaryOperator.identity()))
                .put("left_out", telling.leftOut());
        ArrayNode groups = body.putArray("groups");
        int room = MOST;
        for (Group group : telling.groups()) {
            List<Occurrence> all = group.occurrences();
            List<Occurrence> shown = all.subList(0, Math.min(all.size(), room));
            room -= shown.size();
            ArrayNode occurrences = groups.addObject()
                    .put("event", group.event().word())
                    .put("state", group.state().word())
                    .put("severity", group.severity().word())
                    .put("count", all.size())
                    .putArray("occurrences");
            shown.forEach(one -> occurrence(occurrences.addObject(), one));
        }
        return body;
    }

    private static void occurrence(ObjectNode json, Occurrence one) {
        json.put("subject", one.subject())
                .put("text", one.text())
                .put("at", Instant.ofEpochMilli(one.atMillis()).toString());
        ObjectNode facts = json.putObject("facts");
        one.facts().forEach(fact -> facts.put(fact.name(), fact.value()));
    }

    @Override
    public @Nullable Undelivered refusal(@Nullable JsonNode body) {
        return null;
    }
}
