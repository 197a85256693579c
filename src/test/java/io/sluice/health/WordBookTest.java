package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Author;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;
import io.sluice.domain.health.Words;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.ClusterView;
import io.sluice.message.HealthWords;
import io.sluice.message.MessageCodecs;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Context;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicLong;
import java.util.function.Supplier;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The book and its exchange, with a scripted node on the bus. */
class WordBookTest {
    private static final String SELF = "a/1";
    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", c -> c.account("x", AccountLimits.NONE)
                    .account("y", AccountLimits.NONE)
                    .serves("m"))
            .build();

    @TempDir
    private Path data;

    private final Vertx vertx = Vertx.vertx();
    private final Context context = vertx.getOrCreateContext();
    private final AtomicLong wall = new AtomicLong(1_000);
    private final AtomicLong nanos = new AtomicLong();
    private final List<HealthWords> announced = new CopyOnWriteArrayList<>();
    private Bus bus;

    @BeforeEach
    void register() {
        MessageCodecs.registerAll(vertx.eventBus());
        bus = new Bus(vertx, Duration.ofSeconds(2));
        bus.hear(Address.HEALTH_WORDS, message -> {
            if (message.origin().equals(SELF)) {
                announced.add(message);
            }
        });
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    private <T> T on(Supplier<Future<T>> action) {
        return TestNode.await(
                Future.future(promise -> context.runOnContext(go -> action.get().onComplete(promise))));
    }

    private WordBook open() {
        return on(() -> WordBook.open(vertx, data, SELF, REVISION, () -> Instant.ofEpochMilli(wall.get())));
    }

    private static Word theirs(String subject, State state, long at) {
        return new Word(subject, "", state, "", "", Evidence.NONE, at, "b/1");
    }

    private static Future<Boolean> disable(WordBook book, String subject) {
        return book.say(subject, "", State.DISABLED, "why", "127.0.0.1", Evidence.NONE);
    }

    private Words kept() throws IOException {
        Path copy = Files.createTempDirectory(data, "copy");
        Files.copy(data.resolve("health.log"), copy.resolve("health.log"));
        Words words = new Words();
        HealthLog.open(copy, words).close();
        return words;
    }

    @Test
    void whatIsSaidIsInTheFileWhenItIsAcknowledged() throws IOException {
        WordBook book = open();

        assertThat(on(() -> disable(book, "c/x"))).isTrue();

        Word word = kept().word("c/x", Author.HUMAN);
        assertThat(word.state()).isEqualTo(State.DISABLED);
        assertThat(word.reason()).isEqualTo("why");
        assertThat(word.by()).isEqualTo("127.0.0.1");
        assertThat(word.atMillis()).isEqualTo(1_000);
    }

    @Test
    void aClockThatWentBackLosesNothing() {
        WordBook book = open();
        on(() -> book.put(theirs("c/x", State.ENABLED, 9_000)));
        wall.set(10);

        assertThat(on(() -> disable(book, "c/x"))).isTrue();

        Account account = REVISION.accounts().getFirst();
        assertThat(on(() -> Future.succeededFuture(book.human(account))).state())
                .isEqualTo(State.DISABLED);
    }

    @Test
    void manyWordsAtOnceAreAllKeptAndHeardInTheirOrder() throws IOException {
        WordBook book = open();
        List<Word> heard = new ArrayList<>();
        List<State> states = List.of(State.DEAD, State.ALIVE, State.OUT_OF_MONEY);

        on(() -> {
            book.onChange(heard::add);
            return Future.all(Stream.iterate(0, i -> i < 300, i -> i + 1)
                    .map(i -> book.put(theirs("c/" + i % 7, states.get(i % 3), i)))
                    .toList());
        });

        assertThat(heard).hasSize(300).isSortedAccordingTo(java.util.Comparator.comparingLong(Word::atMillis));
        assertThat(kept().all()).containsExactlyInAnyOrderElementsOf(on(() -> Future.succeededFuture(book.all())));
    }

    @Test
    void anOldWordIsNoChange() {
        WordBook book = open();
        List<Word> heard = new CopyOnWriteArrayList<>();
        on(() -> disable(book, "c/x"));
        on(() -> {
            book.onChange(heard::add);
            return book.put(theirs("c/x", State.ENABLED, 5));
        });

        assertThat(heard).isEmpty();
    }

    @Test
    void goesOnWhereItStopped() {
        WordBook book = open();
        on(() -> disable(book, "c"));
        // Asked for while the word before is still being written.
        on(() -> {
            disable(book, "c/x");
            return book.close();
        });

        WordBook again = open();

        List<Word> words = on(() -> Future.succeededFuture(again.all()));
        assertThat(words).extracting(Word::subject).containsExactlyInAnyOrder("c", "c/x");
        on(again::close);
    }

    @Test
    void whatCannotBeWrittenCountsAndIsSaid() {
        WordBook book = open();
        on(book::close);

        // The file is closed: no write can succeed any more.
        assertThatThrownBy(() -> on(() -> disable(book, "c/x"))).hasRootCauseInstanceOf(IOException.class);

        assertThat(on(() -> Future.succeededFuture(book.word("c/x", Author.HUMAN))))
                .isNotNull();
    }

    // --- the exchange ---

    private WordExchange exchange(WordBook book) {
        WordExchange exchange = new WordExchange(vertx, bus, book, SELF, nanos::get, new Random(1));
        on(exchange::start);
        return exchange;
    }

    private void view(ClusterView view) {
        bus.publish(Address.CLUSTER_VIEW, view);
    }

    private List<Word> told() {
        return announced.stream().flatMap(message -> message.words().stream()).toList();
    }

    @Test
    void whatIsSaidHereIsAnnouncedAndWhatIsHeardIsNot() {
        WordBook book = open();
        exchange(book);

        bus.announce(Address.HEALTH_WORDS, new HealthWords("b/1", 0, List.of(theirs("c/y", State.DRAINING, 5))));
        Await.until(() -> on(() -> Future.succeededFuture(book.all())).size() == 1);
        on(() -> disable(book, "c/x"));

        Await.until(() -> !announced.isEmpty());
        assertThat(told()).extracting(Word::subject).containsExactly("c/x");
    }

    @Test
    void theFirstOfThoseThatWereThereTellsAllToWhoJoined() {
        WordBook book = open();
        for (int i = 0; i < 120; i++) {
            Word word = theirs("x/" + i, State.DEAD, i);
            on(() -> book.put(word));
        }
        exchange(book);
        view(CompanyTest.view(SELF, "b/1"));
        Await.until(() -> told().size() == 120);
        announced.clear();

        view(CompanyTest.view(SELF, "b/1", "c/1"));

        Await.until(() -> told().size() == 120);
        assertThat(announced).extracting(m -> m.words().size()).containsExactly(50, 50, 20);
    }

    @Test
    void whoHasAnotherDigestIsToldEverythingButNotAllTheTime() {
        WordBook book = open();
        on(() -> book.put(theirs("c/x", State.DEAD, 1)));
        exchange(book);
        long same = on(() -> Future.succeededFuture(book.digest()));

        bus.announce(Address.HEALTH_WORDS, new HealthWords("b/1", same, List.of()));
        bus.announce(Address.HEALTH_WORDS, new HealthWords("b/1", same + 1, List.of()));
        Await.until(() -> told().size() == 1);
        bus.announce(Address.HEALTH_WORDS, new HealthWords("b/1", same + 2, List.of()));
        on(() -> disable(book, "c/y"));
        Await.until(() -> told().size() == 2);
        nanos.addAndGet(Duration.ofMinutes(1).toNanos());
        bus.announce(Address.HEALTH_WORDS, new HealthWords("b/1", same + 3, List.of()));

        Await.until(() -> told().size() == 4);
        assertThat(told()).extracting(Word::subject).startsWith("c/x", "c/y");
    }
}
