package io.sluice.domain.json;

import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.dialect.Endpoint;
import org.jspecify.annotations.Nullable;

/**
 * What one pass over a request body found. The bytes stay as the client wrote them.
 *
 * @param body the JSON text in UTF-8; never changed
 * @param endpoint what it asks for
 * @param head what the request says beside its body
 * @param members every top-level member in the order written
 * @param model value of {@code model}, unescaped, or the model that the path names
 * @param stream value of {@code stream}, or what the path says; false when absent
 * @param includeUsage value of {@code stream_options.include_usage}; false when absent
 * @param maxOutputTokens {@code max_completion_tokens}, else {@code max_tokens}, {@code max_output_tokens} or {@code
 *     maxOutputTokens}; -1 when the client names none
 * @param choices how many answers are generated: the larger of {@code n} and {@code best_of}, for each prompt of a list
 *     of prompts, or {@code candidateCount}; 1 when nothing says so
 * @param inputTokens estimated input tokens, an upper guess, base64 payloads left out
 * @param stickyHash hash of {@code prompt_cache_key}, else {@code user} or {@code metadata.user_id}, else the prompt's
 *     beginning; 0 for none
 * @param chat the body as it was read and completed by what it only names the address of; null where whoever needs it reads
 *     the body
 */
public record RequestScan(
        byte[] body,
        Endpoint endpoint,
        RequestHead head,
        Members members,
        String model,
        boolean stream,
        boolean includeUsage,
        long maxOutputTokens,
        int choices,
        long inputTokens,
        long stickyHash,
        @Nullable ChatRequest chat) {
    /** Nobody has read the body yet. */
    public RequestScan(
            byte[] body,
            Endpoint endpoint,
            RequestHead head,
            Members members,
            String model,
            boolean stream,
            boolean includeUsage,
            long maxOutputTokens,
            int choices,
            long inputTokens,
            long stickyHash) {
        this(
                body,
                endpoint,
                head,
                members,
                model,
                stream,
                includeUsage,
                maxOutputTokens,
                choices,
                inputTokens,
                stickyHash,
                null);
    }

    /**
     * Positions of the top-level members: name and value as byte offsets into the body. A name's span is without its
     * quotes; a value's span is the whole value.
     *
     * @param count how many members
     * @param spans four numbers a member: name start, name end, value start, value end (ends exclusive)
     * @param objectStart offset of the opening brace
     */
    public record Members(int count, int[] spans, int objectStart) {}

    /**
     * A request that its head says wholly.
     *
     * @param endpoint what it asks for
     * @param head the head
     * @param model what stands for the model's name where there is none
     */
    public static RequestScan ofHead(Endpoint endpoint, RequestHead head, String model) {
        return new RequestScan(
                new byte[0], endpoint, head, new Members(0, new int[0], 0), model, head.stream(), false, -1, 1, 0, 0);
    }

    /**
     * Index of a top-level member.
     *
     * @param name the member's name in ASCII; found also where the client wrote it with escapes
     * @return its index, or -1
     */
    public int indexOf(String name) {
        for (int i = 0; i < members.count(); i++) {
            if (isNamed(i, name)) {
                return i;
            }
        }
        return -1;
    }

    /**
     * Whether a top-level member has this name.
     *
     * @param index the member
     * @param name ASCII; found also where the client wrote it with escapes
     */
    public boolean isNamed(int index, String name) {
        return JsonText.equals(body, members.spans()[index * 4], members.spans()[index * 4 + 1], name);
    }

    /** The same findings without the text, for as long as only they are needed. */
    public RequestScan withoutBody() {
        return new RequestScan(
                new byte[0],
                endpoint,
                head,
                new Members(0, new int[0], 0),
                model,
                stream,
                includeUsage,
                maxOutputTokens,
                choices,
                inputTokens,
                stickyHash);
    }

    /** The same with its body read and completed. */
    public RequestScan withChat(ChatRequest read) {
        return new RequestScan(
                body,
                endpoint,
                head,
                members,
                model,
                stream,
                includeUsage,
                maxOutputTokens,
                choices,
                inputTokens,
                stickyHash,
                read);
    }

    @Override
    public boolean equals(@Nullable Object other) {
        return this == other;
    }

    @Override
    public int hashCode() {
        return System.identityHashCode(this);
    }

    @Override
    public String toString() {
        return "RequestScan[" + endpoint + ", model=" + model + ", bytes=" + body.length + "]";
    }
}
