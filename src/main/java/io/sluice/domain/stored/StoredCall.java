package io.sluice.domain.stored;

/**
 * A request about an object that a provider keeps; it has no body.
 *
 * @param method {@code GET}, {@code DELETE} or {@code POST}
 * @param path what follows the collection's path and a slash: the provider's id, and perhaps an action behind another slash;
 *     every character of it may stand in a path
 * @param query what goes on of the client's query, percent-encoded as it came; empty for none
 */
public record StoredCall(String method, String path, String query) {
    /** Path and query. */
    public String target() {
        return query.isEmpty() ? path : path + "?" + query;
    }
}
