package io.sluice.domain.dialect.anthropic;

/**
 * Follows the arguments of one call to the end of their JSON object, cut anywhere, by strings and brackets alone.
 * Arguments that are no object never end by themselves.
 */
final class ArgumentsEnd {
    private int depth;
    private boolean inString;
    private boolean escaped;
    private boolean ended;

    /** Takes the next piece. */
    void add(String json) {
        for (int i = 0; i < json.length() && !ended; i++) {
            char c = json.charAt(i);
            if (inString) {
                inString = c != '"' || escaped;
                escaped = c == '\\' && !escaped;
            } else if (c == '"') {
                inString = true;
                escaped = false;
            } else if (c == '{' || c == '[') {
                depth++;
            } else if (c == '}' || c == ']') {
                depth--;
                ended = depth <= 0;
            }
        }
    }

    /** Whether the object has ended. */
    boolean isEnded() {
        return ended;
    }
}
