package io.sluice.domain;

/**
 * A model name pattern: {@code *} stands for any text, also none; every other character for itself. Matching is linear
 * in practice and never recursive.
 *
 * @param pattern the pattern as written, not empty
 */
public record Glob(String pattern) {
    /** Whether the pattern is a plain name. */
    public boolean isExact() {
        return pattern.indexOf('*') < 0;
    }

    /**
     * Whether a name matches, case-sensitively.
     *
     * @param name a model name
     */
    public boolean matches(String name) {
        int p = 0;
        int n = 0;
        int star = -1;
        int mark = 0;
        while (n < name.length()) {
            if (p < pattern.length() && pattern.charAt(p) == '*') {
                star = p++;
                mark = n;
            } else if (p < pattern.length() && pattern.charAt(p) == name.charAt(n)) {
                p++;
                n++;
            } else if (star >= 0) {
                p = star + 1;
                n = ++mark;
            } else {
                return false;
            }
        }
        while (p < pattern.length() && pattern.charAt(p) == '*') {
            p++;
        }
        return p == pattern.length();
    }

    @Override
    public String toString() {
        return pattern;
    }
}
