package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What providers remember between requests: cached prompts, stored answers, access tokens. Bounded; the oldest is
 * forgotten first. Shared by the event loops.
 */
final class Memory {
    private static final int MAX_KEPT = 10_000;

    private final Map<String, Boolean> prompts = bounded();
    private final Map<String, Stored> answers = bounded();
    private final Map<String, Token> tokens = bounded();

    /**
     * A stored answer.
     *
     * @param credential whose it is
     * @param response the answer
     * @param input what it answers, as input items, those of the answers before it too
     * @param turns the same with its own output behind
     * @param events the answer in events; null when it can not be streamed again
     * @param background whether it was made in the background
     * @param pending whether it is still being made; it is done when somebody has looked
     */
    record Stored(
            Credential credential,
            JsonNode response,
            JsonNode input,
            JsonNode turns,
            @Nullable Frames events,
            boolean background,
            boolean pending) {
        /** The same, no longer in the making. */
        Stored ended(JsonNode as) {
            return new Stored(credential, as, input, turns, events, background, false);
        }
    }

    /**
     * An access token.
     *
     * @param account who got it
     * @param untilNanos when it ends, on the simulation's clock
     */
    record Token(String account, long untilNanos) {}

    private static <T> Map<String, T> bounded() {
        return new LinkedHashMap<>() {
            private static final long serialVersionUID = 1L;

            @Override
            protected boolean removeEldestEntry(Map.Entry<String, T> eldest) {
                return size() > MAX_KEPT;
            }
        };
    }

    /** Whether a part of a request comes for the first time from its credential. */
    synchronized boolean firstTime(Credential credential, int digest) {
        return prompts.put(System.identityHashCode(credential) + ":" + digest, true) == null;
    }

    /** Stores an answer. */
    synchronized void store(String id, Stored stored) {
        answers.put(id, stored);
    }

    /** A stored answer of this credential; null when there is none. */
    synchronized @Nullable Stored stored(String id, Credential credential) {
        Stored stored = answers.get(id);
        return stored == null || stored.credential != credential ? null : stored;
    }

    /** Forgets a stored answer. */
    synchronized void forget(String id) {
        answers.remove(id);
    }

    /** Gives out an access token. */
    synchronized void issue(String token, String account, long untilNanos) {
        tokens.put(token, new Token(account, untilNanos));
    }

    /** Whose an access token is; null when it is unknown or over. */
    synchronized @Nullable String account(String token, long nowNanos) {
        Token issued = tokens.get(token);
        return issued == null || issued.untilNanos - nowNanos <= 0 ? null : issued.account;
    }
}
