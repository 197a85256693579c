package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.ParameterRules;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** The system prompt {@code A"B} in requests that pass as they came: every other byte is the client's. */
class SystemSpliceTest {
    private static final String USER = "{'role':'user','content':'x'}";

    private static String spliced(Endpoint endpoint, String body, ParameterRules rules) {
        RequestScan scan = RequestScanner.scan(json(body).getBytes(UTF_8), endpoint, 64);
        return new String(RequestSplice.apply(scan, "m", false, rules, "A\"B"), UTF_8);
    }

    private static String json(String text) {
        return text.replace("USER", USER).replace('\'', '"').replace("A~B", "A\\\"B");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "[USER]                                            | [{'role':'system','content':'A~B'},USER]",
                "[ USER ]                                          | [{'role':'system','content':'A~B'}, USER ]",
                "[ {'role' : 'system', 'content': 'C\\n' }, USER]  | [ {'role' : 'system', 'content': 'A~B\\n\\nC\\n' }, USER]",
                "[{'content':'C','role':'developer'}]              | [{'content':'A~B\\n\\nC','role':'developer'}]",
                "[{'role':'system','content':''},USER]             | [{'role':'system','content':'A~B'},USER]",
                "[{'role':'system','content':[ ]},USER]            | [{'role':'system','content':[{'type':'text','text':'A~B'} ]},USER]",
                "[{'role':'system','content':[{'type':'text','text':'C'}]}] | [{'role':'system','content':[{'type':'text','text':'A~B'},{'type':'text','text':'C'}]}]",
                "[USER,{'role':'system','content':'C'}]            | [{'role':'system','content':'A~B'},USER,{'role':'system','content':'C'}]"
            })
    void chat(String messages, String expected) {
        assertThat(spliced(
                        Endpoint.CHAT_COMPLETIONS,
                        "{'model':'m', 'messages': " + messages + " , 'x':1.0}",
                        ParameterRules.NONE))
                .isEqualTo(json("{'model':'m', 'messages': " + expected + " , 'x':1.0}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'input':'x'                          | 'input':'x','instructions':'A~B'",
                "'instructions' : 'C', 'input':'x'    | 'instructions' : 'A~B\\n\\nC', 'input':'x'",
                "'instructions':null,'input':'x'      | 'instructions':'A~B','input':'x'"
            })
    void responses(String body, String expected) {
        assertThat(spliced(Endpoint.RESPONSES, "{'model':'m'," + body + "}", ParameterRules.NONE))
                .isEqualTo(json("{'model':'m'," + expected + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'max_tokens':1                        | 'max_tokens':1,'system':'A~B'",
                "'max_tokens':1,'system': 'C'          | 'max_tokens':1,'system': 'A~B\\n\\nC'",
                "'max_tokens':1,'system':[]            | 'max_tokens':1,'system':[{'type':'text','text':'A~B'}]",
                "'system':[{'type':'text','text':'C'}],'max_tokens':1 | 'system':[{'type':'text','text':'A~B'},{'type':'text','text':'C'}],'max_tokens':1"
            })
    void messages(String body, String expected) {
        String before = "{'model':'m','messages':[USER],";

        assertThat(spliced(Endpoint.MESSAGES, before + body + "}", ParameterRules.NONE))
                .isEqualTo(json(before + expected + "}"));
        assertThat(spliced(Endpoint.COUNT_MESSAGE_TOKENS, before + body + "}", ParameterRules.NONE))
                .isEqualTo(json(before + expected + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "'x':1                                                | 'x':1,'systemInstruction':{'parts':[{'text':'A~B'}]}",
                "'systemInstruction':{'parts':[{'text':'C'}]}         | 'systemInstruction':{'parts':[{'text':'A~B'},{'text':'C'}]}",
                "'system_instruction':{'role':'user','parts':[ ]}     | 'system_instruction':{'role':'user','parts':[{'text':'A~B'} ]}",
                "'systemInstruction':{}                               | 'systemInstruction':{'parts':[{'text':'A~B'}]}",
                "'systemInstruction':null                             | 'systemInstruction':{'parts':[{'text':'A~B'}]}"
            })
    void gemini(String body, String expected) {
        String before = "{'contents':[{'parts':[{'text':'x'}]}],";
        RequestScan scan = RequestScanner.scan(
                json(before + body + "}").getBytes(UTF_8),
                Endpoint.GENERATE_CONTENT,
                RequestHead.ofPath("m", false, false),
                64);

        assertThat(new String(RequestSplice.apply(scan, "m", false, ParameterRules.NONE, "A\"B"), UTF_8))
                .isEqualTo(json(before + expected + "}"));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {"COMPLETIONS | {'model':'m','prompt':'x'}", "EMBEDDINGS  | {'model':'m','input':'x'}"})
    void whatIsNoChatIsLeft(Endpoint endpoint, String body) {
        assertThat(spliced(endpoint, body, ParameterRules.NONE)).isEqualTo(json(body));
    }

    @Test
    void goesTogetherWithRules() {
        ParameterRules rules = new ParameterRules(Map.of("a", "1"), List.of("system"));

        assertThat(spliced(Endpoint.CHAT_COMPLETIONS, "{'messages':[USER],'model':'m','system':2}", rules))
                .isEqualTo(json("{'messages':[{'role':'system','content':'A~B'},USER],'model':'m','a':1}"));
    }
}
