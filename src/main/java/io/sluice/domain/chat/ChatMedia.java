package io.sluice.domain.chat;

import io.sluice.domain.chat.FetchedMedia.Address;
import io.sluice.domain.media.MediaKind;
import io.sluice.domain.media.MediaUrl;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The addresses that a chat names, and the chat with what stands there in their place. */
public final class ChatMedia {
    private ChatMedia() {}

    /**
     * An address that a chat names.
     *
     * @param address what is wanted
     * @param field its field, in the client's words
     */
    public record Named(Address address, String field) {}

    /**
     * The http and https addresses of a chat, in the order written; the same one more than once where it is named more
     * than once.
     *
     * @param request the chat
     * @param kinds what is of interest
     * @param client the dialect of the fields' names
     */
    public static List<Named> of(ChatRequest request, Set<MediaKind> kinds, ChatDialect client) {
        List<Named> named = new ArrayList<>();
        for (ChatMessage message : request.messages()) {
            collect(message.parts(), kinds, client, named);
        }
        return named;
    }

    private static void collect(List<Part> parts, Set<MediaKind> kinds, ChatDialect client, List<Named> named) {
        for (Part part : parts) {
            switch (part) {
                case Part.Image image ->
                    collect(image.source(), MediaKind.IMAGE, Feature.IMAGE_URL, kinds, client, named);
                case Part.Audio audio -> collect(audio.source(), MediaKind.AUDIO, Feature.AUDIO, kinds, client, named);
                case Part.Video video -> collect(video.source(), MediaKind.VIDEO, Feature.VIDEO, kinds, client, named);
                case Part.Document document ->
                    collect(
                            document.source(),
                            kinds.contains(MediaKind.DOCUMENT) ? MediaKind.DOCUMENT : MediaKind.TEXT,
                            Feature.DOCUMENT_URL,
                            kinds,
                            client,
                            named);
                case Part.ToolResult result -> collect(result.content(), kinds, client, named);
                case Part.Text text -> {}
                case Part.ToolCall call -> {}
                case Part.Thinking thinking -> {}
                case Part.HiddenThinking hidden -> {}
                case Part.Refusal refusal -> {}
                case Part.Foreign foreign -> {}
            }
        }
    }

    private static void collect(
            MediaSource source,
            MediaKind kind,
            Feature feature,
            Set<MediaKind> kinds,
            ChatDialect client,
            List<Named> named) {
        if (source instanceof MediaSource.Url url && kinds.contains(kind) && MediaUrl.isHttp(url.url())) {
            named.add(new Named(new Address(kind, url.url()), feature.nameIn(client)));
        }
    }

    /**
     * The chat with what was fetched in the place of its addresses.
     *
     * @param request the chat
     * @param fetched what was fetched; addresses without anything stay
     */
    public static ChatRequest filled(ChatRequest request, FetchedMedia fetched) {
        return new ChatRequest(
                request.model(),
                request.stream(),
                request.messages().stream()
                        .map(message ->
                                new ChatMessage(message.role(), message.name(), filled(message.parts(), fetched)))
                        .toList(),
                request.tools(),
                request.toolChoice(),
                request.parallelToolCalls(),
                request.sampling(),
                request.reasoning(),
                request.format(),
                request.user(),
                request.serviceTier(),
                request.extras());
    }

    private static List<Part> filled(List<Part> parts, FetchedMedia fetched) {
        return parts.stream().map(part -> filled(part, fetched)).toList();
    }

    private static Part filled(Part part, FetchedMedia fetched) {
        return switch (part) {
            case Part.Image image -> {
                MediaSource found = found(image.source(), MediaKind.IMAGE, fetched);
                yield found == null ? image : new Part.Image(found, image.detail(), image.cacheControl());
            }
            case Part.Audio audio -> {
                MediaSource found = found(audio.source(), MediaKind.AUDIO, fetched);
                yield found == null ? audio : new Part.Audio(found);
            }
            case Part.Video video -> {
                MediaSource found = found(video.source(), MediaKind.VIDEO, fetched);
                yield found == null ? video : new Part.Video(found);
            }
            case Part.Document document -> {
                MediaSource found = found(document.source(), MediaKind.DOCUMENT, fetched);
                yield found == null
                        ? document
                        : new Part.Document(found, document.name(), document.cacheControl(), document.options());
            }
            case Part.ToolResult result ->
                new Part.ToolResult(
                        result.callId(),
                        result.name(),
                        filled(result.content(), fetched),
                        result.isError(),
                        result.cacheControl());
            case Part.Text text -> text;
            case Part.ToolCall call -> call;
            case Part.Thinking thinking -> thinking;
            case Part.HiddenThinking hidden -> hidden;
            case Part.Refusal refusal -> refusal;
            case Part.Foreign foreign -> foreign;
        };
    }

    private static @Nullable MediaSource found(MediaSource source, MediaKind kind, FetchedMedia fetched) {
        return source instanceof MediaSource.Url url ? fetched.source(kind, url.url()) : null;
    }
}
