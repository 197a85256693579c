package io.sluice.domain.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.MalformedRequestException;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import org.junit.jupiter.api.Test;

/** Requests with values of wrong types in all places are read, or refused with the place; nothing else happens. */
class MutatedRequestsTest {
    private static final String[] VALUES = {
        "null",
        "true",
        "0",
        "-1",
        "1.5",
        "1e999999999",
        "1e-999999999",
        "99999999999999999999",
        "\"\"",
        "\"x\"",
        "\"data:\"",
        "\"data:,\"",
        "\"data:;base64,\"",
        "[]",
        "[null]",
        "[[]]",
        "[{}]",
        "{}",
        "{\"type\":\"text\"}",
        "{\"type\":3}",
        "{\"custom\":{}}"
    };

    @Test
    void requestIsReadOrRefusedWithThePlace() {
        OpenAiCodec codec = new OpenAiCodec();
        int refused = 0;
        int rounds = 1_000;
        for (int seed = 0; seed < rounds; seed++) {
            Random random = new Random(seed);
            ObjectNode body = new ChatRequests(seed).request();
            for (int i = random.nextInt(3); i >= 0; i--) {
                mutate(body, random);
            }
            try {
                ChatRequest request = codec.decodeRequest(body, "m", random.nextBoolean());
                for (ChatDialect client : ChatDialect.values()) {
                    Json.write(codec.encodeRequest(request, "m", new Losses(client, true)));
                }
                codec.encodeRequest(request, "m", new Losses(ChatDialect.OPENAI, false));
            } catch (MalformedRequestException e) {
                refused++;
                assertThat(e.field()).isNotEmpty();
                assertThat(e.getMessage()).contains("'");
            } catch (InexpressibleException e) {
                assertThat(e.field()).contains(".");
            }
        }
        assertThat(refused).isBetween(rounds / 20, rounds * 19 / 20);
    }

    private static void mutate(ObjectNode body, Random random) {
        List<JsonNode> containers = new ArrayList<>();
        gather(body, containers);
        JsonNode container = containers.get(random.nextInt(containers.size()));
        JsonNode value = Objects.requireNonNull(Json.read(VALUES[random.nextInt(VALUES.length)]));
        if (container instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            object.set(names.isEmpty() ? "x" : names.get(random.nextInt(names.size())), value);
        } else if (container instanceof ArrayNode array) {
            array.insert(random.nextInt(array.size() + 1), value);
        }
    }

    private static void gather(JsonNode node, List<JsonNode> containers) {
        if (node.isContainerNode()) {
            containers.add(node);
            node.forEach(child -> gather(child, containers));
        }
    }
}
