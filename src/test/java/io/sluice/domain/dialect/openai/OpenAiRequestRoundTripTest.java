package io.sluice.domain.dialect.openai;

import static org.assertj.core.api.Assertions.assertThat;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.ChatRequest;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.dialect.Json;
import io.sluice.domain.dialect.openai.OpenAiVariant.Extension;
import io.sluice.domain.dialect.openai.OpenAiVariant.MaxTokens;
import java.util.Set;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests to the canonical model and back: nothing is lost. */
class OpenAiRequestRoundTripTest {
    /** Of a server that takes all that the generator writes. */
    private static final OpenAiCodec CODEC =
            new OpenAiCodec(new OpenAiVariant(MaxTokens.BY_MODEL, Set.of(Extension.THOUGHT_SIGNATURES)));

    private static JsonNode there(JsonNode body) {
        ChatRequest request = CODEC.decodeRequest(
                (ObjectNode) body,
                body.path("model").textValue(),
                body.path("stream").asBoolean());
        ObjectNode written = CODEC.encodeRequest(request, request.model(), new Losses(ChatDialect.OPENAI, false));
        return Json.read(Json.text(written));
    }

    @Property(tries = 500)
    void requestComesBackAsItWas(@ForAll long seed) {
        JsonNode body = Json.read(Json.text(new ChatRequests(seed).request()));

        assertThat(there(body)).isEqualTo(body);
    }

    /** Forms of the same meaning become one of them. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'content':[{'type':'text','text':'a'}]} | {'content':'a'}",
                "{'content':['a','b']} | {'content':[{'type':'text','text':'a'},{'type':'text','text':'b'}]}",
                "{'content':null} | {'content':''}",
                "{'content':[]} | {'content':''}",
                "{'content':[{'type':'image_url','image_url':'https://e.com/a'}]}"
                        + " | {'content':[{'type':'image_url','image_url':{'url':'https://e.com/a'}}]}",
                "{'content':'a','refusal':null,'annotations':[],'tool_calls':[],'audio':null} | {'content':'a'}",
            })
    void formsOfOneMeaningBecomeOne(String message, String expected) {
        assertThat(there(inMessage(message))).isEqualTo(inMessage(expected));
    }

    private static JsonNode inMessage(String fields) {
        ObjectNode message = (ObjectNode) Json.read(fields.replace('\'', '"'));
        message.put("role", "user");
        ObjectNode body = Json.object().put("model", "m");
        body.putArray("messages").add(message);
        return Json.read(Json.text(body));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'stop':['a']} | {'stop':'a'}",
                "{'stop':[]} | {}",
                "{'temperature':null,'tools':null,'response_format':null} | {}",
                "{'response_format':{'type':'text'}} | {}",
                "{'max_tokens':5,'max_completion_tokens':7} | {'max_tokens':7}",
                "{'tool_choice':'any'} | {'tool_choice':'required'}",
                "{'reasoning':{'effort':'low'}} | {'reasoning_effort':'low'}",
                "{'reasoning':{'effort':'low'},'reasoning_effort':'high'}"
                        + " | {'reasoning':{'effort':'low'},'reasoning_effort':'high'}",
                "{'stream':false} | {}"
            })
    void fieldsOfOneMeaningBecomeOne(String fields, String expected) {
        assertThat(there(atTop(fields))).isEqualTo(atTop(expected));
    }

    private static JsonNode atTop(String fields) {
        ObjectNode body = (ObjectNode) Json.read(fields.replace('\'', '"'));
        body.put("model", "m").putArray("messages");
        return Json.read(Json.text(body));
    }
}
