package io.sluice.domain.stored;

/**
 * An object that a provider keeps.
 *
 * @param account {@code channel/account} that it was created with; no other account knows it
 * @param upstream the provider's id of it: 1 to {@value #MAX_UPSTREAM} characters that may stand in a path as they are
 */
public record StoredId(String account, String upstream) {
    /** The most characters of a provider's id. */
    public static final int MAX_UPSTREAM = 256;

    /**
     * Whether a provider's id is one that can be told to clients and asked for again.
     *
     * @param upstream any text
     */
    public static boolean isFit(String upstream) {
        if (upstream.isEmpty() || upstream.length() > MAX_UPSTREAM || !isAlphanumeric(upstream.charAt(0))) {
            return false;
        }
        for (int i = 1; i < upstream.length(); i++) {
            char c = upstream.charAt(i);
            if (!isAlphanumeric(c) && "._~:=-".indexOf(c) < 0) {
                return false;
            }
        }
        return true;
    }

    private static boolean isAlphanumeric(char c) {
        return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9';
    }
}
