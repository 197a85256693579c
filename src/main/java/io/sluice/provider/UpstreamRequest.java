package io.sluice.provider;

import java.util.List;
import java.util.Map;

/**
 * What is written to a provider, and how its answer is read. Every value has been checked or escaped: none holds a control
 * character.
 *
 * @param uri request target: path and query, without scheme and host
 * @param headers names in lower case; the credential is among them
 * @param body JSON text; empty for a form, which is the client's
 * @param answer reads the answer
 * @param lost names of the client's fields that the provider's dialect cannot carry and the channel lets go
 */
public record UpstreamRequest(
        String uri, Map<String, String> headers, byte[] body, AnswerReading answer, List<String> lost) {
    /** Nothing is lost. */
    public UpstreamRequest(String uri, Map<String, String> headers, byte[] body, AnswerReading answer) {
        this(uri, headers, body, answer, List.of());
    }

    /** Nothing but the names of the headers: credentials stand in headers, and in one dialect in the query. */
    @Override
    public String toString() {
        return "UpstreamRequest[headers=" + headers.keySet() + ", bytes=" + body.length + "]";
    }
}
