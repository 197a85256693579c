package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import java.lang.management.ManagementFactory;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class RequestScannerTest {
    private static final String MESSAGES = "'messages':[{'role':'user','content':'hi'}]";

    @Test
    void readsWhatSluiceDecidesOn() {
        RequestScan scan = chat("""
                {"model":"gpt-4o","stream":true,"stream_options":{"x":1,"include_usage":true},
                 "max_tokens":5,"max_completion_tokens":7,"n":3,"temperature":1.0,"logit_bias":{"50256":-100},
                 "messages":[{"role":"system","content":"s"},{"role":"user","content":"hi"}]}""");

        assertThat(scan.model()).isEqualTo("gpt-4o");
        assertThat(scan.stream()).isTrue();
        assertThat(scan.includeUsage()).isTrue();
        assertThat(scan.maxOutputTokens()).isEqualTo(7);
        assertThat(scan.choices()).isEqualTo(3);
        assertThat(scan.members().count()).isEqualTo(9);
        assertThat(scan.indexOf("temperature")).isEqualTo(6);
        assertThat(scan.indexOf("absent")).isEqualTo(-1);
        assertThat(scan.stickyHash()).isNotZero();
    }

    @Test
    void knowsDefaultsAndNulls() {
        RequestScan scan = chat(json("{'model':'m','stream':null,'stream_options':null,'n':null,'max_tokens':null,"
                + "'user':null,'prompt_cache_key':null," + MESSAGES + "}"));

        assertThat(scan.stream()).isFalse();
        assertThat(scan.includeUsage()).isFalse();
        assertThat(scan.maxOutputTokens()).isEqualTo(-1);
        assertThat(scan.choices()).isEqualTo(1);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "MODERATIONS|{'model':'m','input':['one','two']}|false|2",
                "MODERATIONS|{'model':'m','input':[{'type':'image_url','image_url':{'url':'https://x/y.png'}}]}|false|1",
                "RERANK|{'model':'m','query':'q','documents':['one two',{'text':'three'}]}|false|1",
                "IMAGE_GENERATIONS|{'model':'m','prompt':'a cat','n':3,'stream':true}|true|3",
                "IMAGE_GENERATIONS|{'model':'m','prompt':'a cat','batch_size':4}|false|4",
                "SPEECH|{'model':'m','input':'Hello','stream_format':'sse'}|true|1",
                "SPEECH|{'model':'m','input':'Hello','stream_format':'audio','stream':true}|false|1",
            })
    void readsRequestsForMedia(Endpoint endpoint, String body, boolean stream, int choices) {
        RequestScan scan = RequestScanner.scan(json(body).getBytes(UTF_8), endpoint, 64);

        assertThat(scan.stream()).isEqualTo(stream);
        assertThat(scan.choices()).isEqualTo(choices);
        assertThat(scan.inputTokens()).isPositive();
        assertThat(scan.stickyHash()).isZero();
    }

    @Test
    void readsNamesAndValuesWrittenWithEscapes() {
        RequestScan scan = chat(json("{'mod\\u0065l':'gpt\\u002d4o','str\\u0065am':true," + MESSAGES + "}"));

        assertThat(scan.model()).isEqualTo("gpt-4o");
        assertThat(scan.stream()).isTrue();
        assertThat(scan.indexOf("model")).isZero();
    }

    @Test
    void keepsTemplatesAsPlainText() {
        for (String text :
                new String[] {"{{7*7}}", "${env:PATH}", "${jndi:ldap://127.0.0.1:1389/x}", "%s%n", "' OR 1=1--"}) {
            assertThat(chat("{\"model\":\"" + text + "\"," + json(MESSAGES) + "}")
                            .model())
                    .isEqualTo(text);
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{M} | model | missing_required_parameter",
                "{'model':5,M} | model | invalid_type",
                "{'model':null,M} | model | invalid_type",
                "{'model':'',M} | model | invalid_value",
                "{'model':'a\\u000db',M} | model | invalid_value",
                "{'model':'a\\u0085b',M} | model | invalid_value",
                "{'model':'a\\ud800b',M} | model | invalid_value",
                "{'model':'m'} | messages | missing_required_parameter",
                "{'model':'m','messages':null} | messages | invalid_type",
                "{'model':'m','messages':{}} | messages | invalid_type",
                "{'model':'m','messages':'hi'} | messages | invalid_type",
                "{'model':'m','messages':[]} | messages | empty_array",
                "{'model':'m','messages':['hi']} | messages[0] | invalid_type",
                "{'model':'m','messages':[{'role':'user'},{'content':'x'}]} | messages[1].role | missing_required_parameter",
                "{'model':'m','messages':[{'role':1}]} | messages[0].role | invalid_type",
                "{'model':'m','stream':'true',M} | stream | invalid_type",
                "{'model':'m','stream':1,M} | stream | invalid_type",
                "{'model':'m','stream_options':true,M} | stream_options | invalid_type",
                "{'model':'m','stream_options':{'include_usage':1},M} | stream_options.include_usage | invalid_type",
                "{'model':'m','max_tokens':'5',M} | max_tokens | invalid_type",
                "{'model':'m','max_tokens':1.0,M} | max_tokens | invalid_type",
                "{'model':'m','max_tokens':1e3,M} | max_tokens | invalid_type",
                "{'model':'m','max_tokens':-1,M} | max_tokens | integer_below_min_value",
                "{'model':'m','max_tokens':9007199254740993,M} | max_tokens | integer_above_max_value",
                "{'model':'m','max_completion_tokens':-99999999999999999999,M} | max_completion_tokens | integer_below_min_value",
                "{'model':'m','n':0,M} | n | integer_below_min_value",
                "{'model':'m','n':129,M} | n | integer_above_max_value",
                "{'model':'m','n':true,M} | n | invalid_type",
                "{'model':'m','model':'x',M} | model | duplicate_parameter",
                "{'model':'m','mod\\u0065l':'m',M} | model | duplicate_parameter",
                "{'model':'m','stream':true,'stream':true,M} | stream | duplicate_parameter",
                "{'model':'m','stream_options':{},'stream_options':{},M} | stream_options | duplicate_parameter",
                "{'model':'m','stream_options':{'include_usage':true,'include_usage':false},M} | stream_options.include_usage | duplicate_parameter",
                "{'model':'m','max_tokens':1,'max_tokens':2,M} | max_tokens | duplicate_parameter",
                "{'model':'m','max_completion_tokens':1,'max_completion_tokens':2,M} | max_completion_tokens | duplicate_parameter",
                "{'model':'m','n':1,'\\u006e':2,M} | n | duplicate_parameter",
                "{'model':'m','best_of':1,'best_of':2,M} | best_of | duplicate_parameter",
                "{'model':'m','user':'a','user':'b',M} | user | duplicate_parameter",
                "{'model':'m','prompt_cache_key':'a','prompt_cache_key':'b',M} | prompt_cache_key | duplicate_parameter",
                "{'model':'m',M,M} | messages | duplicate_parameter",
            })
    void namesTheFieldThatIsWrong(String body, String param, String code) {
        InvalidRequest failure = refused(body.replace("M}", MESSAGES + "}").replace("M,", MESSAGES + ","));

        assertThat(failure.kind()).isEqualTo(InvalidRequest.Kind.MALFORMED);
        assertThat(failure.param()).isEqualTo(param);
        assertThat(failure.code()).isEqualTo(code);
        assertThat(failure.message()).contains(param);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                " ",
                "[]",
                "'x'",
                "1",
                "null",
                "{",
                "{'model':'m',M",
                "{'model':'m',M}}",
                "{'model':'m',M} x",
                "{'model':nope}",
                "{'model':'m','max_tokens':NaN,M}",
                "\ufeff{'model':'m',M}",
                "<html>"
            })
    void refusesWhatIsNoJsonObject(String body) {
        InvalidRequest failure = refused(body.replace("M", MESSAGES));

        assertThat(failure.param()).isNull();
        assertThat(failure.message()).contains("body of your request");
    }

    @Test
    void boundsTheModelName() {
        assertThat(chat(json("{'model':'" + "m".repeat(256) + "'," + MESSAGES + "}"))
                        .model())
                .hasSize(256);
        assertThat(refused("{'model':'" + "m".repeat(257) + "'," + MESSAGES + "}")
                        .code())
                .isEqualTo("string_above_max_length");
    }

    @Test
    void ignoresInputFieldsOfOtherEndpoints() {
        assertThat(chat(json("{'model':'m','prompt':1,'prompt':2,'input':{}," + MESSAGES + "}"))
                        .inputTokens())
                .isLessThan(20);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"'a' | 1", "['a','b'] | 2", "[1,2,3] | 1", "[[1,2],[3]] | 2", "[] | 1"})
    void countsOneAnswerForEachPrompt(String prompt, int prompts) {
        RequestScan scan = scan("{'model':'m','n':2,'best_of':3,'prompt':" + prompt + "}", Endpoint.COMPLETIONS);

        assertThat(scan.choices()).isEqualTo(3 * prompts);
    }

    @Test
    void neverStreamsEmbeddings() {
        RequestScan scan =
                scan("{'model':'m','stream':true,'user':'u','input':[1,2,3,4,5,6,7,8,9,10]}", Endpoint.EMBEDDINGS);

        assertThat(scan.stream()).isFalse();
        assertThat(scan.stickyHash()).isZero();
        assertThat(scan.inputTokens()).isEqualTo(11);
    }

    @Test
    void guessesTokensSlightlyHigh() {
        String english = "The quick brown fox jumps over the lazy dog and runs away from the hunters. ".repeat(100);
        String chinese = "今天天气很好我们去公园散步吧".repeat(100);

        // 17 tokens a sentence, and 10 for 14 characters, in o200k.
        assertThat(promptTokens(english)).isBetween(1_700L, 2_300L);
        assertThat(promptTokens(chinese)).isBetween(1_000L, 1_700L);
        assertThat(promptTokens("\\u4eca\\u5929")).isEqualTo(promptTokens("今天"));
        assertThat(promptTokens("\\ud83d\\ude00")).isEqualTo(promptTokens("😀"));
    }

    @Test
    void countsImagesAndSoundFlat() {
        String base64 = "iVBORw0K".repeat(40_000);
        String image = "{'type':'image_url','image_url':{'url':'data:image/png;base64," + base64 + "'}}";
        String sound = "{'type':'input_audio','input_audio':{'format':'wav','data':'" + base64 + "'}}";
        String file = "{'type':'file','file':{'file_data':'data:application/pdf;base64," + base64 + "'}}";
        for (String part : new String[] {image, sound, file}) {
            RequestScan scan = chat(json("{'model':'m','messages':[{'role':'user','content':[" + part + "]}]}"));

            assertThat(scan.inputTokens()).isBetween(1_000L, 1_500L);
        }
    }

    @Test
    void countsToolsAndSchemas() {
        String tool = "{'type':'function','function':{'name':'get_weather','description':'Current weather of a city',"
                + "'parameters':{'type':'object','properties':{'city':{'type':'string'}},'required':['city']}}}";
        long without = chat(json("{'model':'m'," + MESSAGES + "}")).inputTokens();
        long with = chat(json("{'model':'m','tools':[" + tool + "]," + MESSAGES + "}"))
                .inputTokens();

        assertThat(with - without).isBetween(35L, 80L);
    }

    @Test
    void sticksToTheCacheKeyThenTheUserThenTheBeginning() {
        String key = "'prompt_cache_key':'k',";
        String user = "'user':'u',";
        String first = "{'role':'system','content':'s'},{'role':'user','content':'one'}";
        String more = first + ",{'role':'assistant','content':'x'},{'role':'user','content':'two'}";

        assertThat(sticky(key + user, first)).isEqualTo(sticky(key, more)).isNotEqualTo(sticky(user, first));
        assertThat(sticky(user, first)).isEqualTo(sticky(user, more)).isNotEqualTo(sticky("", first));
        assertThat(sticky("", first)).isEqualTo(sticky("", more)).isNotEqualTo(sticky("", more.replace("one", "eno")));
        assertThat(sticky("'user':'',", first)).isEqualTo(sticky("", first));
    }

    @Test
    void hostileBodiesCostLittle() {
        String names = "\"AaAaAa\":1,\"BBBBBB\":1,".repeat(50_000);
        String tail = json("'model':'m'," + MESSAGES + "}");
        String[] hostile = {
            "[".repeat(100_000),
            "{\"a\":".repeat(100_000),
            "{\"x\":" + "[".repeat(1_001) + "]".repeat(1_001) + "," + tail,
            "{\"max_tokens\":" + "9".repeat(1 << 20) + "," + tail,
            "{" + names + tail,
            "{\"x\":\"" + "\\u0041".repeat(150_000) + "\"",
            "{\"model\":\"" + "m".repeat(1 << 20) + "\"," + json(MESSAGES) + "}"
        };
        for (String body : hostile) {
            refused(body);
            long start = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime();
            refused(body);
            long spent = ManagementFactory.getThreadMXBean().getCurrentThreadCpuTime() - start;
            assertThat(spent / 1_000_000).isLessThan(50);
        }
    }

    private static long sticky(String fields, String messages) {
        return chat(json("{'model':'m'," + fields + "'messages':[" + messages + "]}"))
                .stickyHash();
    }

    private static long promptTokens(String text) {
        return scan("{'model':'m','prompt':'" + text + "'}", Endpoint.COMPLETIONS)
                .inputTokens();
    }

    private static InvalidRequest refused(String body) {
        GatewayException e = catchThrowableOfType(GatewayException.class, () -> chat(json(body)));
        assertThat(e).isNotNull();
        return (InvalidRequest) e.failure();
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static RequestScan chat(String body) {
        return RequestScanner.scan(body.getBytes(UTF_8), Endpoint.CHAT_COMPLETIONS, 64);
    }

    private static RequestScan scan(String body, Endpoint endpoint) {
        return RequestScanner.scan(json(body).getBytes(UTF_8), endpoint, 64);
    }
}
