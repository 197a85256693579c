package io.sluice.message;

import io.sluice.domain.health.Word;
import java.util.List;

/**
 * What was said of accounts. Announced to {@link Address#HEALTH_WORDS} on every node: new words, all words in several
 * messages to a node that has joined, and now and then only the digest, so that nodes which missed something find out. May
 * be lost, or repeated.
 *
 * @param origin the run of the node that sends it: name, slash, incarnation; not where each word came from
 * @param digest of every word that the sender has; 0 when it does not say
 * @param words at most {@value #MOST}
 */
public record HealthWords(String origin, long digest, List<Word> words) {
    /** Most words of a message. */
    public static final int MOST = 50;

    /** Copies the list. */
    public HealthWords {
        words = List.copyOf(words);
        if (words.size() > MOST) {
            throw new IllegalArgumentException("a message of " + words.size() + " words");
        }
    }
}
