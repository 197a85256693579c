package io.sluice.domain.pool;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Glob;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;

class ParameterRulesTest {
    private static ParameterRules rules(Map<String, String> set, Map<String, String> defaults, String... remove) {
        return new ParameterRules(set, defaults, List.of(remove), Map.of());
    }

    @Test
    void theFirstPatternThatMatchesGoesBeforeWhatIsGeneral() {
        Map<Glob, ParameterRules> perModel = new LinkedHashMap<>();
        perModel.put(new Glob("gpt-5*"), rules(Map.of("a", "2"), Map.of("b", "2"), "c"));
        perModel.put(new Glob("gpt-*"), rules(Map.of("a", "3"), Map.of()));
        ParameterRules rules =
                new ParameterRules(Map.of("a", "1", "b", "1"), Map.of("c", "1", "d", "1"), List.of("e"), perModel);

        assertThat(rules.forModel("gpt-5-mini"))
                .isEqualTo(rules(Map.of("a", "2"), Map.of("b", "2", "d", "1"), "e", "c"));
        assertThat(rules.forModel("gpt-4").set()).isEqualTo(Map.of("a", "3", "b", "1"));
        assertThat(rules.forModel("other").set()).isEqualTo(Map.of("a", "1", "b", "1"));
    }

    @Test
    void whatIsSaidOfAFieldTakesAwayWhatWasSaidOfItOtherwise() {
        ParameterRules channel = rules(Map.of("a", "1"), Map.of("b", "1"), "c");

        assertThat(rules(Map.of("c", "2"), Map.of("a", "2"), "b").over(channel))
                .isEqualTo(rules(Map.of("c", "2"), Map.of("a", "2"), "b"));
        assertThat(ParameterRules.NONE.over(channel)).isEqualTo(channel);
    }
}
