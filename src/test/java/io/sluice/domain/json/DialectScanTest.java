package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.pool.ParameterRules;
import java.util.List;
import java.util.Map;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The fields that are read of requests in dialects other than OpenAI's chat. */
class DialectScanTest {
    private static final RequestHead PATH = RequestHead.ofPath("gem", true, false);
    private static final ObjectMapper JACKSON = new ObjectMapper();
    private static final String BASE64 = "iVBORw0K".repeat(40_000);

    @Test
    void readsAnthropicMessages() {
        RequestScan scan = scan("""
                {"model":"claude","max_tokens":7,"stream":true,"system":[{"type":"text","text":"s"}],
                 "metadata":{"user_id":"u"},"thinking":{"type":"enabled","budget_tokens":1024},
                 "n":"not read","stream_options":1,"prompt":[1,2],"prompt_cache_key":"k",
                 "messages":[{"role":"user","content":[{"type":"text","text":"hi"}]}]}""", Endpoint.MESSAGES);

        assertThat(scan.model()).isEqualTo("claude");
        assertThat(scan.stream()).isTrue();
        assertThat(scan.maxOutputTokens()).isEqualTo(7);
        assertThat(scan.choices()).isEqualTo(1);
        assertThat(scan.includeUsage()).isFalse();
        assertThat(scan.inputTokens()).isBetween(8L, 30L);
        assertThat(scan.stickyHash()).isNotZero();
    }

    @Test
    void anthropicConversationsStickToTheUserThenToSystemAndBeginning() {
        String user = "'metadata':{'user_id':'u'},";
        String first = "{'role':'user','content':'one'}";
        String more = first + ",{'role':'assistant','content':'x'},{'role':'user','content':'two'}";

        assertThat(sticky(user, first)).isEqualTo(sticky(user, more)).isNotEqualTo(sticky("", first));
        assertThat(sticky("", first)).isEqualTo(sticky("", more));
        assertThat(sticky("'system':'a',", first))
                .isEqualTo(sticky("'system':'a',", more))
                .isNotEqualTo(sticky("'system':'b',", first))
                .isNotEqualTo(sticky("", first));
        assertThat(sticky("'metadata':null,", first)).isEqualTo(sticky("", first));
        assertThat(sticky("'metadata':{'user_id':null},", first)).isEqualTo(sticky("", first));
    }

    @Test
    void anthropicMediaCostsFlatAndTextSourcesCostTheirText() {
        String image = "{'type':'image','source':{'type':'base64','media_type':'image/png','data':'" + BASE64 + "'}}";
        String text = "{'type':'document','source':{'type':'text','media_type':'text/plain','data':'"
                + "plain words ".repeat(4_000) + "'}}";
        String thinking = "{'type':'thinking','thinking':'hm','signature':'" + BASE64 + "'}";

        assertThat(messages(image).inputTokens()).isBetween(1_000L, 1_500L);
        assertThat(messages(text).inputTokens()).isBetween(8_000L, 16_000L);
        assertThat(messages(thinking).inputTokens()).isLessThan(100);
    }

    @Test
    void readsResponses() {
        RequestScan scan = scan("""
                {"model":"gpt","stream":true,"max_output_tokens":9,"instructions":"be kind","prompt_cache_key":"k",
                 "input":[{"role":"user","content":[{"type":"input_text","text":"hi"},
                   {"type":"input_image","image_url":"https://example.com/x.png"}]},
                  {"type":"function_call","call_id":"c","name":"f","arguments":"{}"}],
                 "max_tokens":"not read","messages":3}""", Endpoint.RESPONSES);

        assertThat(scan.stream()).isTrue();
        assertThat(scan.maxOutputTokens()).isEqualTo(9);
        assertThat(scan.choices()).isEqualTo(1);
        assertThat(scan.inputTokens()).isBetween(1_000L, 1_200L);
        assertThat(scan("{'model':'m','input':'hi'}", Endpoint.RESPONSES).inputTokens())
                .isPositive();
        assertThat(scan("{'model':'m','input':['a','b']}".replace("['a','b']", "[]"), Endpoint.RESPONSES)
                        .choices())
                .isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'previous_response_id':'r'", "'conversation':'c'", "'prompt':{'id':'p'}"})
    void aStoredBeginningMayStandForTheInputOfAResponse(String field) {
        assertThat(scan("{'model':'m'," + field + "}", Endpoint.RESPONSES).model())
                .isEqualTo("m");
        assertThat(refused("{'model':'m'," + field.replaceAll(":.*", ":null") + "}", Endpoint.RESPONSES)
                        .param())
                .isEqualTo("input");
    }

    @Test
    void readsGeminiInBothSpellings() {
        for (String names : new String[] {
            "'generationConfig':{'maxOutputTokens':5,'candidateCount':2},'systemInstruction':{'parts':[{'text':'s'}]}",
            "'generation_config':{'max_output_tokens':5,'candidate_count':2},'system_instruction':{'parts':[{'text':'s'}]}"
        }) {
            RequestScan scan = gemini("{" + names + ",'contents':[{'parts':[{'text':'hi'}]}],'model':7,'stream':7}");

            assertThat(scan.model()).isEqualTo("gem");
            assertThat(scan.stream()).isTrue();
            assertThat(scan.maxOutputTokens()).isEqualTo(5);
            assertThat(scan.choices()).isEqualTo(2);
        }
    }

    @Test
    void geminiMediaCostsFlat() {
        for (String name : new String[] {"inlineData", "inline_data"}) {
            assertThat(gemini("{'contents':[{'role':'user','parts':[{'" + name + "':{'mimeType':'image/png','data':'"
                                    + BASE64 + "'}}]}]}")
                            .inputTokens())
                    .isBetween(1_000L, 1_500L);
        }
        assertThat(gemini("{'contents':[{'parts':[{'text':'x','thoughtSignature':'" + BASE64 + "'}]}]}")
                        .inputTokens())
                .isLessThan(50);
    }

    @Test
    void geminiConversationsStickToTheirBeginning() {
        String first = "{'parts':[{'text':'one'}]}";
        String more = first + ",{'role':'model','parts':[{'text':'x'}]},{'role':'user','parts':[{'text':'y'}]}";

        assertThat(gemini("{'contents':[" + first + "]}").stickyHash())
                .isNotZero()
                .isEqualTo(gemini("{'contents':[" + more + "]}").stickyHash())
                .isNotEqualTo(gemini("{'contents':[" + first + "],'systemInstruction':{'parts':[]}}")
                        .stickyHash());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "COUNT_CONTENT_TOKENS | {'contents':[{'parts':[{'text':'hi'}]}]}",
                "COUNT_CONTENT_TOKENS | {'generateContentRequest':{'model':'models/gem','contents':[{'parts':[{'text':'hi'}]}]}}",
                "EMBED_CONTENT | {'content':{'parts':[{'text':'hi'}]},'taskType':'RETRIEVAL_QUERY'}",
                "BATCH_EMBED_CONTENTS | {'requests':[{'model':'models/m','content':{'parts':[{'text':'hi'}]}}]}"
            })
    void whatGeneratesNothingNeitherStreamsNorSticks(Endpoint endpoint, String body) {
        RequestScan scan = RequestScanner.scan(json(body), endpoint, PATH, 64);

        assertThat(scan.stream()).isFalse();
        assertThat(scan.stickyHash()).isZero();
        assertThat(scan.inputTokens()).isPositive();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "MESSAGES | {'messages':[{'role':'user','content':'x'}]} | model | missing_required_parameter",
                "MESSAGES | {'model':'m'} | messages | missing_required_parameter",
                "MESSAGES | {'model':'m','messages':[]} | messages | empty_array",
                "MESSAGES | {'model':'m','messages':[{'content':'x'}]} | messages[0].role | missing_required_parameter",
                "MESSAGES | {'model':'m','max_tokens':1,'max_tokens':2,M} | max_tokens | duplicate_parameter",
                "MESSAGES | {'model':'m','max_tokens':'1',M} | max_tokens | invalid_type",
                "MESSAGES | {'model':'m','metadata':{},'metadata':{},M} | metadata | duplicate_parameter",
                "RESPONSES | {'model':'m'} | input | missing_required_parameter",
                "RESPONSES | {'model':'m','input':null} | input | missing_required_parameter",
                "RESPONSES | {'model':'m','input':{}} | input | invalid_type",
                "RESPONSES | {'model':'m','input':[1]} | input[0] | invalid_type",
                "RESPONSES | {'model':'m','input':'a','input':'b'} | input | duplicate_parameter",
                "RESPONSES | {'model':'m','input':'a','max_output_tokens':-1} | max_output_tokens | integer_below_min_value",
                "GENERATE_CONTENT | {} | contents | missing_required_parameter",
                "GENERATE_CONTENT | {'contents':'x'} | contents | invalid_type",
                "GENERATE_CONTENT | {'contents':[]} | contents | empty_array",
                "GENERATE_CONTENT | {'contents':[{'parts':[]}],'generationConfig':1} | generationConfig | invalid_type",
                "GENERATE_CONTENT | {'contents':[{'parts':[]}],'generationConfig':{},'generation_config':{}} | generation_config | duplicate_parameter",
                "GENERATE_CONTENT | {'contents':[{'parts':[]}],'generationConfig':{'maxOutputTokens':1,'max_output_tokens':2}} | generationConfig.maxOutputTokens | duplicate_parameter",
                "GENERATE_CONTENT | {'contents':[{'parts':[]}],'generationConfig':{'candidateCount':0}} | generationConfig.candidateCount | integer_below_min_value",
                "COUNT_CONTENT_TOKENS | {} | contents | missing_required_parameter",
                "EMBED_CONTENT | {'content':'x'} | content | invalid_type",
                "BATCH_EMBED_CONTENTS | {} | requests | missing_required_parameter",
                "BATCH_EMBED_CONTENTS | {'requests':{}} | requests | invalid_type",
                "BATCH_EMBED_CONTENTS | {'requests':[]} | requests | empty_array",
                "BATCH_EMBED_CONTENTS | {'requests':[{},1]} | requests[1] | invalid_type",
                "BATCH_EMBED_CONTENTS | {'requests':[{}],'requests':[{}]} | requests | duplicate_parameter"
            })
    void namesTheFieldThatIsWrong(Endpoint endpoint, String body, String param, String code) {
        InvalidRequest failure = refused(body.replace("M}", "'messages':[{'role':'user','content':'x'}]}"), endpoint);

        assertThat(failure.param()).isEqualTo(param);
        assertThat(failure.code()).isEqualTo(code);
    }

    @Test
    void keepsWhatStandsBesideTheBody() {
        RequestHead head = RequestHead.anthropic("2023-06-01", "a,b");
        RequestScan scan = RequestScanner.scan(
                json("{'model':'m','messages':[{'role':'user','content':'x'}]}"), Endpoint.MESSAGES, head, 64);

        assertThat(scan.head()).isSameAs(head);
        assertThat(scan.withoutBody().head()).isSameAs(head);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"MESSAGES | messages | [{'role':'user','content':'x'}]", "RESPONSES | input | 'x'"})
    void asksForNoUsageWhereItComesUnasked(Endpoint endpoint, String field, String input) {
        String body = "{'model':'m','stream':true,'" + field + "':" + input + "}";
        RequestScan scan = scan(body, endpoint);

        assertThat(RequestSplice.apply(scan, "m", true, ParameterRules.NONE)).isSameAs(scan.body());
        assertThat(new String(RequestSplice.apply(scan, "up", true, ParameterRules.NONE), UTF_8))
                .isEqualTo(body.replace('\'', '"').replace("\"m\"", "\"up\""));
    }

    @Test
    void geminiBodiesNameTheModelOnlyWhereTheClientDid() {
        String contents = "'contents':[{'parts':[]}]";
        RequestScan plain = gemini("{" + contents + "}");
        RequestScan named = gemini("{'model':'models/gem'," + contents + "}");
        ParameterRules rules = new ParameterRules(Map.of("labels", "{}"), List.of());

        assertThat(RequestSplice.apply(plain, "up", true, ParameterRules.NONE)).isSameAs(plain.body());
        assertThat(new String(RequestSplice.apply(named, "up", true, ParameterRules.NONE), UTF_8))
                .isEqualTo(("{'model':'models/up'," + contents + "}").replace('\'', '"'));
        assertThat(new String(RequestSplice.apply(plain, "up", true, rules), UTF_8))
                .isEqualTo(("{" + contents + ",'labels':{}}").replace('\'', '"'));
    }

    /** Whatever the bytes are, a body is scanned or refused, and what is scanned is JSON. */
    @Test
    void mutatedBodiesAreScannedOrRefused() throws Exception {
        Map<Endpoint, String> samples = Map.of(
                Endpoint.MESSAGES,
                "{'model':'m','max_tokens':7,'system':[{'text':'s'}],'metadata':{'user_id':'u'},'messages':[{'role':'user',"
                        + "'content':[{'type':'image','source':{'type':'base64','data':'QUJD'}}]}],'tools':[{'name':'f'}]}",
                Endpoint.RESPONSES,
                "{'model':'m','input':[{'role':'user','content':'x'}],'instructions':null,'conversation':{'id':'c'}}",
                Endpoint.GENERATE_CONTENT,
                "{'contents':[{'parts':[{'inlineData':{'data':'QUJD'}}]}],'generationConfig':{'candidateCount':2}}",
                Endpoint.COUNT_CONTENT_TOKENS,
                "{'generateContentRequest':{'contents':[{'parts':[{'text':'x'}]}]}}",
                Endpoint.EMBED_CONTENT,
                "{'model':'models/m','content':{'parts':[{'text':'x'}]}}");
        Random random = new Random(7);
        String alphabet = "{}[]\",:0123456789.eE-ntf\\u \n\u0000\u00e9";
        int scanned = 0;
        for (Map.Entry<Endpoint, String> sample : samples.entrySet()) {
            for (int i = 0; i < 4_000; i++) {
                byte[] body = json(sample.getValue());
                for (int changes = random.nextInt(3); changes >= 0; changes--) {
                    body[random.nextInt(body.length)] = (byte) alphabet.charAt(random.nextInt(alphabet.length()));
                }
                try {
                    RequestScan scan = RequestScanner.scan(body, sample.getKey(), PATH, 64);
                    JACKSON.readTree(scan.body());
                    assertThat(scan.inputTokens()).isNotNegative();
                    JACKSON.readTree(RequestSplice.apply(scan, "up", true, ParameterRules.NONE));
                    scanned++;
                } catch (GatewayException refused) {
                    assertThat(refused.failure()).isInstanceOf(InvalidRequest.class);
                }
            }
        }
        assertThat(scanned).isGreaterThan(1_000);
    }

    private static long sticky(String fields, String messages) {
        return scan("{'model':'m'," + fields + "'messages':[" + messages + "]}", Endpoint.MESSAGES)
                .stickyHash();
    }

    private static RequestScan messages(String part) {
        return scan("{'model':'m','messages':[{'role':'user','content':[" + part + "]}]}", Endpoint.MESSAGES);
    }

    private static RequestScan gemini(String body) {
        return RequestScanner.scan(json(body), Endpoint.GENERATE_CONTENT, PATH, 64);
    }

    private static RequestScan scan(String body, Endpoint endpoint) {
        return RequestScanner.scan(json(body), endpoint, 64);
    }

    private static InvalidRequest refused(String body, Endpoint endpoint) {
        RequestHead head = body.contains("model") || endpoint == Endpoint.MESSAGES ? RequestHead.NONE : PATH;
        GatewayException e =
                catchThrowableOfType(GatewayException.class, () -> RequestScanner.scan(json(body), endpoint, head, 64));
        assertThat(e).isNotNull();
        return (InvalidRequest) e.failure();
    }

    private static byte[] json(String text) {
        return text.replace('\'', '"').getBytes(UTF_8);
    }
}
