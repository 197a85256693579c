package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.ParameterRules;
import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RequestSpliceTest {
    private static final String PROMPT = "'prompt':'p'";
    private static final ObjectMapper JACKSON = new ObjectMapper();

    @Test
    void returnsTheSameArrayWhenNothingChanges() {
        RequestScan scan = scan("{'model':'m','stream':true,'stream_options':{'include_usage':true}," + PROMPT + "}");

        assertThat(RequestSplice.apply(scan, "m", true, ParameterRules.NONE)).isSameAs(scan.body());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model' : 'm' , P}|{'model' : 'up' , P}",
                "{P,'mod\\u0065l':'\\u006d'}|{P,'mod\\u0065l':'up'}",
                "{ 'model':'m','stream':true, P }|{ 'model':'up','stream':true, P,'stream_options':{'include_usage':true} }",
                "{'stream_options':null,'model':'m','stream':true,P}|{'stream_options':{'include_usage':true},'model':'up','stream':true,P}",
                "{'stream_options':{},'model':'m','stream':true,P}|{'stream_options':{'include_usage':true},'model':'up','stream':true,P}",
                "{'stream_options':{ 'x':[1] },'model':'m','stream':true,P}|{'stream_options':{'include_usage':true, 'x':[1] },'model':'up','stream':true,P}",
                "{'stream_options':{'x':1, 'include_usage' : false },'model':'m','stream':true,P}|{'stream_options':{'x':1, 'include_usage' : true },'model':'up','stream':true,P}",
                "{'stream_options':{'include_usage':null},'model':'m','stream':true,P}|{'stream_options':{'include_usage':true},'model':'up','stream':true,P}",
                "{'model':'m','stream':false,'seed':1.0e0,P}|{'model':'up','stream':false,'seed':1.0e0,P}",
            })
    void splicesModelAndUsage(String body, String expected) {
        RequestScan scan = scan(body.replace("P", PROMPT));

        assertThat(applied(scan, true, ParameterRules.NONE)).isEqualTo(json(expected.replace("P", PROMPT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model':'up',P}|{'model':'up',P,'seed':7}",
                "{'seed':1, 'model':'up',P}|{'seed':7, 'model':'up',P}",
                "{'seed':1,'model':'up','seed':{'x':2},P , 's\\u0065ed' : 3 }|{'seed':7,'model':'up',P }",
                "{'bad':1,'model':'up',P}|{'model':'up',P,'seed':7}",
                "{'model':'up',P , 'bad':[1] , 'b\\u0061d':{} }|{'model':'up',P,'seed':7 }",
                "{'bad':0, 'bad':1,'model':'up','bad':2,P,'bad':3}|{'model':'up',P,'seed':7}",
            })
    void setsAndRemoves(String body, String expected) {
        ParameterRules rules = new ParameterRules(Map.of("seed", "7"), List.of("bad"));

        assertThat(applied(scan(body.replace("P", PROMPT)), true, rules))
                .isEqualTo(json(expected.replace("P", PROMPT)));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'model':'up',P}|{'model':'up',P,'seed':7}",
                "{'seed':null, 'model':'up',P}|{'seed':null, 'model':'up',P}",
                "{'model':'up',P,'s\\u0065ed' : 1.0 }|{'model':'up',P,'s\\u0065ed' : 1.0 }"
            })
    void addsWhatTheClientDoesNotSay(String body, String expected) {
        ParameterRules rules = new ParameterRules(Map.of(), Map.of("seed", "7"), List.of(), Map.of());

        assertThat(applied(scan(body.replace("P", PROMPT)), true, rules))
                .isEqualTo(json(expected.replace("P", PROMPT)));
    }

    @Test
    void saysTheModelThatARequestMayLeaveOut() {
        RequestScan scan = RequestScanner.scan(json("{'input':'x' }").getBytes(UTF_8), Endpoint.MODERATIONS, 64);

        assertThat(scan.model()).isEqualTo("omni-moderation-latest");
        assertThat(new String(RequestSplice.apply(scan, scan.model(), true, ParameterRules.NONE), UTF_8))
                .isEqualTo(json("{'input':'x','model':'omni-moderation-latest' }"));
    }

    @Test
    void letsRulesGoBeforeTheWishForUsage() {
        RequestScan scan = scan("{'model':'up','stream':true,'stream_options':{}," + PROMPT + "}");

        assertThat(applied(scan, true, new ParameterRules(Map.of(), List.of("stream_options"))))
                .isEqualTo(json("{'model':'up','stream':true," + PROMPT + "}"));
        assertThat(applied(scan, true, new ParameterRules(Map.of("stream_options", "null"), List.of())))
                .isEqualTo(json("{'model':'up','stream':true,'stream_options':null," + PROMPT + "}"));
    }

    @Test
    void neverLetsRulesTouchModelAndStream() {
        RequestScan scan = scan("{'model':'m','stream':true," + PROMPT + "}");
        ParameterRules rules = new ParameterRules(Map.of("model", "1"), List.of("stream"));

        assertThat(applied(scan, false, rules)).isEqualTo(json("{'model':'up','stream':true," + PROMPT + "}"));
    }

    @Test
    void escapesTheUpstreamModel() throws IOException {
        RequestScan scan = scan("{'model':'m'," + PROMPT + "}");
        String name = "a\"b\\c\n中😀";

        byte[] spliced = RequestSplice.apply(scan, name, true, ParameterRules.NONE);

        assertThat(JACKSON.readTree(spliced).get("model").textValue()).isEqualTo(name);
    }

    @Property(tries = 3_000)
    void changesNothingElse(@ForAll long seed) throws IOException {
        Random random = new Random(seed);
        boolean stream = random.nextBoolean();
        String body = randomBody(random, stream);
        RequestScan scan = RequestScanner.scan(body.getBytes(UTF_8), Endpoint.COMPLETIONS, 64);
        Map<String, String> set = new LinkedHashMap<>();
        if (random.nextBoolean()) {
            set.put("f" + random.nextInt(4), RandomJson.value(random).strip());
        }
        List<String> remove = random.nextBoolean() ? List.of("f" + (4 + random.nextInt(4))) : List.of();

        byte[] spliced = RequestSplice.apply(scan, "up", true, new ParameterRules(set, remove));

        ObjectNode expected = (ObjectNode) JACKSON.readTree(body);
        expected.put("model", "up");
        for (Map.Entry<String, String> rule : set.entrySet()) {
            expected.set(rule.getKey(), JACKSON.readTree(rule.getValue()));
        }
        expected.remove(remove);
        if (stream) {
            JsonNode options = expected.get("stream_options");
            ObjectNode wanted = options instanceof ObjectNode object ? object : JACKSON.createObjectNode();
            expected.set("stream_options", wanted.put("include_usage", true));
        }
        assertThat(JACKSON.readTree(spliced)).isEqualTo(expected);
        assertThat(new String(spliced, UTF_8)).contains(body.substring(body.indexOf("<<"), body.indexOf(">>")));
    }

    private static String randomBody(Random random, boolean stream) {
        StringBuilder body = new StringBuilder("{").append(RandomJson.space(random));
        String[] options = {"null", "{}", "{ \"x\" : [1] }", "{\"y\":{},\"include_usage\":false}"};
        int model = random.nextInt(9);
        for (int i = 0; i < 9; i++) {
            if (i == model) {
                body.append("\"model\":")
                        .append(RandomJson.space(random))
                        .append("\"m\",\"stream\":")
                        .append(stream);
                body.append(",\"prompt\":\"<<\\u0041 \\/ é>>\"");
            } else if (i == 8 || i == 0 && model == 8) {
                body.append("\"stream_options\" :").append(options[random.nextInt(options.length)]);
            } else {
                body.append("\"f").append(random.nextInt(8)).append("\":").append(RandomJson.value(random));
            }
            body.append(i == 8 ? "" : ",").append(RandomJson.space(random));
        }
        return body.append('}').toString();
    }

    private static String applied(RequestScan scan, boolean forceUsage, ParameterRules rules) {
        return new String(RequestSplice.apply(scan, "up", forceUsage, rules), UTF_8);
    }

    private static RequestScan scan(String body) {
        return RequestScanner.scan(json(body).getBytes(UTF_8), Endpoint.COMPLETIONS, 64);
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }
}
