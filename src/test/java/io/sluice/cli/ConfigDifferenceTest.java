package io.sluice.cli;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import org.junit.jupiter.api.Test;

class ConfigDifferenceTest {
    private static final ObjectMapper JSON = new ObjectMapper();

    @Test
    void equalTreesDoNotDiffer() throws Exception {
        JsonNode tree = json("{'channels':[{'name':'a','weight':1}],'models':['x']}");

        assertThat(ConfigDifference.between(tree, tree)).isEmpty();
    }

    @Test
    void elementsAreToldApartByNameNotByPlace() throws Exception {
        assertThat(ConfigDifference.between(
                        json("{'channels':[{'name':'a','weight':1},{'name':'b','weight':1}]}"),
                        json("{'channels':[{'name':'b','weight':2},{'name':'c','weight':1}]}")))
                .containsExactly(
                        "- channels[a].name: \"a\"",
                        "- channels[a].weight: 1",
                        "~ channels[b].weight: 1 → 2",
                        "+ channels[c].name: \"c\"",
                        "+ channels[c].weight: 1");
    }

    @Test
    void aPlainListIsOneValue() throws Exception {
        assertThat(ConfigDifference.between(json("{'models':['x']}"), json("{'models':['x','y']}")))
                .containsExactly("~ models: [\"x\"] → [\"x\",\"y\"]");
    }

    private static JsonNode json(String text) throws Exception {
        return JSON.readTree(text.replace('\'', '"'));
    }
}
