package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class StoredReferencesTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"input\":\"item_reference\"|false",
                "\"input\":[]|false",
                "\"input\":[{\"role\":\"user\",\"content\":\"x\",\"id\":\"m\"}]|false",
                "\"input\":[{\"type\":\"message\",\"id\":\"m\"}]|false",
                "\"input\":[{\"content\":[{\"type\":\"item_reference\",\"id\":\"m\"}],\"role\":\"user\"}]|false",
                "\"input\":[{\"type\":\"item_reference\",\"id\":\"m\"}]|true",
                "\"input\":[{\"role\":\"user\",\"content\":\"x\"},{\"id\":\"m\",\"type\":\"item_reference\"}]|true",
                "\"input\":[{\"\\u0074ype\":\"item\\u005Freference\",\"id\":\"m\"}]|true",
                "\"input\":[{\"type\":\"message\",\"type\":\"item_reference\",\"id\":\"m\"}]|true",
                "\"input\":[{\"type\":\"item_reference\",\"type\":\"message\",\"id\":\"m\"}]|true",
                "\"input\":[{\"id\":\"m\"}]|true",
                "\"input\":[{\"id\":\"m\",\"type\":null}]|true",
                "\"input\":\"x\",\"conversation\":null|false",
                "\"input\":\"x\",\"conversation\":\"c\"|true",
                "\"input\":\"x\",\"conversation\":{\"id\":\"c\"}|true",
                "\"input\":\"x\",\"\\u0063onversation\":\"c\"|true"
            })
    void areFoundHoweverTheyAreWritten(String fields, boolean expected) {
        byte[] body = ("{\"model\":\"m\"," + fields + "}").getBytes(UTF_8);

        assertThat(StoredReferences.isIn(RequestScanner.scan(body, Endpoint.RESPONSES, 64)))
                .isEqualTo(expected);
    }
}
