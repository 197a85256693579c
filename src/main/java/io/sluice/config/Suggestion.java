package io.sluice.config;

import java.util.Collection;
import java.util.Comparator;
import java.util.stream.Collectors;

/** "Did you mean": the known word that a mistyped one is nearest to. */
public final class Suggestion {
    private Suggestion() {}

    /**
     * The end of a message about an unknown word.
     *
     * @param word what stands in the file
     * @param known what could stand there
     * @return {@code "; did you mean 'x'?"}, or the known words when few, or nothing
     */
    public static String of(String word, Collection<String> known) {
        return known.stream()
                .filter(k -> distance(word, k) <= Math.max(1, Math.min(word.length(), k.length()) / 3))
                .min(Comparator.comparingInt(k -> distance(word, k)))
                .map(k -> "; did you mean '" + k + "'?")
                .orElseGet(() -> known.isEmpty() || known.size() > 20
                        ? ""
                        : known.stream().sorted().collect(Collectors.joining(", ", "; known here: ", "")));
    }

    /** Edits from one word to the other: insert, delete, replace, or swap of neighbours (optimal string alignment). */
    static int distance(String a, String b) {
        int[][] d = new int[a.length() + 1][b.length() + 1];
        for (int i = 0; i <= a.length(); i++) {
            for (int j = 0; j <= b.length(); j++) {
                if (i == 0 || j == 0) {
                    d[i][j] = i + j;
                    continue;
                }
                int same = a.charAt(i - 1) == b.charAt(j - 1) ? 0 : 1;
                d[i][j] = Math.min(Math.min(d[i - 1][j], d[i][j - 1]) + 1, d[i - 1][j - 1] + same);
                if (i > 1 && j > 1 && a.charAt(i - 1) == b.charAt(j - 2) && a.charAt(i - 2) == b.charAt(j - 1)) {
                    d[i][j] = Math.min(d[i][j], d[i - 2][j - 2] + 1);
                }
            }
        }
        return d[a.length()][b.length()];
    }
}
