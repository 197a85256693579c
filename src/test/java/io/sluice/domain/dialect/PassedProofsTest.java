package io.sluice.domain.dialect;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.Maker;
import io.sluice.domain.chat.Proof;
import io.sluice.domain.dialect.ProofLabel.Kind;
import java.util.Base64;
import java.util.Objects;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.ValueSource;

class PassedProofsTest {
    private static PassedProofs passed(Endpoint endpoint, String body) {
        return PassedProofs.of(endpoint, body.replace('\'', '"').getBytes(UTF_8), "gemini-3-pro", false);
    }

    private static String text(PassedProofs passed) {
        return new String(passed.body(), UTF_8).replace('"', '\'');
    }

    private static String wrapped(String label) {
        return Base64.getEncoder().encodeToString(label.getBytes(UTF_8));
    }

    @ParameterizedTest
    @EnumSource(Endpoint.class)
    void bodyWithoutLabelsIsTheSameArray(Endpoint endpoint) {
        byte[] body = "{\"a\":\"the mark is \\\"sluice.x\", \"b\":\"sluice\",\"c\":\"c2x1aWN\"}".getBytes(UTF_8);

        PassedProofs passed = PassedProofs.of(endpoint, body, "m", false);

        assertThat(passed.body()).isSameAs(body);
        assertThat(passed.lost()).isEmpty();
    }

    @ParameterizedTest
    @EnumSource(
            value = Endpoint.class,
            names = {"MESSAGES", "CHAT_COMPLETIONS", "RESPONSES", "GENERATE_CONTENT"})
    void labelIsFoundWhereverItStands(Endpoint endpoint) {
        String label = endpoint == Endpoint.GENERATE_CONTENT ? "'c2x1aWNl" : "'sluice.";
        for (int before = 0; before < 20; before++) {
            String body = " ".repeat(before) + "[" + label + "']";

            // What is found is read, and what is read and no request goes on as it is.
            assertThat(text(passed(endpoint, body))).isEqualTo(body);
        }
    }

    @Test
    void anthropicIsShownNoThinkingOfOthers() {
        PassedProofs passed = passed(Endpoint.MESSAGES, """
                {'model':'m','new':1.50,'thinking':{'type':'enabled','budget_tokens':1024},
                'context_management':{'edits':[{'type':'clear_thinking_20251015'},{'type':'clear_tool_uses_20250919'}]},
                'messages':[{'role':'user','content':'a'},
                {'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'EqQB'},
                {'type':'thinking','thinking':'u','signature':'sluice.anthropic.EqQC'},{'type':'text','text':'b'}]},
                {'role':'user','content':'c'},
                {'role':'assistant','content':[{'type':'redacted_thinking','data':'sluice.openai-hidden.rs_1.gA'}]},
                {'role':'user','content':'d'},
                {'role':'assistant','content':[{'type':'thinking','thinking':'v','signature':'sluice.gemini.U2ln'},
                {'type':'tool_use','id':'x','name':'f','input':{}}]},
                {'role':'user','content':[{'type':'tool_result','tool_use_id':'x','content':'e'}]}]}""");

        assertThat(text(passed)).isEqualTo("""
                {'model':'m','new':1.50,'context_management':{'edits':[{'type':'clear_tool_uses_20250919'}]},\
                'messages':[{'role':'user','content':'a'},\
                {'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'EqQB'},\
                {'type':'thinking','thinking':'u','signature':'EqQC'},{'type':'text','text':'b'}]},\
                {'role':'user','content':'c'},{'role':'user','content':'d'},\
                {'role':'assistant','content':[{'type':'tool_use','id':'x','name':'f','input':{}}]},\
                {'role':'user','content':[{'type':'tool_result','tool_use_id':'x','content':'e'}]}]}""");
        assertThat(passed.lost()).containsExactly("messages.content.thinking.signature", "thinking");
    }

    @Test
    void claudeGoesOnThinkingWhereItsOwnIsLeft() {
        PassedProofs passed = passed(Endpoint.MESSAGES, """
                {'thinking':{'type':'enabled','budget_tokens':1024},'messages':[
                {'role':'assistant','content':[{'type':'thinking','thinking':'t','signature':'sluice.anthropic.EqQB'},
                {'type':'tool_use','id':'x','name':'f','input':{}}]},
                {'role':'user','content':[{'type':'tool_result','tool_use_id':'x','content':'e'}]}]}""");

        assertThat(text(passed)).contains("'signature':'EqQB'", "'thinking':{'type':'enabled'");
        assertThat(passed.lost()).isEmpty();
    }

    @Test
    void geminiIsShownNoThinkingOfOthersAndAPlaceholderInstead() {
        String body = """
                {'contents':[{'role':'model','parts':[{'text':'t','thought':true,'thoughtSignature':'%s'},
                {'text':'said','thoughtSignature':'%s'},{'functionCall':{'name':'f','args':{}}},
                {'functionCall':{'name':'g','args':{}}}]},
                {'role':'model','parts':[{'text':'','thought_signature':'%s'}]},
                {'role':'model','parts':[{'functionCall':{'name':'f','args':{}},'thoughtSignature':'U2ln'}]}]}""".formatted(
                wrapped("sluice.anthropic.EqQB"), wrapped("sluice.anthropic.EqQB"), wrapped("sluice.openai-hidden.x"));

        PassedProofs passed = passed(Endpoint.GENERATE_CONTENT, body);

        assertThat(text(passed)).isEqualTo("""
                {'contents':[{'role':'model','parts':[{'text':'said'},\
                {'functionCall':{'name':'f','args':{}},'thoughtSignature':'skip_thought_signature_validator'},\
                {'functionCall':{'name':'g','args':{}}}]},\
                {'role':'model','parts':[{'functionCall':{'name':'f','args':{}},'thoughtSignature':'U2ln'}]}]}""");
        assertThat(passed.lost()).containsExactly("contents.parts.thoughtSignature");
        PassedProofs counted =
                passed(Endpoint.COUNT_CONTENT_TOKENS, "{'generateContentRequest':" + body.replace("\n", "") + "}");
        assertThat(text(counted)).doesNotContain("c2x1aWNl").contains("U2ln");
    }

    /** As Gemini's clients are given the calls of a model that signs nothing. */
    @Test
    void unsignedCallGetsThePlaceholderAndIsNoLoss() {
        PassedProofs passed = passed(Endpoint.GENERATE_CONTENT, """
                {'contents':[{'role':'model','parts':[
                {'functionCall':{'name':'f','args':{}},'thoughtSignature':'c2x1aWNlLm90aGVyLWNhbGwu'},
                {'functionCall':{'name':'g','args':{}}}]}]}""");

        assertThat(text(passed)).isEqualTo("""
                {'contents':[{'role':'model','parts':[\
                {'functionCall':{'name':'f','args':{}},'thoughtSignature':'skip_thought_signature_validator'},\
                {'functionCall':{'name':'g','args':{}}}]}]}""");
        assertThat(passed.lost()).isEmpty();
    }

    @ParameterizedTest
    @ValueSource(strings = {"c2x1aWNl", "c2x1aWNl!", "c2x1aWNlLg==", "c2x1aWNlLmFjbWUueA=="})
    void brokenWrappingIsNobodys(String signature) {
        PassedProofs passed = passed(
                Endpoint.GENERATE_CONTENT,
                "{'contents':[{'parts':[{'text':'a','thought':true,'thoughtSignature':'" + signature
                        + "'},{'text':'b'}]}]}");

        // Base64 of the word alone is no label: it may be anything that Gemini made.
        boolean isGeminis = signature.equals("c2x1aWNl");
        assertThat(text(passed).contains(signature)).isEqualTo(isGeminis);
        assertThat(passed.lost().isEmpty()).isEqualTo(isGeminis);
    }

    @Test
    void openAiIsShownNoThinkingOfOthers() {
        String body = """
                {'messages':[{'role':'assistant','content':null,'reasoning_content':'t','reasoning_details':[
                {'type':'reasoning.text','text':'t','signature':'sluice.anthropic.EqQB','index':0}],
                'tool_calls':[{'id':'y','type':'function','function':{'name':'f','arguments':'{}',
                'extra_content':{'google':{'thought_signature':'sluice.gemini-call.U2ln'}}}},
                {'id':'x','type':'function','function':{'name':'f','arguments':'{}'},
                'extra_content':{'google':{'thought_signature':'sluice.gemini-call.U2ln'}}}]},
                {'role':'assistant','content':'b','reasoning_details':[
                {'type':'reasoning.encrypted','data':'sluice.openrouter-hidden.abc'}]},
                {'role':'assistant','content':'b','reasoning_content':'kept'}]}""";

        PassedProofs passed = passed(Endpoint.CHAT_COMPLETIONS, body);

        assertThat(text(passed)).isEqualTo("""
                {'messages':[{'role':'assistant','content':null,\
                'tool_calls':[{'id':'y','type':'function','function':{'name':'f','arguments':'{}'}},\
                {'id':'x','type':'function','function':{'name':'f','arguments':'{}'}}]},\
                {'role':'assistant','content':'b','reasoning_details':[{'type':'reasoning.encrypted','data':'abc'}]},\
                {'role':'assistant','content':'b','reasoning_content':'kept'}]}""");
        assertThat(passed.lost()).containsExactly("messages.reasoning_details");
        PassedProofs google = PassedProofs.of(
                Endpoint.CHAT_COMPLETIONS, body.replace('\'', '"').getBytes(UTF_8), "gemini-3-pro", true);
        assertThat(text(google)).contains("'extra_content':{'google':{'thought_signature':'U2ln'}}");
    }

    @Test
    void openAiGetsItsOwnReasoningBack() {
        PassedProofs passed = passed(Endpoint.RESPONSES, """
                {'model':'m','input':[{'type':'reasoning','id':'rs_9','summary':[],'encrypted_content':'sluice.gemini.X'},
                {'role':'user','content':'hi'},{'type':'reasoning','summary':[],'encrypted_content':'gAAA'},
                {'type':'reasoning','id':'rs_8','summary':[],'encrypted_content':'sluice.openai-hidden.rs_1.gB.C'}]}""");

        JsonNode input = Objects.requireNonNull(Json.read(passed.body(), 0, passed.body().length))
                .path("input");
        assertThat(input).hasSize(3);
        assertThat(Json.text(input.path(1))).contains("\"gAAA\"");
        assertThat(input.path(2).path("id").asText()).isEqualTo("rs_1");
        assertThat(input.path(2).path("encrypted_content").asText()).isEqualTo("gB.C");
        assertThat(passed.lost()).containsExactly("input.encrypted_content");
    }

    @Test
    void formsThatAreNoneChangeNothing() {
        String label = "'" + ProofLabel.of(Kind.THINKING, new Proof(Maker.GEMINI, "x")) + "'";
        for (String body : new String[] {
            "{'messages':" + label + "}",
            "{'messages':[" + label + "]}",
            "{'messages':[{'content':[" + label + ",{'type':'thinking','signature':{'a':" + label + "}}]}]}",
            "{'messages':[{'reasoning_details':" + label + ",'tool_calls':{'extra_content':" + label + "}}]}",
            "{'messages':[{'reasoning_details':[" + label + "],'tool_calls':[{'extra_content':{'google':" + label
                    + "}}]}]}",
            "{'input':{'encrypted_content':" + label + "}}",
            "{'input':[" + label + ",{'encrypted_content':[" + label + "]}]}"
        }) {
            for (Endpoint endpoint : Endpoint.values()) {
                assertThat(text(passed(endpoint, body))).isEqualTo(body);
            }
        }
    }
}
