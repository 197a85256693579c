package io.sluice.domain.chat;

import org.jspecify.annotations.Nullable;

/** Where a picture, a sound or a document is. */
public sealed interface MediaSource {
    /**
     * In the request.
     *
     * @param mediaType such as {@code image/png}
     * @param base64 the bytes
     */
    record Data(String mediaType, String base64) implements MediaSource {}

    /**
     * At an address: providers that fetch are given it, Sluice fetches nothing unless it is allowed to.
     *
     * @param url the address
     * @param mediaType what is expected there; null when the client did not say
     */
    record Url(String url, @Nullable String mediaType) implements MediaSource {}

    /**
     * Stored with a provider.
     *
     * @param id the provider's name for it
     */
    record Stored(String id) implements MediaSource {}

    /**
     * Text in the request, for documents.
     *
     * @param text the text
     */
    record Plain(String text) implements MediaSource {}
}
