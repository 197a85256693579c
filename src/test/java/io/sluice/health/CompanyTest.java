package io.sluice.health;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.ClusterView;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

class CompanyTest {
    private static final String SELF = "b/1";

    private final Company company = new Company();

    static ClusterView view(String self, String... others) {
        return new ClusterView(
                Stream.concat(Stream.of(self), Stream.of(others))
                        .map(run -> new ClusterView.Member(
                                run.split("/")[0], run.split("/")[1], "", "", "", true, run.equals(self)))
                        .toList(),
                false);
    }

    private boolean seen(String... others) {
        return company.mustTell(view(SELF, others));
    }

    @Test
    void whoIsAloneTellsNobody() {
        assertThat(seen()).isFalse();
        assertThat(company.hasOthers()).isFalse();
    }

    @Test
    void whoComesTellsOnce() {
        assertThat(seen("a/1", "c/1")).isTrue();
        assertThat(seen("a/1", "c/1")).isFalse();
        assertThat(company.hasOthers()).isTrue();
    }

    @Test
    void theFirstOfThoseThatWereThereTellsWhoComes() {
        seen("c/1");

        assertThat(seen("c/1", "a/1"))
                .as("a is first by name, but came just now")
                .isTrue();
        assertThat(seen("c/1", "a/1", "d/1")).as("a tells").isFalse();
        assertThat(seen("c/1", "d/1")).as("nobody came").isFalse();
        assertThat(seen("c/1", "d/1", "a/2")).as("another run has to be told").isTrue();
    }

    @Test
    void bothHalvesOfACutClusterTellWhenItIsWholeAgain() {
        seen("a/1", "c/1");
        seen("c/1");

        assertThat(seen("a/1", "c/1")).isTrue();

        Company other = new Company();
        other.mustTell(view("a/1", SELF, "c/1"));
        other.mustTell(view("a/1"));
        assertThat(other.mustTell(view("a/1", SELF, "c/1"))).isTrue();
    }
}
