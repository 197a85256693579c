package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;

import io.sluice.domain.Secret;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.quota.AccountLimits;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.Collections;
import java.util.HashSet;
import java.util.List;
import java.util.Random;
import java.util.Set;
import net.jqwik.api.Arbitraries;
import net.jqwik.api.Arbitrary;
import net.jqwik.api.Combinators;
import net.jqwik.api.Example;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import net.jqwik.api.Provide;

class WordsTest {
    private static final Account ACCOUNT = account("sk-1");

    private static Account account(String key) {
        return new Account("c/a", "a", 0, Secret.of(key), AccountLimits.NONE, null);
    }

    private static Word word(String subject, State state, long at, String origin) {
        return new Word(subject, "", state, "", "", Evidence.NONE, at, origin);
    }

    private static Word machine(State state, long at, Account account) {
        return new Word(account.id(), account.key().fingerprint(), state, "", "", Evidence.NONE, at, "n/1");
    }

    private static Words of(List<Word> heard) {
        Words words = new Words();
        heard.forEach(words::merge);
        return words;
    }

    /** Few values, so that ties and repetitions are frequent. */
    @Provide
    static Arbitrary<List<Word>> words() {
        return Combinators.combine(
                        Arbitraries.of("c/a", "c/b", "c"),
                        Arbitraries.of(State.values()),
                        Arbitraries.longs().between(0, 3),
                        Arbitraries.of("a/1", "b/1"),
                        Arbitraries.of("", "one", "two"),
                        Arbitraries.of("", "f1"))
                .as((subject, state, at, origin, reason, credential) -> new Word(
                        subject,
                        credential,
                        state,
                        reason,
                        "",
                        new Evidence(reason.length(), credential, reason),
                        at,
                        origin))
                .list()
                .ofMaxSize(12);
    }

    @Property
    void theOrderOfArrivalDoesNotMatter(@ForAll("words") List<Word> heard, @ForAll long seed) {
        List<Word> otherwise = new ArrayList<>(heard);
        Collections.shuffle(otherwise, new Random(seed));

        assertThat(Set.copyOf(of(otherwise).all()))
                .isEqualTo(Set.copyOf(of(heard).all()));
    }

    @Property
    void hearingAgainChangesNothing(@ForAll("words") List<Word> heard) {
        Words words = of(heard);
        Set<Word> before = Set.copyOf(words.all());

        assertThat(heard).noneMatch(words::merge);
        assertThat(Set.copyOf(words.all())).isEqualTo(before);
    }

    @Property
    void itDoesNotMatterWhoMergesFirst(
            @ForAll("words") List<Word> a, @ForAll("words") List<Word> b, @ForAll("words") List<Word> c) {
        Words left = of(a);
        b.forEach(left::merge);
        left.all().forEach(left::merge);
        c.forEach(left::merge);
        Words right = of(b);
        c.forEach(right::merge);
        a.forEach(right::merge);

        assertThat(Set.copyOf(left.all())).isEqualTo(Set.copyOf(right.all()));
        assertThat(left.digest()).isEqualTo(right.digest());
    }

    @Property
    void aNewWordIsTheNewestWhateverTheClockSays(
            @ForAll("words") List<Word> heard, @ForAll("words") List<Word> said, @ForAll Random clock) {
        Words words = of(heard);
        for (Word next : said) {
            long at = words.timeFor(next.subject(), next.author(), clock.nextInt(5));
            Word mine = new Word(
                    next.subject(), next.credential(), next.state(), next.reason(), "", Evidence.NONE, at, "a/1");

            assertThat(words.merge(mine)).isTrue();
            assertThat(words.word(next.subject(), next.author())).isEqualTo(mine);
        }
    }

    @Property
    void theGatewayNeverTouchesWhatAHumanSaid(@ForAll("words") List<Word> heard) {
        Words humans = of(heard.stream().filter(w -> w.author() == Author.HUMAN).toList());
        Words all = of(heard);

        assertThat(all.human(ACCOUNT)).isEqualTo(humans.human(ACCOUNT));
        for (String subject : List.of("c/a", "c/b", "c")) {
            assertThat(all.word(subject, Author.HUMAN)).isEqualTo(humans.word(subject, Author.HUMAN));
        }
    }

    @Property
    void anotherDigestMeansOtherWords(@ForAll("words") List<Word> a, @ForAll("words") List<Word> b) {
        Words one = of(a);
        Words two = of(b);
        Set<String> versions = versions(one);

        assertThat(one.digest() == two.digest()).isEqualTo(versions.equals(versions(two)));
        assertThat(one.digest()).isNotZero();
    }

    private static Set<String> versions(Words words) {
        Set<String> versions = new HashSet<>();
        words.all().forEach(w -> versions.add(w.subject() + w.author() + w.atMillis() + w.origin()));
        return versions;
    }

    @Property
    void aLineSaysTheSame(@ForAll String text, @ForAll String more, @ForAll State state) {
        Word word = new Word("c/a", "f", state, text, more, new Evidence(429, more, text), 7, "n/1");

        assertThat(WordLine.read(WordLine.of(word))).isEqualTo(word);
        assertThat(WordLine.of(word).getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(WordLine.MAX_BYTES);
        assertThat(new Word("c/a", "f", state, word.reason(), word.by(), word.evidence(), 7, "n/1"))
                .isEqualTo(word);
    }

    @Example
    void theLongestWordFits() {
        String name = "名".repeat(Word.MAX_NAME);
        String text = "错".repeat(9_999);
        Word word = new Word(
                name,
                "x".repeat(64),
                State.OUT_OF_MONEY,
                text,
                text,
                new Evidence(Integer.MAX_VALUE, text, text),
                Word.LAST_MILLIS,
                name);

        String line = WordLine.of(word);

        assertThat(line.getBytes(StandardCharsets.UTF_8)).hasSizeLessThanOrEqualTo(WordLine.MAX_BYTES);
        assertThat(WordLine.read(line)).isEqualTo(word);
        assertThat(word.reason()).hasSize(Word.MAX_TEXT).endsWith("…");
    }

    @Example
    void aLineOfALaterVersionIsReadAndNonsenseIsNot() {
        String line = WordLine.of(word("c/a", State.DEAD, 5, "n/1"));

        assertThat(WordLine.read("2" + line.substring(1) + "\tmore")).isEqualTo(word("c/a", State.DEAD, 5, "n/1"));
        for (String wrong : List.of(
                "",
                "1",
                "0" + line.substring(1),
                line.replace("DEAD", "GONE"),
                line.replace("\t5\t", "\t-5\t"),
                line.replace("\t5\t", "\t9999999999999999999\t"),
                line.replace("c/a", ""),
                line.replace("n/1", "n\u0000"))) {
            assertThatIllegalArgumentException().as(wrong).isThrownBy(() -> WordLine.read(wrong));
        }
    }

    @Example
    void aTieIsDecidedByWhereItCameFrom() {
        Words words = of(List.of(word("c/a", State.DISABLED, 5, "b/1"), word("c/a", State.ENABLED, 5, "a/1")));

        assertThat(words.word("c/a", Author.HUMAN).state()).isEqualTo(State.DISABLED);
    }

    @Example
    void theGatewaysWordIsOfOneCredentialAndAHumansIsOfTheAccount() {
        Words words = of(List.of(machine(State.DEAD, 5, ACCOUNT), word("c/a", State.DISABLED, 5, "n/1")));

        assertThat(words.machine(ACCOUNT).state()).isEqualTo(State.DEAD);
        assertThat(words.machine(account("sk-2"))).isNull();
        assertThat(words.human(account("sk-2")).state()).isEqualTo(State.DISABLED);
    }

    @Example
    void theStricterOfAccountAndChannelCounts() {
        Words words = new Words();
        assertThat(words.human(ACCOUNT)).isNull();

        words.merge(word("c", State.DRAINING, 9, "n/1"));
        assertThat(words.human(ACCOUNT).state()).isEqualTo(State.DRAINING);
        words.merge(word("c/a", State.ENABLED, 10, "n/1"));
        assertThat(words.human(ACCOUNT).state()).isEqualTo(State.DRAINING);
        words.merge(word("c/a", State.DISABLED, 11, "n/1"));
        assertThat(words.human(ACCOUNT).state()).isEqualTo(State.DISABLED);
        words.merge(word("c", State.ENABLED, 12, "n/1"));
        assertThat(words.human(ACCOUNT).state()).isEqualTo(State.DISABLED);
        words.merge(word("c/a", State.ENABLED, 13, "n/1"));
        assertThat(words.human(ACCOUNT).state().wanted()).isEqualTo(AccountState.ENABLED);
    }

    @Example
    void ofWhatIsUnknownOnlySoMuchIsKeptAndTheNewest() {
        Words words = new Words();
        words.known(Set.of("c/a"));
        words.merge(word("c/a", State.DEAD, 0, "n/1"));

        for (int i = 1; i <= Words.MOST_UNKNOWN + 10; i++) {
            assertThat(words.merge(word("x/" + i, State.DEAD, i, "n/1"))).isTrue();
        }

        assertThat(words.size()).isEqualTo(Words.MOST_UNKNOWN + 1);
        assertThat(words.word("c/a", Author.MACHINE)).isNotNull();
        assertThat(words.word("x/10", Author.MACHINE)).isNull();
        assertThat(words.word("x/11", Author.MACHINE)).isNotNull();
        assertThat(words.merge(word("x/old", State.DEAD, 1, "n/1"))).isFalse();
        words.known(Set.of());
        assertThat(words.size()).isEqualTo(Words.MOST_UNKNOWN);
        assertThat(words.word("c/a", Author.MACHINE)).isNull();
    }
}
