package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.HarmlessFields;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.json.RequestScanner;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** A field that Sluice does not know, in whatever place, is refused by its path or listed by it: for every pair. */
class NothingIsLostSilentlyTest {
    private static final String NAME = "novelty";
    private static final String[] VALUES = {"1", "false", "\"\"", "\"x\"", "[]", "[1]", "{}", "{\"a\":1}"};

    /** Objects whose members are the client's own words, not fields. */
    private static final Pattern WORDS = Pattern.compile(
            "(?:.*\\.)?(?:parameters|parametersJsonSchema|input_schema|schema"
                    + "|responseJsonSchema|logit_bias|metadata|labels|cache_control|args|response|citations)|.*\\.input");

    private static final Pattern INDEX = Pattern.compile("\\[[0-9]+]");

    static List<Pair> pairs() {
        return Pair.translated();
    }

    /** All objects of a request that have fields, by their path. */
    private static Map<String, ObjectNode> places(JsonNode node, String path, Map<String, ObjectNode> found) {
        String shape = shape(path);
        boolean words = WORDS.matcher(shape).matches() && !(shape.equals("metadata") && node.has("user_id"));
        if (node instanceof ObjectNode object && !words) {
            found.put(path, object);
            object.properties()
                    .forEach(member ->
                            places(member.getValue(), (path.isEmpty() ? "" : path + ".") + member.getKey(), found));
        } else if (node instanceof ArrayNode array) {
            for (int i = 0; i < array.size(); i++) {
                places(array.get(i), path + "[" + i + "]", found);
            }
        }
        return found;
    }

    /** A part or tool that is dropped as a whole is named by its place, or by its type; of several, the first is named. */
    private static boolean covers(String field, String path) {
        String whole = field.endsWith(".type") ? field.substring(0, field.length() - ".type".length()) : field;
        return field.equals(path) || whole.indexOf('[') >= 0 && shape(path).startsWith(shape(whole) + ".");
    }

    private static String shape(String path) {
        return INDEX.matcher(path).replaceAll("");
    }

    private static void check(Pair pair, ObjectNode body, String place, String value) {
        ObjectNode object =
                Objects.requireNonNull(places(body, "", new LinkedHashMap<>()).get(place));
        object.set(NAME, Json.read(value));
        String path = place.isEmpty() ? NAME : place + "." + NAME;
        Losses lenient = new Losses(pair.client(), true);

        pair.write(body, lenient);

        assertThat(lenient.fields()).as("%s: %s", pair, path).anyMatch(field -> covers(field, path));
        assertThat(catchThrowableOfType(
                        InexpressibleException.class, () -> pair.write(body, new Losses(pair.client(), false))))
                .as("%s: %s", pair, path)
                .isNotNull();
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void unknownFieldInAnyPlaceIsListedByItsPath(Pair pair) {
        for (String place :
                places(Pair.sample(pair.client()), "", new LinkedHashMap<>()).keySet()) {
            check(pair, Pair.sample(pair.client()), place, "{\"a\":1}");
        }
    }

    @ParameterizedTest
    @MethodSource("pairs")
    void nullSaysNothing(Pair pair) {
        ObjectNode body = Pair.sample(pair.client());
        Losses before = new Losses(pair.client(), true);
        Losses after = new Losses(pair.client(), true);
        JsonNode without = pair.write(body, before);
        places(body, "", new LinkedHashMap<>()).values().forEach(object -> object.putNull(NAME));

        assertThat(pair.write(body, after)).isEqualTo(without);
        assertThat(after.fields()).isEqualTo(before.fields());
    }

    /** Where nothing else is lost, a strict channel names the field. */
    @ParameterizedTest
    @MethodSource("pairs")
    void strictChannelNamesTheUnknownField(Pair pair) {
        ObjectNode body = Pair.sample(pair.client());
        String list = body.has("input") ? "input" : body.has("contents") ? "contents" : "messages";
        ArrayNode said = (ArrayNode) body.path(list);
        JsonNode last = said.get(said.size() - 1);
        if (last.path("content").isArray()) {
            keep((ArrayNode) last.path("content"), block -> block.has("text"));
        }
        said.removeAll().add(last);
        body.retain("model", "max_tokens", list);
        ((ObjectNode) last).put(NAME, 1);

        assertThat(catchThrowableOfType(
                                InexpressibleException.class, () -> pair.write(body, new Losses(pair.client(), false)))
                        .field())
                .isEqualTo(list + "[0]." + NAME);
    }

    @Property(tries = 300)
    void unknownFieldOfAnyRequestIsListed(@ForAll long seed) {
        Random random = new Random(seed);
        List<Pair> pairs = Pair.translated();
        Pair pair = pairs.get(random.nextInt(pairs.size()));
        ObjectNode body = Pair.sample(pair.client());
        thin(body, random);
        try {
            pair.read(body);
        } catch (MalformedRequestException e) {
            // What must be there is not.
            body = Pair.sample(pair.client());
        }
        List<String> places =
                new ArrayList<>(places(body, "", new LinkedHashMap<>()).keySet());
        check(
                pair,
                body,
                places.get(random.nextInt(places.size())),
                VALUES[random.nextInt(VALUES.length)].replace("[]", "[0]").replace("{}", "{\"b\":{}}"));
    }

    private static void keep(ArrayNode array, Predicate<JsonNode> kept) {
        for (int i = array.size() - 1; i >= 0; i--) {
            if (!kept.test(array.get(i))) {
                array.remove(i);
            }
        }
    }

    private static void thin(JsonNode node, Random random) {
        if (node instanceof ArrayNode array) {
            keep(array, item -> random.nextInt(8) != 0);
        } else if (node instanceof ObjectNode object) {
            List<String> names = new ArrayList<>();
            object.fieldNames().forEachRemaining(names::add);
            names.removeIf(name -> random.nextInt(16) != 0);
            object.remove(names);
        }
        node.forEach(member -> thin(member, random));
    }

    /** Every rule of the list is about a field that some reader does not take for its own. */
    @ParameterizedTest
    @MethodSource("rules")
    void harmlessFieldIsLeftOutWithoutAWord(HarmlessFields.Rule rule) {
        for (var client : rule.clients()) {
            JsonNode value = Json.read(rule.when().isEmpty() ? "{\"a\":1}" : quoted(rule.when()));
            Losses strict = new Losses(client, false);

            strict.lose(rule.field().replace("messages.", "messages[3]."), value);

            assertThat(strict.fields()).isEmpty();
            assertThat(rule.reason()).isNotBlank();
        }
    }

    private static String quoted(String word) {
        return Character.isLetter(word.charAt(0)) && !word.equals("false") ? "\"" + word + "\"" : word;
    }

    static List<HarmlessFields.Rule> rules() {
        return HarmlessFields.rules();
    }

    /** A request to count tokens wraps the chat: what stands beside it would be read by nobody. */
    @Test
    void fieldBesideAWrappedRequestIsRefused() {
        byte[] body = "{\"generateContentRequest\":{\"contents\":[]},\"contents\":[]}".getBytes(UTF_8);

        assertThat(catchThrowableOfType(
                                GatewayException.class,
                                () -> Translation.read(
                                        RequestScanner.scan(body, Endpoint.COUNT_CONTENT_TOKENS, 64),
                                        ChatDialect.GEMINI))
                        .failure())
                .isInstanceOfSatisfying(InvalidRequest.class, failure -> assertThat(failure.param())
                        .isEqualTo("contents"));
    }
}
