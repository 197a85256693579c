package io.sluice.domain.health;

import io.sluice.domain.SplitMix;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Predicate;
import org.jspecify.annotations.Nullable;

/**
 * What humans and the gateway said of accounts: for each subject and author the newest word, whatever the order in which
 * words arrive (last-writer-wins registers; Shapiro et al., A comprehensive study of convergent and commutative replicated
 * data types, 2011). A human's and the gateway's words never meet.
 *
 * <p>Bounded: of what no known account or channel is meant, at most {@value #MOST_UNKNOWN} words are kept, the newest.
 * Confined to one thread.
 */
public final class Words {
    /** Most words of subjects that this node does not know. */
    static final int MOST_UNKNOWN = 4_096;

    private final Map<Register, Word> newest = new HashMap<>();
    private Set<String> known = Set.of();
    private int unknown;

    private record Register(String subject, Author author) {
        static Register of(Word word) {
            return new Register(word.subject(), word.author());
        }
    }

    /**
     * Takes what there is; words of other subjects are of no use here, but perhaps to another node, or after a change back.
     *
     * @param subjects channels, and accounts as {@code channel/account}
     */
    public void known(Set<String> subjects) {
        known = new HashSet<>(subjects);
        unknown = (int) newest.keySet().stream()
                .filter(register -> !known.contains(register.subject()))
                .count();
        while (unknown > MOST_UNKNOWN) {
            forgetOldest();
        }
    }

    /**
     * Hears a word.
     *
     * @return whether it is the newest of its subject and author
     */
    public boolean merge(Word word) {
        Register register = Register.of(word);
        Word before = newest.get(register);
        if (before != null && !word.isAfter(before)) {
            return false;
        }
        newest.put(register, word);
        if (before == null && !known.contains(word.subject())) {
            unknown++;
            if (unknown > MOST_UNKNOWN) {
                return !forgetOldest().equals(register);
            }
        }
        return true;
    }

    private Register forgetOldest() {
        Word oldest = null;
        for (Word word : newest.values()) {
            // The gateway's own before a human's: it finds out again what it forgets.
            if (!known.contains(word.subject()) && (oldest == null || isLesser(word, oldest))) {
                oldest = word;
            }
        }
        if (oldest == null) {
            throw new IllegalStateException("nothing unknown is left");
        }
        Register register = Register.of(oldest);
        newest.remove(register);
        unknown--;
        return register;
    }

    private static boolean isLesser(Word word, Word than) {
        return word.author() == than.author() ? than.isAfter(word) : word.author() == Author.MACHINE;
    }

    /**
     * The time for a new word, so that it is the newest even after the clock went back.
     *
     * @param nowMillis by the wall clock
     */
    public long timeFor(String subject, Author author, long nowMillis) {
        Word before = newest.get(new Register(subject, author));
        return before == null ? nowMillis : Math.max(nowMillis, before.atMillis() + 1);
    }

    /** The newest word; null for none. */
    public @Nullable Word word(String subject, Author author) {
        return newest.get(new Register(subject, author));
    }

    /** What the gateway found out of an account with the credential that it has; null for nothing. */
    public @Nullable Word machine(Account account) {
        Word word = newest.get(new Register(account.id(), Author.MACHINE));
        return word != null && word.credential().equals(account.key().fingerprint()) ? word : null;
    }

    /**
     * What humans said of an account, whatever its credential: the stricter of what was said of it and of its channel; null
     * for nothing.
     */
    public @Nullable Word human(Account account) {
        Word ofAccount = newest.get(new Register(account.id(), Author.HUMAN));
        int slash = account.id().indexOf('/');
        Word ofChannel = slash < 0 ? null : newest.get(new Register(account.id().substring(0, slash), Author.HUMAN));
        if (ofAccount == null || ofChannel == null) {
            return ofAccount == null ? ofChannel : ofAccount;
        }
        AccountState wanted = ofAccount.state().wanted();
        return wanted.compareTo(ofChannel.state().wanted()) >= 0 ? ofAccount : ofChannel;
    }

    /** Every word, in no order. */
    public List<Word> all() {
        return new ArrayList<>(newest.values());
    }

    /** Every word of some. */
    public List<Word> all(Predicate<Word> which) {
        return newest.values().stream().filter(which).toList();
    }

    /** How many words there are. */
    public int size() {
        return newest.size();
    }

    /** The same number where the same words are known, and almost never where others are; never 0. */
    public long digest() {
        long sum = newest.size();
        for (Word word : newest.values()) {
            sum += SplitMix.mix(word.subject().hashCode(), word.author().ordinal() + 1L)
                    ^ SplitMix.mix(word.atMillis(), word.origin().hashCode());
        }
        return sum == 0 ? 1 : sum;
    }
}
