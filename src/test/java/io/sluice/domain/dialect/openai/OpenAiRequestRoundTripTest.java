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
import java.lang.reflect.RecordComponent;
import java.util.Collection;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import net.jqwik.api.ForAll;
import net.jqwik.api.Property;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Requests to the canonical model and back: nothing is lost. */
class OpenAiRequestRoundTripTest {
    /** Of a server that takes all that the generator writes. */
    private static final OpenAiCodec CODEC =
            new OpenAiCodec(new OpenAiVariant(MaxTokens.BY_MODEL, Set.of(Extension.THOUGHT_SIGNATURES)));

    private static ChatRequest read(JsonNode body) {
        return CODEC.decodeRequest(
                (ObjectNode) body,
                body.path("model").textValue(),
                body.path("stream").asBoolean());
    }

    private static JsonNode there(JsonNode body) {
        ChatRequest request = read(body);
        ObjectNode written = CODEC.encodeRequest(request, request.model(), new Losses(ChatDialect.OPENAI, false));
        return Json.read(Json.text(written));
    }

    @Property(tries = 500)
    void requestComesBackAsItWas(@ForAll long seed) {
        JsonNode body = Json.read(Json.text(new ChatRequests(seed).request()));

        assertThat(there(body)).isEqualTo(body);
    }

    /** The property above is about all that the canonical model carries: each part of it is there in some request. */
    @Test
    void everyPartOfTheModelIsTried() throws ReflectiveOperationException {
        Set<String> said = new TreeSet<>();
        Set<String> all = new TreeSet<>();
        for (int seed = 0; seed < 2_000; seed++) {
            gather(read(new ChatRequests(seed).request()), said, all);
        }

        all.removeAll(said);
        // For these chat completions have no words.
        assertThat(all)
                .containsExactlyInAnyOrder(
                        "Document.options",
                        "Text.citations",
                        "ToolCall.cacheControl",
                        "ToolResult.isError",
                        "Url.mediaType");
        assertThat(said)
                .contains("Data", "Url", "Stored", "Auto", "None", "Required", "Named", "Json", "Schema", "Refusal")
                .contains("Video", "Audio", "Image", "Thinking", "HiddenThinking", "Foreign", "Function", "Proof");
    }

    private static void gather(@Nullable Object value, Set<String> said, Set<String> all)
            throws ReflectiveOperationException {
        if (value instanceof Collection<?> items) {
            for (Object item : items) {
                gather(item, said, all);
            }
        } else if (value instanceof Record part) {
            String type = part.getClass().getSimpleName();
            said.add(type);
            all.add(type);
            for (RecordComponent component : part.getClass().getRecordComponents()) {
                Object member = component.getAccessor().invoke(part);
                String name = type + "." + component.getName();
                all.add(name);
                boolean silent = member == null
                        || Boolean.FALSE.equals(member) && component.getType() == boolean.class
                        || member instanceof Collection<?> items && items.isEmpty()
                        || member instanceof Map<?, ?> map && map.isEmpty();
                if (!silent) {
                    said.add(name);
                }
                gather(member, said, all);
            }
        }
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
