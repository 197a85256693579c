package io.sluice.cluster.group;

import static org.assertj.core.api.Assertions.assertThat;

import java.time.Duration;
import org.junit.jupiter.api.Test;

/** Two nodes that lose each other use half each; one name alone is a cluster of its own. */
class TwoNodesTest {
    private static final Duration MOST = Duration.ofSeconds(60);
    private static final Duration LATELY = Duration.ofMillis(500);

    @Test
    void twoNodesFoundOneGroup() {
        SimulatedCluster cluster = new SimulatedCluster(3, "a", "b");
        cluster.startAll();

        Duration took = cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        assertThat(took).isLessThan(Duration.ofSeconds(3));
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.node("a").status().members()).containsExactly("a", "b");
        assertThat(cluster.node("a").status().group())
                .isEqualTo(cluster.node("b").status().group());
    }

    @Test
    void eachHasHalfWhileTheyAreApartAndOneGroupAfterwards() {
        SimulatedCluster cluster = new SimulatedCluster(4, "a", "b");
        cluster.startAll();
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        cluster.net.cut("a", "b");
        cluster.pass(Duration.ofSeconds(3));
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        cluster.pass(Duration.ofSeconds(2));

        assertThat(cluster.node("a").share()).isEqualTo(2);
        assertThat(cluster.node("b").share()).isEqualTo(2);
        assertThat(cluster.node("a").status().group())
                .isNotEqualTo(cluster.node("b").status().group());

        cluster.net.healAll();
        cluster.pass(Duration.ofSeconds(1));
        cluster.until(
                MOST,
                () -> cluster.node("a").status().members().size() == 2
                        && cluster.node("b").status().members().size() == 2
                        && cluster.allAnswered(LATELY));
        assertThat(cluster.node("a").share()).isEqualTo(1);
        assertThat(cluster.node("b").share()).isEqualTo(1);
        assertThat(cluster.node("a").status().group())
                .isEqualTo(cluster.node("b").status().group());
    }

    @Test
    void oneOfTwoThatIsKilledComesBack() {
        SimulatedCluster cluster = new SimulatedCluster(5, "a", "b");
        cluster.startAll();
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        cluster.kill("b");
        cluster.pass(Duration.ofSeconds(2));
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        assertThat(cluster.node("a").share()).isEqualTo(2);

        cluster.start("b");
        cluster.pass(Duration.ofSeconds(1));
        cluster.until(MOST, () -> cluster.allAnswered(LATELY));
        cluster.pass(Duration.ofSeconds(2));
        assertThat(cluster.node("a").status().members()).containsExactly("a", "b");
        assertThat(cluster.node("a").share()).isEqualTo(1);
    }

    @Test
    void aNameAloneFoundsAtOnce() {
        SimulatedCluster cluster = new SimulatedCluster(6, "a");
        cluster.startAll();

        Duration took = cluster.until(MOST, () -> cluster.allAnswered(LATELY));

        assertThat(took).isLessThan(Duration.ofSeconds(2));
        assertThat(cluster.node("a").share()).isEqualTo(1);
        cluster.pass(Duration.ofSeconds(1));
        assertThat(cluster.node("a").charged()).isLessThan(SimulatedCluster.LIMIT);
    }
}
