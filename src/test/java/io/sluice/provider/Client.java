package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Candidate;
import java.util.Locale;
import java.util.function.Supplier;

/** What clients of each dialect ask: {@code Hello}, of the model {@code m}. */
enum Client {
    CHAT(Endpoint.CHAT_COMPLETIONS, "\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]"),
    RESPONSES(Endpoint.RESPONSES, "\"input\":\"Hello\""),
    MESSAGES(Endpoint.MESSAGES, "\"max_tokens\":50,\"messages\":[{\"role\":\"user\",\"content\":\"Hello\"}]"),
    CONTENT(Endpoint.GENERATE_CONTENT, "\"contents\":[{\"role\":\"user\",\"parts\":[{\"text\":\"Hello\"}]}]");

    private final Endpoint endpoint;
    private final String fields;

    Client(Endpoint endpoint, String fields) {
        this.endpoint = endpoint;
        this.fields = fields;
    }

    /** The request that a provider gets. */
    UpstreamRequest ask(Subject subject, boolean stream) {
        return asking(subject, stream).get();
    }

    /** The same request again and again: each reads one answer. */
    Supplier<UpstreamRequest> asking(Subject subject, boolean stream) {
        boolean inPath = this == CONTENT;
        String body = inPath ? "{" + fields + "}" : "{\"model\":\"m\",\"stream\":" + stream + "," + fields + "}";
        RequestHead head = inPath ? RequestHead.ofPath("m", stream, false) : RequestHead.NONE;
        RequestScan scan = RequestScanner.scan(body.getBytes(UTF_8), endpoint, head, 64);
        Candidate candidate = subject.candidate();
        ProviderAdapter adapter = ProviderAdapters.of(candidate.channel());
        return () -> adapter.encode(candidate, scan, new AnswerTarget("id", "m", true, 1_700_000_000));
    }

    @Override
    public String toString() {
        return name().toLowerCase(Locale.ROOT);
    }
}
