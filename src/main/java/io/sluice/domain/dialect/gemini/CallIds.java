package io.sluice.domain.dialect.gemini;

/**
 * Ids for calls that Gemini gave none: the same answer gives the same ids, different answers different ones. They are not
 * sent back to Gemini, which then matches results by name and order.
 */
final class CallIds {
    /** What made-up ids begin with. */
    static final String PREFIX = "call_gm";

    private CallIds() {}

    /**
     * An id for a call.
     *
     * @param answer the provider's id for the answer
     * @param choice which answer of several
     * @param call which call of it
     * @param name the function
     * @param arguments its arguments: tells calls of answers without an id apart
     */
    static String of(String answer, int choice, int call, String name, String arguments) {
        long hash = 0xcbf29ce484222325L;
        String text = answer.isEmpty() ? name + ' ' + arguments : answer;
        for (int i = 0; i < text.length(); i++) {
            hash = (hash ^ text.charAt(i)) * 0x100000001b3L;
        }
        hash = (hash ^ (hash >>> 32)) * 0x9e3779b97f4a7c15L;
        return PREFIX + Long.toUnsignedString(hash, 36) + "_" + choice + "_" + call;
    }

    /** Whether an id was made up here. */
    static boolean isMade(String id) {
        return id.startsWith(PREFIX);
    }
}
