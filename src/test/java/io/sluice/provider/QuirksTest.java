package io.sluice.provider;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.AnswerTarget;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.BaseUrl;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.ParameterRules;
import io.sluice.preset.Presets;
import io.sluice.testkit.RevisionBuilder;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What services by name are told where OpenAI's words are not theirs. */
class QuirksTest {
    private static final String USER = "'messages':[{'role':'user','content':'x'}]";
    private static final String SCHEMA =
            "'response_format':{'type':'json_schema','json_schema':{'name':'a','schema':{'type':'object'}}}";

    private static Candidate candidate(String preset, boolean lenient, ParameterRules rules) {
        return Objects.requireNonNull(new RevisionBuilder()
                        .channel("c", c -> {
                            c.preset(Presets.of(preset))
                                    .url(new BaseUrl(true, "example.com", 443, "/base"))
                                    .parameters(rules)
                                    .serves("m");
                            return lenient ? c.lenient() : c;
                        })
                        .build()
                        .models()
                        .get("m"))
                .candidates()
                .getFirst();
    }

    private static UpstreamRequest encode(Candidate candidate, Endpoint endpoint, String body) {
        return ProviderAdapters.of(candidate.channel())
                .encode(
                        candidate,
                        RequestScanner.scan(body.replace('\'', '"').getBytes(UTF_8), endpoint, 64),
                        new AnswerTarget("id", "m", false, 0));
    }

    private static UpstreamRequest passed(String preset, boolean lenient, String fields) {
        return encode(
                candidate(preset, lenient, ParameterRules.NONE),
                Endpoint.CHAT_COMPLETIONS,
                "{'model':'m'," + fields + (fields.contains("messages") ? "" : "," + USER) + "}");
    }

    private static JsonNode json(UpstreamRequest request) {
        return Objects.requireNonNull(Json.read(request.body(), 0, request.body().length));
    }

    private static JsonNode json(String text) {
        return Objects.requireNonNull(Json.read(text.replace('\'', '"')));
    }

    private static String refused(Runnable encoding) {
        GatewayException refusal = catchThrowableOfType(GatewayException.class, encoding::run);
        assertThat(refusal).isNotNull();
        assertThat(refusal.failure())
                .isInstanceOfSatisfying(UpstreamFailure.class, failure -> assertThat(failure.kind())
                        .isEqualTo(UpstreamFailure.Kind.INEXPRESSIBLE));
        return String.valueOf(((UpstreamFailure) refusal.failure()).param());
    }

    /** Said in other words, or in weaker ones: no channel refuses it. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "deepseek | 'max_completion_tokens':7 | 'max_tokens':7 | ``",
                "deepseek | 'max_completion_tokens':7,'max_tokens':3 | 'max_tokens':7 | ``",
                "mistral | 'max_completion_tokens':null | | ``",
                "deepseek | 'n':1,'temperature':0 | 'n':1,'temperature':0 | ``",
                "deepseek | 'reasoning_effort':'high' | 'thinking':{'type':'enabled'} | reasoning_effort",
                "zhipu | 'reasoning_effort':'none' | 'thinking':{'type':'disabled'} | ``",
                "volcengine | 'reasoning_effort':'low','thinking':{'type':'auto'} | 'thinking':{'type':'auto'} | reasoning_effort",
                "qwen | 'reasoning_effort':'low' | 'enable_thinking':true | reasoning_effort",
                "hunyuan | 'reasoning_effort':'none' | 'enable_thinking':false | ``",
                "siliconflow | 'reasoning_effort':'none' | 'enable_thinking':false | ``",
                "qianfan | 'reasoning_effort':'none' | 'enable_thinking':false | ``",
                "zhipu | 'temperature':0 | 'temperature':0.01 | temperature",
                "minimax | 'temperature':0.0 | 'temperature':0.01 | temperature",
                "qwen | 'temperature':2 | 'temperature':1.99 | temperature",
                "qwen | 'temperature':1.5 | 'temperature':1.5 | ``",
                "zhipu | 'tools':[],'tool_choice':'none' | | ``",
                "zhipu | 'tool_choice':'auto','stop':['a'] | 'tool_choice':'auto','stop':['a'] | ``",
                "moonshot | 'tool_choice':{'type':'function','function':{'name':'f'}} | 'tool_choice':{'type':'function','function':{'name':'f'}} | ``",
                "openrouter | 'n':3,'max_completion_tokens':7,'reasoning_effort':'low' | 'n':3,'max_completion_tokens':7,'reasoning_effort':'low' | ``",
            })
    void sameIsSaidInOtherWords(String preset, String asked, String told, String lost) {
        UpstreamRequest request = passed(preset, false, asked);

        assertThat(json(request)).isEqualTo(json("{'model':'m'," + (told == null ? "" : told + ",") + USER + "}"));
        assertThat(request.lost()).isEqualTo(lost.isEmpty() ? List.of() : List.of(lost));
    }

    /** What a service lacks: refused with the field's name, or replaced and listed. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "deepseek | 'n':2 | | n",
                "groq | 'n':2 | | n",
                "siliconflow | 'n':3 | | n",
                "moonshot | 'tool_choice':'required' | | tool_choice",
                "qwen | 'tool_choice':'required' | | tool_choice",
                "zhipu | 'tool_choice':'required' | | tool_choice",
                "zhipu | 'tool_choice':{'type':'function','function':{'name':'f'}} | | tool_choice",
                "moonshot | 'temperature':1.1 | 'temperature':1 | temperature",
                "minimax | 'temperature':2 | 'temperature':1 | temperature",
                "zhipu | 'stop':['a','b'] | 'stop':['a'] | stop",
                "qianfan | 'stop':['a','b','c','d','e'] | 'stop':['a','b','c','d'] | stop",
            })
    void whatAServiceLacksIsLostAloud(String preset, String asked, String told, String lost) {
        UpstreamRequest request = passed(preset, true, asked);

        assertThat(json(request)).isEqualTo(json("{'model':'m'," + (told == null ? "" : told + ",") + USER + "}"));
        assertThat(request.lost()).containsExactly(lost);
        assertThat(refused(() -> passed(preset, false, asked))).isEqualTo(lost);
    }

    @Test
    void schemaGoesIntoWordsWhereTheServiceKnowsNone() {
        UpstreamRequest request = passed("deepseek", true, SCHEMA);

        assertThat(json(request).path("response_format")).isEqualTo(json("{'type':'json_object'}"));
        assertThat(json(request).at("/messages/0/role").asText()).isEqualTo("system");
        assertThat(json(request).at("/messages/0/content").asText()).contains("JSON", "{\"type\":\"object\"}");
        assertThat(json(request).at("/messages/1/content").asText()).isEqualTo("x");
        assertThat(request.lost()).containsExactly("response_format");
        assertThat(refused(() -> passed("deepseek", false, SCHEMA))).isEqualTo("response_format");
    }

    @Test
    void developerIsTheSystemWhereThatIsUnknown() {
        String messages = "'messages':[{'role':'developer','content':'d'},{'role':'user','content':'the developer'}]";

        assertThat(json(passed("mistral", false, messages)).path("messages"))
                .isEqualTo(json("[{'role':'system','content':'d'},{'role':'user','content':'the developer'}]"));
        assertThat(json(passed("groq", false, messages)).at("/messages/0/role").asText())
                .isEqualTo("developer");
    }

    @Test
    void messagesOfOneRoleAreOneWhereTheyMustTakeTurns() {
        for (String preset : List.of("perplexity", "hunyuan")) {
            UpstreamRequest request = passed(preset, false, """
                    'messages':[{'role':'system','content':'a'},{'role':'system','content':'b'},
                    {'role':'user','content':'c'},{'role':'user','content':[{'type':'text','text':'d'}]},
                    {'role':'user','name':'n','content':'e'},{'role':'assistant','content':'f'},
                    {'role':'tool','content':'g'},{'role':'tool','content':'h'}]""");

            assertThat(json(request).path("messages")).isEqualTo(json("""
                    [{'role':'system','content':'a\\n\\nb'},
                    {'role':'user','content':[{'type':'text','text':'c'},{'type':'text','text':'d'}]},
                    {'role':'user','name':'n','content':'e'},{'role':'assistant','content':'f'},
                    {'role':'tool','content':'g'},{'role':'tool','content':'h'}]"""));
        }
    }

    @Test
    void requestThatNoQuirkIsAboutPassesByteForByte() {
        String body = "{ 'model':'m', 'temperature' : 0.50,'stop':['a'],'new':[ 1e2 ]," + USER + "}";

        for (String preset : Presets.NAMES) {
            Candidate candidate = candidate(preset, false, ParameterRules.NONE);
            if (preset.equals("dashscope")) {
                continue; // a dialect of its own
            }
            assertThat(new String(
                            encode(candidate, Endpoint.CHAT_COMPLETIONS, body).body(), UTF_8))
                    .as(preset)
                    .isEqualTo(body.replace('\'', '"'));
        }
    }

    @Test
    void channelsOwnRulesHaveTheLastWord() {
        Candidate candidate =
                candidate("moonshot", false, new ParameterRules(Map.of("tool_choice", "\"required\""), List.of()));

        UpstreamRequest passed = encode(
                candidate,
                Endpoint.CHAT_COMPLETIONS,
                "{'model':'m','tool_choice':'auto','temperature':0.1," + USER + "}");
        UpstreamRequest translated = encode(candidate, Endpoint.MESSAGES, "{'model':'m','max_tokens':9," + USER + "}");

        assertThat(json(passed).path("tool_choice").asText()).isEqualTo("required");
        assertThat(json(translated).path("tool_choice").asText()).isEqualTo("required");
    }

    /** The same in translation, with the names of the client's dialect. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "zhipu | 'temperature':0 | /temperature | 0.01 | temperature",
                "moonshot | 'tools':[{'name':'f','input_schema':{'type':'object'}}],'tool_choice':{'type':'any'} | /tool_choice | | tool_choice",
                "zhipu | 'stop_sequences':['a','b'] | /stop/0 | a | stop_sequences",
                "deepseek | 'thinking':{'type':'enabled','budget_tokens':2000} | /thinking/type | enabled | thinking",
                "zhipu | 'thinking':{'type':'disabled'} | /thinking/type | disabled | ``",
                "qwen | 'thinking':{'type':'enabled','budget_tokens':2000} | /enable_thinking | true | thinking",
                "siliconflow | 'thinking':{'type':'disabled'} | /enable_thinking | false | ``",
                "mistral | 'max_tokens':9 | /max_tokens | 9 | ``",
            })
    void translatedRequestsAreShapedToo(String preset, String asked, String at, String told, String lost) {
        String body =
                "{'model':'m'," + (asked.contains("max_tokens'") ? "" : "'max_tokens':9,") + asked + "," + USER + "}";

        UpstreamRequest request = encode(candidate(preset, true, ParameterRules.NONE), Endpoint.MESSAGES, body);

        ObjectNode written = (ObjectNode) json(request);
        assertThat(written.at(at).asText()).isEqualTo(told == null ? "" : told);
        assertThat(request.lost()).isEqualTo(lost.isEmpty() ? List.of() : List.of(lost));
    }
}
