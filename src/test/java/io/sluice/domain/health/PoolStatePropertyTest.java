package io.sluice.domain.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.Verdict;
import io.sluice.domain.failure.Verdict.Reach;
import io.sluice.domain.health.Circuit.Subject;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.HealthPolicy.Probe;
import io.sluice.testkit.RevisionBuilder;
import java.time.Duration;
import java.util.List;
import java.util.SplittableRandom;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;

/** Whatever happens in whatever order. */
class PoolStatePropertyTest {
    private static final List<String> ACCOUNTS = List.of("c/a", "c/b", "c/c");

    private final PoolWorld world = new PoolWorld(new RevisionBuilder()
            .channel("c", c -> c.accounts("a", "b", "c").serves("m", "n"))
            .build());

    private static Verdict anyVerdict(SplittableRandom random) {
        Duration pause = Duration.ofMillis(random.nextLong(-5, 100_000_000));
        Duration named = pause.isNegative() ? Duration.ZERO : pause;
        Reach reach = random.nextBoolean() ? Reach.ACCOUNT : Reach.MODEL;
        return switch (random.nextInt(10)) {
            case 0 -> new Verdict.SlowDown(reach, named, random.nextBoolean());
            case 1 -> new Verdict.Dead(random.nextBoolean());
            case 2 -> new Verdict.OutOfMoney(reach, named);
            case 3 -> new Verdict.ModelMissing(true);
            case 4 -> new Verdict.EndpointSick(random.nextBoolean() ? named : Duration.ZERO, random.nextBoolean());
            case 5 -> new Verdict.Ambiguous();
            case 6 -> new Verdict.RequestWrong();
            case 7 -> new Verdict.ContentRefused();
            case 8 -> new Verdict.Elsewhere();
            default -> new Verdict.ClientGone();
        };
    }

    private Candidate any(SplittableRandom random) {
        return world.candidate(random.nextBoolean() ? "m" : "n", random.nextInt(ACCOUNTS.size()));
    }

    /** One step of anything but a human's word. */
    private void step(SplittableRandom random) {
        Candidate candidate = any(random);
        String id = candidate.accountId();
        switch (random.nextInt(12)) {
            case 0, 1, 2 -> world.ends(candidate, anyVerdict(random));
            case 3, 4 -> world.ends(candidate, null);
            case 5 -> world.pass(Duration.ofMillis(random.nextLong(1_000_000)));
            case 6 -> world.tick();
            case 7 -> world.state.probed(id, random.nextBoolean() ? Probe.MODELS : Probe.REQUEST, null, world.now());
            case 8 -> {
                Subject subject = random.nextBoolean()
                        ? new Subject.OfAccount(id)
                        : new Subject.OfEndpoint(candidate.channel().baseUrl().toString(), candidate.upstreamModel());
                Circuit.State[] states = Circuit.State.values();
                world.state.circuit(subject, states[random.nextInt(states.length)]);
            }
            case 9 -> world.state.trialTaken(world.trial(candidate), world.now());
            case 10 -> world.state.toldAlive(id, world.now());
            default ->
                world.state.toldCooling(
                        id,
                        random.nextBoolean() ? null : candidate.upstreamModel(),
                        world.now() + random.nextLong(-1_000, 10_000_000_000L),
                        random.nextBoolean(),
                        world.now());
        }
    }

    @Property(tries = 300)
    void noPathUndoesAHumansDecision(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < random.nextInt(60); i++) {
            step(random);
        }
        world.state.human("c/a", AccountState.DISABLED);
        world.state.human("c/b", AccountState.DRAINING);
        world.told.clear();

        for (int i = 0; i < 100; i++) {
            step(random);
            assertThat(world.standing(world.candidate("m", 0))).isEqualTo(PoolSnapshot.DISABLED);
            assertThat(world.standing(world.candidate("n", 1))).isEqualTo(PoolSnapshot.DRAINING);
            assertThat(world.trial(world.candidate("m", 0)) + world.trial(world.candidate("m", 1)))
                    .isZero();
        }
        assertThat(world.told).noneMatch(line -> line.startsWith("probe c/a") || line.startsWith("probe c/b"));
    }

    @Property(tries = 300)
    void aNamedCooldownIsNeverShortenedByWhatComesLater(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        Candidate candidate = world.candidate("m", 2);
        world.ends(candidate, new Verdict.SlowDown(Reach.MODEL, Duration.ofSeconds(100), true));
        long until = world.now() + Duration.ofSeconds(100).toNanos();

        for (int i = 0; i < 50; i++) {
            if (random.nextBoolean()) {
                Duration pause = Duration.ofMillis(random.nextLong(200_000));
                boolean exact = random.nextBoolean();
                world.ends(candidate, new Verdict.SlowDown(Reach.MODEL, pause, exact));
                until = Math.max(until, exact ? world.now() + pause.toNanos() : until);
            } else {
                world.pass(Duration.ofMillis(random.nextLong(3_000)));
            }
            if (world.now() - until < 0) {
                assertThat(world.standing(candidate)).isEqualTo(PoolSnapshot.COOLING);
                assertThat(world.now() + world.coolsFor(candidate).toNanos() - until)
                        .isNotNegative();
            }
        }
    }

    @Property(tries = 200)
    void nothingIsOutForEver(@ForAll long seed) {
        SplittableRandom random = new SplittableRandom(seed);
        for (int i = 0; i < 80; i++) {
            step(random);
        }
        for (String account : ACCOUNTS) {
            world.state.circuit(new Subject.OfAccount(account), Circuit.State.CLOSED);
        }
        Candidate any = world.candidate("m", 0);
        for (String model : List.of("m", "n")) {
            world.state.circuit(
                    new Subject.OfEndpoint(any.channel().baseUrl().toString(), model), Circuit.State.CLOSED);
        }

        // From now on everything works, and requests come.
        for (int minute = 0; minute < 60 * 24 * 3; minute += 5) {
            world.pass(Duration.ofMinutes(5));
            world.tick();
            for (int account = 0; account < ACCOUNTS.size(); account++) {
                world.state.probed(ACCOUNTS.get(account), Probe.MODELS, null, world.now());
                for (String model : List.of("m", "n")) {
                    Candidate candidate = world.candidate(model, account);
                    if (world.trial(candidate) != 0) {
                        world.state.trialTaken(world.trial(candidate), world.now());
                        world.ends(candidate, null);
                    }
                }
            }
        }

        for (int account = 0; account < ACCOUNTS.size(); account++) {
            for (String model : List.of("m", "n")) {
                assertThat(world.standing(world.candidate(model, account)))
                        .as(model + account)
                        .isEqualTo(PoolSnapshot.UP);
            }
        }
    }
}
