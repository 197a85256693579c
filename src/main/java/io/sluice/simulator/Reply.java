package io.sluice.simulator;

import java.util.AbstractList;
import java.util.ArrayList;
import java.util.List;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/**
 * The answer to a {@link Turn}, before it has a shape.
 *
 * @param id identity, without a provider's prefix
 * @param created seconds since 1970
 * @param model model named in the answer
 * @param thinking pieces of the thoughts; empty for none
 * @param text pieces of the answer; empty for none
 * @param calls tool calls; none when words are answered
 * @param finish why it ends
 * @param stop the stop sequence that ended it; null for none
 * @param freshTokens tokens of the request that no cache had, those written to it not counted
 * @param cachedTokens tokens read from the cache
 * @param writtenTokens tokens written to the cache
 * @param withUsage whether usage is told
 */
record Reply(
        String id,
        long created,
        String model,
        List<String> thinking,
        List<String> text,
        List<Call> calls,
        Finish finish,
        @Nullable String stop,
        long freshTokens,
        long cachedTokens,
        long writtenTokens,
        boolean withUsage) {
    private static final List<String> THOUGHTS =
            List.of("The", " user", " wants", " an", " answer,", " so", " I", " give", " one.");
    private static final int LEAST_REMEMBERED = 1_024;

    /** Why an answer ends. */
    enum Finish {
        /** It is complete. */
        STOP,
        /** The limit of tokens. */
        LENGTH,
        /** A stop sequence. */
        STOP_SEQUENCE,
        /** Tools are to be called. */
        CALLS
    }

    /**
     * A tool call.
     *
     * @param id identity, without a provider's prefix
     * @param name of the tool
     * @param fragments pieces of the arguments' JSON
     */
    record Call(String id, String name, List<String> fragments) {
        /** The arguments as JSON. */
        String arguments() {
            return String.join("", fragments);
        }
    }

    /** Decides what is answered. */
    static Reply to(Turn turn, Asked asked) {
        String id = "sim" + Long.toString(asked.number(), 36);
        int left = turn.maxTokens;
        List<String> thinking = turn.thinking ? first(THOUGHTS, left) : List.of();
        left -= thinking.size();
        List<Call> calls = Calls.of(turn, asked.script(), id);
        Finish finish = calls.isEmpty() ? Finish.STOP : Finish.CALLS;
        String stop = null;
        List<String> text = List.of();
        if (calls.isEmpty()) {
            text = words(turn, asked);
            stop = firstStop(text, turn.stops);
            if (stop != null) {
                String whole = String.join("", text);
                text = pieces(whole.substring(0, whole.indexOf(stop)));
                finish = Finish.STOP_SEQUENCE;
            }
            if (text.size() > left) {
                text = first(text, left);
                finish = Finish.LENGTH;
                stop = null;
            }
        } else {
            List<Call> whole = calls;
            calls = new ArrayList<>();
            for (Call call : whole) {
                if (left < 1 + call.fragments.size()) {
                    finish = Finish.LENGTH; // what does not fit is not begun
                    break;
                }
                left -= 1 + call.fragments.size();
                calls.add(call);
            }
        }
        long marked = turn.markedTokens;
        boolean known = false;
        if (marked > 0) {
            known = asked.simulation().cacheHas(asked.arrival().credential(), turn.markedDigest());
        } else if (turn.remembers && turn.inputTokens >= LEAST_REMEMBERED) {
            turn.mark();
            known = asked.simulation().cacheHas(asked.arrival().credential(), turn.markedDigest());
            marked = known ? turn.inputTokens / 128 * 128 : 0;
        }
        return new Reply(
                id,
                asked.created(),
                turn.model + asked.script().modelSuffix(),
                thinking,
                text,
                calls,
                finish,
                stop,
                turn.inputTokens - marked,
                known ? marked : 0,
                known ? 0 : marked,
                !asked.withoutUsage());
    }

    private static List<String> words(Turn turn, Asked asked) {
        if (!turn.results.isEmpty()) {
            return pieces("The tool says: " + String.join("; ", turn.results));
        }
        if (turn.schema != null) {
            return fragments(Schemas.example(turn.schema).toString());
        }
        if (turn.json) {
            return fragments(Json.object().put("answer", "example").toString());
        }
        StringJoiner seen = new StringJoiner(", ", "I see ", ".").setEmptyValue("");
        seen(seen, turn.images, "image");
        seen(seen, turn.documents, "document");
        seen(seen, turn.recordings, "recording");
        List<String> said = repeated(asked.script().answer(), asked.script().answerTokens());
        if (seen.length() == 0) {
            return said;
        }
        List<String> joined = new ArrayList<>(pieces(seen.toString()));
        for (int i = 0; i < said.size(); i++) {
            joined.add(i == 0 ? " " + said.get(i) : said.get(i));
        }
        return joined;
    }

    private static void seen(StringJoiner seen, int count, String what) {
        if (count > 0) {
            seen.add(count + " " + what + (count == 1 ? "" : "s"));
        }
    }

    private static @Nullable String firstStop(List<String> text, List<String> stops) {
        if (stops.isEmpty()) {
            return null;
        }
        String whole = String.join("", text);
        String first = null;
        for (String stop : stops) {
            int at = stop.isEmpty() ? -1 : whole.indexOf(stop);
            if (at >= 0 && (first == null || at < whole.indexOf(first))) {
                first = stop;
            }
        }
        return first;
    }

    /** A text's words, each but the first with the blank before it; nothing is lost. */
    static List<String> pieces(String text) {
        List<String> found = new ArrayList<>();
        int from = 0;
        for (int i = 1; i < text.length(); i++) {
            if (text.charAt(i) == ' ' && text.charAt(i - 1) != ' ') {
                found.add(text.substring(from, i));
                from = i;
            }
        }
        if (from < text.length()) {
            found.add(text.substring(from));
        }
        return found;
    }

    /** A text in pieces of four characters. */
    static List<String> fragments(String text) {
        int[] characters = text.codePoints().toArray();
        List<String> found = new ArrayList<>();
        for (int from = 0; from < characters.length; from += 4) {
            found.add(new String(characters, from, Math.min(4, characters.length - from)));
        }
        return found;
    }

    /** A script's answer at its length, which may be a million words: they are made when asked for. */
    private static List<String> repeated(String answer, int tokens) {
        String[] words = answer.strip().split("\\s+");
        return new AbstractList<>() {
            @Override
            public String get(int index) {
                return index == 0 ? words[0] : " " + words[index % words.length];
            }

            @Override
            public int size() {
                return tokens;
            }
        };
    }

    private static List<String> first(List<String> pieces, int most) {
        return pieces.size() <= most ? pieces : pieces.subList(0, most);
    }

    /** Whether words were thought. */
    boolean thought() {
        return !thinking.isEmpty();
    }

    /** The thoughts in one. */
    String thoughts() {
        return String.join("", thinking);
    }

    /** The text in one. */
    String said() {
        return String.join("", text);
    }

    /** Tokens of the request, those from the cache included. */
    long inputTokens() {
        return freshTokens + cachedTokens + writtenTokens;
    }

    /** Tokens of the answer, thoughts included. */
    int outputTokens() {
        int tokens = thinking.size() + text.size();
        for (Call call : calls) {
            tokens += 1 + call.fragments.size();
        }
        return tokens;
    }
}
