package io.sluice.domain.sse;

import io.sluice.domain.json.TokenEstimate;
import io.sluice.domain.tokens.TokenUsage;
import java.util.BitSet;
import org.jspecify.annotations.Nullable;

/**
 * Follows one {@code GenerateContentResponse} after another, cut anywhere, and remembers what they say together: usage (the
 * newest counts), finish reasons, how much was written. Holds nothing but a short name or number.
 */
final class GeminiFields {
    private static final int MOST_DEPTH = 128;
    private static final int LONGEST_WORD = 32;
    private static final int MAX_CHOICE = 127;

    /** Why reading stopped. */
    enum Stop {
        /** The piece is read. */
        MORE,
        /** The name of a member at the top stands before this, and is not {@code error}. Told once a response. */
        NAMED,
        /** The response is an error: its name has just ended. */
        ERROR,
        /** The quote that begins the model's name was just read. */
        MODEL_BEGINS,
        /** The quote that ends it was. */
        MODEL_ENDS,
        /** The response has ended. */
        CLOSED,
        /** A line has ended within the response. */
        LINE_END
    }

    private enum Key {
        OTHER,
        CANDIDATES,
        CONTENT,
        FINISH,
        INDEX,
        USAGE,
        PROMPT,
        TOOL_USE,
        CACHED,
        ANSWER,
        THOUGHTS,
        TOTAL,
        MODEL,
        FEEDBACK,
        BLOCK,
        ERROR,
        RESULT,
        /** Strings that are no text of the model. */
        LABEL
    }

    private final TokenEstimate estimate = new TokenEstimate();
    private final BitSet started = new BitSet();
    private final BitSet finished = new BitSet();
    private final boolean[] inObject = new boolean[MOST_DEPTH + 1];
    private final Key[] keys = new Key[MOST_DEPTH + 1];
    private final StringBuilder word = new StringBuilder();
    private int depth;
    private boolean open;
    private boolean named;
    private boolean expectName;
    private boolean inString;
    private boolean isName;
    private boolean escaped;
    private boolean wordy;
    private boolean counts;
    private boolean model;
    private boolean sawContent;
    private boolean blocked;
    private int choice;
    private boolean ends;
    private Stop stop = Stop.MORE;
    private long prompt;
    private long toolUse;
    private long cached;
    private long answer = -1;
    private long thoughts;
    private long total;
    private boolean counted;

    /** A response begins with the next byte, which is its brace. */
    void begin() {
        depth = 0;
        open = true;
        named = false;
        inString = false;
        word.setLength(0);
    }

    /** The response will not go on. */
    void abandon() {
        open = false;
    }

    /** Whether a response has begun and not ended. */
    boolean isOpen() {
        return open;
    }

    /** Why the last reading stopped. */
    Stop stop() {
        return stop;
    }

    /** Reads on; returns where it stopped, behind the byte that {@link #stop()} tells of. */
    int read(byte[] chunk, int at, boolean lines) {
        stop = Stop.MORE;
        int i = at;
        while (i < chunk.length && stop == Stop.MORE) {
            i = inString ? string(chunk, i) : token(chunk, i, lines);
        }
        return i;
    }

    private int string(byte[] chunk, int at) {
        int i = at;
        while (i < chunk.length) {
            byte b = chunk[i++];
            if (escaped) {
                escaped = false;
            } else if (b == '\\') {
                escaped = true;
            } else if (b == '"') {
                inString = false;
                break;
            }
            if (wordy && word.length() < LONGEST_WORD) {
                word.append((char) (b & 0xff));
            }
        }
        if (counts) {
            estimate.addString(chunk, at, inString ? i : i - 1, false);
        }
        if (!inString) {
            stringEnds();
        }
        return i;
    }

    private void stringEnds() {
        if (isName) {
            Key key = key(word.toString());
            keys[Math.min(depth, MOST_DEPTH)] = key;
            if (depth == 1) {
                sawContent |= key == Key.CANDIDATES || key == Key.RESULT;
                if (key == Key.ERROR) {
                    stop = Stop.ERROR;
                } else if (!named) {
                    named = true;
                    stop = Stop.NAMED;
                }
            }
        } else if (model) {
            stop = Stop.MODEL_ENDS;
        } else if (depth == 3 && keys[1] == Key.CANDIDATES && keys[3] == Key.FINISH) {
            ends = !word.isEmpty() && !"FINISH_REASON_UNSPECIFIED".contentEquals(word);
        } else if (depth == 2 && keys[1] == Key.FEEDBACK && keys[2] == Key.BLOCK) {
            blocked |= !word.isEmpty();
        }
        word.setLength(0);
        model = false;
    }

    private int token(byte[] chunk, int at, boolean lines) {
        byte b = chunk[at];
        switch (b) {
            case '"' -> stringBegins();
            case '{', '[' -> {
                depth++;
                boolean object = b == '{';
                expectName = object;
                if (depth <= MOST_DEPTH) {
                    inObject[depth] = object;
                    keys[depth] = Key.OTHER;
                }
                if (depth == 3 && keys[1] == Key.CANDIDATES) {
                    choice = 0;
                    ends = false;
                }
                if (depth == 2 && keys[1] == Key.USAGE) {
                    usageBegins();
                }
            }
            case '}', ']' -> {
                numberEnds();
                if (depth == 3 && keys[1] == Key.CANDIDATES && inObject[3]) {
                    candidateEnds();
                }
                depth--;
                if (depth == 0) {
                    open = false;
                    stop = Stop.CLOSED;
                }
            }
            case ',' -> {
                numberEnds();
                expectName = depth <= MOST_DEPTH && inObject[depth];
            }
            case ':' -> expectName = false;
            case '\n', '\r' -> {
                if (lines) {
                    stop = Stop.LINE_END;
                }
            }
            case ' ', '\t' -> {}
            default -> {
                if (!expectName && word.length() < LONGEST_WORD) {
                    word.append((char) (b & 0xff));
                }
            }
        }
        return at + 1;
    }

    private void stringBegins() {
        inString = true;
        escaped = false;
        isName = expectName;
        word.setLength(0);
        Key here = keys[Math.min(depth, MOST_DEPTH)];
        model = !isName && depth == 1 && here == Key.MODEL;
        wordy = isName || here == Key.FINISH || here == Key.BLOCK;
        counts = !isName && depth > 3 && keys[1] == Key.CANDIDATES && keys[3] == Key.CONTENT && here != Key.LABEL;
        if (model) {
            stop = Stop.MODEL_BEGINS;
        }
    }

    private void candidateEnds() {
        started.set(choice);
        if (ends) {
            finished.set(choice);
        }
    }

    private void usageBegins() {
        counted = true;
        prompt = 0;
        toolUse = 0;
        cached = 0;
        answer = -1;
        thoughts = 0;
        total = 0;
    }

    /** A number, or a literal, has ended. */
    private void numberEnds() {
        if (word.isEmpty()) {
            return;
        }
        Key here = keys[Math.min(depth, MOST_DEPTH)];
        if (depth == 2 && keys[1] == Key.USAGE) {
            long number = number();
            switch (here) {
                case PROMPT -> prompt = number;
                case TOOL_USE -> toolUse = number;
                case CACHED -> cached = number;
                case ANSWER -> answer = number;
                case THOUGHTS -> thoughts = number;
                case TOTAL -> total = number;
                default -> {}
            }
        } else if (depth == 3 && keys[1] == Key.CANDIDATES && here == Key.INDEX) {
            choice = (int) Math.min(number(), MAX_CHOICE);
        }
        word.setLength(0);
    }

    private long number() {
        try {
            return Math.clamp((long) Double.parseDouble(word.toString()), 0, TokenUsage.MAX);
        } catch (NumberFormatException e) {
            return 0;
        }
    }

    private static Key key(String name) {
        return switch (name) {
            case "candidates" -> Key.CANDIDATES;
            case "content" -> Key.CONTENT;
            case "finishReason" -> Key.FINISH;
            case "index" -> Key.INDEX;
            case "usageMetadata" -> Key.USAGE;
            case "promptTokenCount" -> Key.PROMPT;
            case "toolUsePromptTokenCount" -> Key.TOOL_USE;
            case "cachedContentTokenCount" -> Key.CACHED;
            case "candidatesTokenCount" -> Key.ANSWER;
            case "thoughtsTokenCount" -> Key.THOUGHTS;
            case "totalTokenCount" -> Key.TOTAL;
            case "modelVersion" -> Key.MODEL;
            case "promptFeedback" -> Key.FEEDBACK;
            case "blockReason" -> Key.BLOCK;
            case "error" -> Key.ERROR;
            case "embedding", "embeddings", "totalTokens" -> Key.RESULT;
            case "role", "mimeType", "data", "fileUri", "thoughtSignature", "id" -> Key.LABEL;
            default -> Key.OTHER;
        };
    }

    /** What was counted; null when nothing said so. */
    @Nullable
    TokenUsage usage() {
        if (!counted) {
            return null;
        }
        long input = prompt + toolUse;
        long output = answer >= 0 ? answer + thoughts : Math.max(thoughts, total - input);
        return new TokenUsage(input, cached, output, thoughts);
    }

    /** Estimate over what the model wrote. */
    TokenEstimate estimate() {
        return estimate;
    }

    /** Whether anything belonged to the answer itself. */
    boolean sawContent() {
        return sawContent || blocked;
    }

    /** Whether every answer that began has named its finish reason, or the prompt was blocked. */
    boolean allFinished() {
        return started.isEmpty() ? blocked : finished.cardinality() == started.cardinality();
    }
}
