package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What a chat request of any dialect asks for. Filled by its reader, then only read. */
final class Turn {
    private static final int CHARACTERS_A_TOKEN = 4;
    private static final int TOKENS_A_MESSAGE = 4;
    private static final int TOKENS_A_MEDIUM = 85;

    /** Model asked for. */
    String model = "";
    /** Whether as a stream. */
    boolean stream;
    /** Whether the stream tells its usage. */
    boolean usage = true;
    /** How many answers. */
    int choices = 1;
    /** Most tokens of the answer. */
    int maxTokens = Integer.MAX_VALUE;
    /** All tokens of the request, those from the cache included. */
    long inputTokens;
    /** Of these, tokens up to the last cache mark; 0 without marks. */
    long markedTokens;
    /** Whether the provider remembers long prompts without marks. */
    boolean remembers;
    /** Images. */
    int images;
    /** Documents. */
    int documents;
    /** Recordings. */
    int recordings;
    /** Whether thinking is wanted. */
    boolean thinking;
    /** Tools that may be called. */
    final List<Offer> offers = new ArrayList<>();
    /** How freely. */
    Choice choice = Choice.AUTO;
    /** The tool that must be called, of {@link Choice#NAMED}. */
    String named = "";
    /** Whether only one may be called at once. */
    boolean single;
    /** What the tools of the last turn gave; empty when the last turn is no tool turn. */
    final List<String> results = new ArrayList<>();
    /** The last words of the user. */
    String question = "";
    /** The schema that the answer must obey; null for none. */
    @Nullable
    JsonNode schema;
    /** Whether the answer must be JSON. */
    boolean json;
    /** Texts that end the answer. */
    List<String> stops = List.of();
    /** What was read so far, as the cache knows it. */
    private int digest = 17;

    private int markedDigest;

    /** How freely tools are called. */
    enum Choice {
        /** As the model likes. */
        AUTO,
        /** Not at all. */
        NONE,
        /** One of them. */
        REQUIRED,
        /** This one. */
        NAMED
    }

    /**
     * A tool.
     *
     * @param name its name
     * @param schema JSON schema of its arguments; missing when it has none
     */
    record Offer(String name, JsonNode schema) {}

    /** Counts a text of the request. */
    void count(String text) {
        inputTokens += Math.ceilDiv(text.length(), CHARACTERS_A_TOKEN);
        digest = digest * 31 + text.hashCode();
    }

    /** Counts a message. */
    void countMessage() {
        inputTokens += TOKENS_A_MESSAGE;
    }

    /** Counts an image. */
    void image() {
        images++;
        inputTokens += TOKENS_A_MEDIUM;
    }

    /** Counts a document. */
    void document() {
        documents++;
        inputTokens += TOKENS_A_MEDIUM;
    }

    /** Counts a recording. */
    void recording() {
        recordings++;
        inputTokens += TOKENS_A_MEDIUM;
    }

    /** Notes a cache mark behind what was read. */
    void mark() {
        markedTokens = inputTokens;
        markedDigest = digest;
    }

    /** What the cache knows the marked part by. */
    int markedDigest() {
        return markedDigest;
    }

    /** Whether a tool of this name may be called. */
    boolean offers(String name) {
        return offers.stream().anyMatch(offer -> offer.name.equals(name));
    }
}
