package io.sluice.simulator;

import static io.sluice.simulator.SimulatorClient.await;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.simulator.SimulatorClient.Reply;
import io.vertx.core.MultiMap;
import io.vertx.core.Vertx;
import io.vertx.core.http.HttpMethod;
import io.vertx.junit5.VertxExtension;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.extension.ExtendWith;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** Every rule of every dialect refuses. Bodies are written with single quotes, and with names for what they share. */
@ExtendWith(VertxExtension.class)
class StrictRulesTest {
    private static SimulatorClient client;

    @BeforeAll
    static void start(Vertx vertx) throws Exception {
        client = new SimulatorClient(
                vertx, await(Simulator.start(vertx, SimulatorOptions.onPort(0))).port());
        client.script("k", "{\"first-token\":\"0\",\"tokens-per-second\":0,\"answer-tokens\":2}");
    }

    private void refuses(String uri, MultiMap headers, String body, String fragment) throws Exception {
        Reply reply = await(client.send(HttpMethod.POST, uri, headers, body.replace('\'', '"')));

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.json().toString().replace("\\\"", "'")).contains(fragment);
    }

    private static MultiMap bearer() {
        return DialectSample.head("authorization", "Bearer k");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'messages':[U],'max_tokens':9} | model: Field required",
                "{H,'messages':[U]} | max_tokens: Field required",
                "{H,'max_tokens':0,'messages':[U]} | greater than or equal to 1",
                "{H,'max_tokens':'9','messages':[U]} | max_tokens: Input should be a valid integer",
                "{M} | messages: Field required",
                "{M,'messages':[]} | at least one message",
                "{M,'messages':[A]} | first message must use the 'user' role",
                "{M,'messages':[{'role':'system','content':'x'}]} | Unexpected role",
                "{M,'messages':[{'role':'user','content':''}]} | must have non-empty content",
                "{M,'messages':[{'role':'user','content':[]}]} | must have non-empty content",
                "{M,'messages':[{'role':'user','content':[{'type':'text','text':''}]}]} | text content blocks must be non-empty",
                "{M,'messages':[{'role':'user','content':[{'type':'poem'}]}]} | Input tag 'poem' found",
                "{M,'messages':[{'role':'user','content':'x','name':'n'}]} | messages.0.name: Extra inputs are not permitted",
                "{M,'messages':[U,{'role':'assistant','content':'so '}]} | trailing whitespace",
                "{M,'messages':[U],'top_logprobs':1} | top_logprobs: Extra inputs are not permitted",
                "{M,'messages':[U],'temperature':1.5} | temperature: Input should be less than or equal to 1",
                "{M,'messages':[U],'stop_sequences':[' ']} | must contain non-whitespace",
                "{M,'messages':[U],'metadata':{'user':'x'}} | metadata.user: Extra inputs",
                "{'model':'claude-sonnet-4-5','max_tokens':9,'messages':[U],'temperature':1,'top_p':1} | cannot both be specified",
                "{M,'messages':[U],'tools':[{'name':'a b','input_schema':{'type':'object'}}]} | should match pattern",
                "{M,'messages':[U],'tools':[{'name':'f','input_schema':{}}]} | tools.0.input_schema.type: Field required",
                "{M,'messages':[U],'tools':[{'name':'f','parameters':{}}]} | tools.0.parameters: Extra inputs",
                "{M,'messages':[U],'tools':[T,T]} | Tool names must be unique",
                "{M,'messages':[U],'tool_choice':{'type':'auto'}} | only be specified while providing tools",
                "{M,'messages':[U],'tools':[T],'tool_choice':{'type':'tool','name':'g'}} | not found in provided tools",
                "{M,'messages':[U],'tools':[T],'tool_choice':'auto'} | tool_choice: Input should be a valid dictionary",
                "{M,'messages':[U,C,R]} | must define tools",
                "{M,'messages':[U,C,U],'tools':[T]} | were found without `tool_result` blocks immediately after: c1",
                "{M,'messages':[U,C],'tools':[T]} | were found without `tool_result`",
                "{M,'messages':[U,R],'tools':[T]} | unexpected `tool_use_id` found in `tool_result` blocks: c1",
                "{M,'messages':[U,C,{'role':'user','content':[{'type':'text','text':'x'},{'type':'tool_result','tool_use_id':'c1'}]}],'tools':[T]} | must come first",
                "{M,'messages':[U,C,R,C,R],'tools':[T]} | ids must be unique",
                "{M,'messages':[U,{'role':'assistant','content':[{'type':'tool_use','id':'c 1','name':'f','input':{}}]}],'tools':[T]} | should match pattern",
                "{M,'messages':[U,{'role':'assistant','content':[{'type':'tool_use','id':'c1','name':'f','input':'{}'}]}],'tools':[T]} | input: Input should be a valid dictionary",
                "{M,'messages':[U,{'role':'assistant','content':[{'type':'thinking','thinking':'x','signature':'forged'}]}]} | Invalid `signature` in `thinking` block",
                "{M,'messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/bmp','data':'AAAA'}}]}]} | image/bmp",
                "{M,'messages':[{'role':'user','content':[{'type':'image','source':{'type':'base64','media_type':'image/png','data':'!'}}]}]} | valid base64",
                "{M,'messages':[{'role':'user','content':[{'type':'image','source':{'type':'url','url':'http://x'}}]}]} | Only HTTPS",
                "{M,'messages':[{'role':'assistant','content':'x'}]} | first message",
                "{H,'max_tokens':2000,'messages':[U],'thinking':{'type':'enabled','budget_tokens':100}} | greater than or equal to 1024",
                "{H,'max_tokens':1024,'messages':[U],'thinking':{'type':'enabled','budget_tokens':1024}} | must be greater than `thinking.budget_tokens`",
                "{K,'messages':[U],'temperature':0} | may only be set to 1 when thinking",
                "{K,'messages':[U],'top_k':1} | `top_k` must be unset",
                "{K,'messages':[U,A]} | prefill",
                "{K,'messages':[U],'tools':[T],'tool_choice':{'type':'any'}} | forces tool use",
                "{K,'messages':[U,C,R],'tools':[T]} | Expected `thinking` or `redacted_thinking`",
                "{M,'messages':[U],'system':[S,S,S,S,S]} | A maximum of 4 blocks with cache_control",
                "{M,'messages':[U],'output_config':{'format':{'type':'json_object'}}} | json_schema",
                "[] | not valid JSON"
            })
    void anthropic(String body, String fragment) throws Exception {
        String whole = body.replace("{M", "{H,'max_tokens':9")
                .replace("{K", "{H,'max_tokens':2000,'thinking':{'type':'enabled','budget_tokens':1024}")
                .replace("{H", "{'model':'claude-x'")
                .replaceAll("\\bU\\b", "{'role':'user','content':'hi'}")
                .replaceAll("\\bA\\b", "{'role':'assistant','content':'so'}")
                .replaceAll("\\bT\\b", "{'name':'f','input_schema':{'type':'object'}}")
                .replaceAll("\\bS\\b", "{'type':'text','text':'x','cache_control':{'type':'ephemeral'}}")
                .replaceAll(
                        "\\bC\\b",
                        "{'role':'assistant','content':[{'type':'tool_use','id':'c1','name':'f','input':{}}]}")
                .replaceAll(
                        "\\bR\\b",
                        "{'role':'user','content':[{'type':'tool_result','tool_use_id':'c1','content':'4'}]}");
        refuses("/anthropic/v1/messages", DialectSample.anthropic(), whole, fragment);
    }

    @Test
    void anthropicWantsAVersionThatItKnows() throws Exception {
        String body = "{'model':'m','max_tokens':9,'messages':[{'role':'user','content':'hi'}]}";

        refuses(
                "/anthropic/v1/messages",
                DialectSample.head("x-api-key", "k"),
                body,
                "anthropic-version: header is required");
        refuses(
                "/anthropic/v1/messages",
                DialectSample.head("x-api-key", "k", "anthropic-version", "1999-01-01"),
                body,
                "is not a valid version");
        refuses("/anthropic/v1/messages/count_tokens", DialectSample.anthropic(), body, "max_tokens: Extra inputs");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | contents is not specified",
                "{'contents':[U],'model_':1} | Unknown name 'model_': Cannot find field.",
                "{'contents':[U],'generationConfig':{'max_tokens':1}} | Unknown name 'max_tokens' at 'generationConfig'",
                "{'contents':[{'role':'assistant','parts':[{'text':'x'}]}]} | Please use a valid role: user, model.",
                "{'contents':[V]} | starts with a user turn",
                "{'contents':[U,U]} | alternate",
                "{'contents':[{'role':'user','parts':[]}]} | parts must not be empty",
                "{'contents':[{'role':'user','parts':[{'text':''}]}]} | must have one initialized field",
                "{'contents':[{'role':'user','parts':[{'text':'x','inlineData':{}}]}]} | oneof field 'data' is already set",
                "{'contents':[{'role':'user','parts':[{'inlineData':{'mimeType':'image/png','data':'!'}}]}]} | Base64 decoding failed",
                "{'contents':[U,C]} | followed by a function response turn",
                "{'contents':[U,C,U]} | number of function response parts",
                "{'contents':[U,V,R]} | immediately after a function call turn",
                "{'contents':[U,C,{'role':'user','parts':[{'functionResponse':{'name':'g','response':{}}}]}]} | answers no function call",
                "{'contents':[U,C,{'role':'user','parts':[{'functionResponse':{'name':'f','response':'4'}}]}]} | expected a valid dictionary",
                "{'contents':[U,{'role':'model','parts':[{'functionCall':{'name':'f'},'thoughtSignature':'x'}]},R]} | Thought signature is not valid",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'1f'}]}]} | Invalid function name",
                "{'contents':[U],'tools':[{'function':{}}]} | Unknown name 'function'",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'f','parameters':P}]}]} | Unknown name 'additionalProperties' at",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'f','parameters':{'type':'object','properties':{}}}]}]} | should be non-empty for OBJECT type",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'f','parameters':{'type':['string','null']}}]}]} | Invalid value at",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'f','parameters':{'type':'string','format':'email'}}]}]} | only 'enum' and 'date-time'",
                "{'contents':[U],'tools':[{'functionDeclarations':[{'name':'f','parameters':{'$ref':'#/x'}}]}]} | Unknown name '$ref'",
                "{'contents':[U],'toolConfig':{'functionCallingConfig':{'mode':'MUST'}}} | TYPE_ENUM",
                "{'contents':[U],'toolConfig':{'functionCallingConfig':{'mode':'AUTO','allowedFunctionNames':['f']}}} | only when function calling mode is ANY",
                "{'contents':[U],'generationConfig':{'temperature':2.5}} | supported range is from 0.0",
                "{'contents':[U],'generationConfig':{'topK':1.5}} | Invalid value at 'generationConfig.topK'",
                "{'contents':[U],'generationConfig':{'candidateCount':9}} | supported range",
                "{'contents':[U],'generationConfig':{'stopSequences':['a','b','c','d','e','f']}} | at most 5",
                "{'contents':[U],'generationConfig':{'responseSchema':{'type':'STRING'}}} | only allowed mime types",
                "{'contents':[U],'generationConfig':{'thinkingConfig':{'thinkingBudget':0,'thinkingLevel':'LOW'}}} | only one of thinking budget",
                "{'contents':[U],'safetySettings':[{'category':'HARM','threshold':'OFF'}]} | TYPE_ENUM",
                "nothing | Invalid JSON payload"
            })
    void gemini(String body, String fragment) throws Exception {
        String whole = body.replaceAll("\\bU\\b", "{'role':'user','parts':[{'text':'hi'}]}")
                .replaceAll("\\bV\\b", "{'role':'model','parts':[{'text':'so'}]}")
                .replaceAll("\\bC\\b", "{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]}")
                .replaceAll("\\bR\\b", "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{}}}]}")
                .replaceAll(
                        "\\bP\\b",
                        "{'type':'object','properties':{'x':{'type':'string'}},'additionalProperties':false}");
        String uri = "/v1beta/models/gemini-2.5-flash:generateContent";
        refuses(uri, DialectSample.gemini(), whole, fragment);
        if (body.contains("V,R") || body.contains("U,U")) {
            refuses(uri.replace("generate", "streamGenerate"), DialectSample.gemini(), whole, fragment);
        }
    }

    @Test
    void geminiThreeWantsItsSignaturesBack() throws Exception {
        String body = "{'contents':[{'role':'user','parts':[{'text':'hi'}]},"
                + "{'role':'model','parts':[{'functionCall':{'name':'f','args':{}}}]},"
                + "{'role':'user','parts':[{'functionResponse':{'name':'f','response':{}}}]}]}";

        refuses(
                "/v1beta/models/gemini-3-pro-preview:generateContent",
                DialectSample.gemini(),
                body,
                "missing a thought_signature");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{} | messages field is empty",
                "{'messages':[U],'model':'x'} | extraneous key [model]",
                "{'messages':[A]} | must start with a user message",
                "{'messages':[U,U]} | must alternate",
                "{'messages':[{'role':'system','content':[{'text':'x'}]}]} | enum value set: [assistant, user]",
                "{'messages':[{'role':'user','content':[]}]} | content field in the Message object at messages.0 is empty",
                "{'messages':[{'role':'user','content':'x'}]} | expected a valid list",
                "{'messages':[{'role':'user','content':[{'text':' '}]}]} | is blank",
                "{'messages':[{'role':'user','content':[{'type':'text','text':'x'}]}]} | extraneous key [messages.0.content.0.type]",
                "{'messages':[U],'inferenceConfig':{'temperature':1.5}} | less than or equal to 1",
                "{'messages':[U],'outputConfig':{'textFormat':{'type':'json_object'}}} | enum value set: [json_schema]",
                "{'messages':[U],'outputConfig':{'textFormat':{'type':'json_schema','structure':{'jsonSchema':{'schema':{}}}}}} | expected a valid string",
                "{'messages':[U],'outputConfig':{'textFormat':{'type':'json_schema','structure':{'jsonSchema':{'schema':'none'}}}}} | must be a JSON schema",
                "{'messages':[U],'inferenceConfig':{'maxTokens':0}} | greater than or equal to 1",
                "{'messages':[U],'inferenceConfig':{'topK':1}} | extraneous key [inferenceConfig.topK]",
                "{'messages':[U],'toolConfig':{'tools':[]}} | length greater than or equal to 1",
                "{'messages':[U],'toolConfig':{'tools':[{'toolSpec':{'name':'f','description':'','inputSchema':{'json':{'type':'object'}}}}]}} | length greater than or equal to 1",
                "{'messages':[U],'toolConfig':{'tools':[{'toolSpec':{'name':'f.g','inputSchema':{'json':{'type':'object'}}}}]}} | regular expression",
                "{'messages':[U],'toolConfig':{'tools':[{'toolSpec':{'name':'f','inputSchema':{'json':{}}}}]}} | must be one of the following: object",
                "{'messages':[U],'toolConfig':{'tools':[T],'toolChoice':{'none':{}}}} | extraneous key",
                "{'messages':[U],'toolConfig':{'tools':[T],'toolChoice':{'tool':{'name':'g'}}}} | not one of toolConfig.tools",
                "{'messages':[U,C,R]} | toolConfig field must be defined",
                "{'messages':[U,C,U],'toolConfig':{'tools':[T]}} | Expected toolResult blocks at messages.2.content for the following Ids: c1",
                "{'messages':[R],'toolConfig':{'tools':[T]}} | exceeds the number of toolUse blocks",
                "{'messages':[U,{'role':'assistant','content':[{'reasoningContent':{'reasoningText':{'text':'x','signature':'y'}}}]}]} | Invalid `signature`",
                "{'messages':[{'role':'user','content':[{'image':{'format':'bmp','source':{'bytes':'AAAA'}}}]}]} | enum value set",
                "{'messages':[{'role':'user','content':[{'document':{'format':'pdf','name':'a.pdf','source':{'bytes':'AAAA'}}}]}]} | can only contain alphanumeric",
                "{'messages':[{'role':'user','content':[{'document':{'format':'pdf','name':'a','source':{'bytes':'AAAA'}}}]}]} | text block must be included"
            })
    void bedrock(String body, String fragment) throws Exception {
        String whole = body.replaceAll("\\bU\\b", "{'role':'user','content':[{'text':'hi'}]}")
                .replaceAll("\\bA\\b", "{'role':'assistant','content':[{'text':'so'}]}")
                .replaceAll("\\bT\\b", "{'toolSpec':{'name':'f','inputSchema':{'json':{'type':'object'}}}}")
                .replaceAll(
                        "\\bC\\b",
                        "{'role':'assistant','content':[{'toolUse':{'toolUseId':'c1','name':'f','input':{}}}]}")
                .replaceAll(
                        "\\bR\\b",
                        "{'role':'user','content':[{'toolResult':{'toolUseId':'c1','content':[{'text':'4'}]}}]}");
        refuses("/bedrock/model/m/converse", bearer(), whole, fragment);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'input':{'messages':[U]}} | missing or invalid",
                "{Q} | missing or invalid",
                "{Q,'input':{'messages':[]}} | too short",
                "{Q,'input':{'messages':[U]},'messages':[]} | Unknown parameter: messages",
                "{Q,'input':{'messages':[{'role':'developer','content':'x'}]}} | developer",
                "{Q,'input':{'messages':[{'role':'user','content':[{'text':'x'}]}]}} | should be a valid string",
                "{'model':'qwen-vl-plus','input':{'messages':[U]}} | url error",
                "{Q,'input':{'messages':[U]},'parameters':{'temperature':2}} | temperature should be in",
                "{Q,'input':{'messages':[U]},'parameters':{'top_p':1}} | top_p should be in",
                "{Q,'input':{'messages':[U]},'parameters':{'stream':true}} | Unknown parameter: parameters.stream",
                "{Q,'input':{'messages':[U]},'parameters':{'enable_thinking':true}} | non-streaming calls",
                "{Q,'input':{'messages':[U]},'parameters':{'tools':[T]}} | must be message when tools",
                "{Q,'input':{'messages':[U]},'parameters':{'result_format':'message','tools':[T],'tool_choice':'required'}} | required",
                "{Q,'input':{'messages':[U,{'role':'tool','content':'4','tool_call_id':'c'}]}} | must be a response to"
            })
    void dashScope(String body, String fragment) throws Exception {
        String whole = body.replace("{Q", "{'model':'qwen-plus'")
                .replaceAll("\\bU\\b", "{'role':'user','content':'hi'}")
                .replaceAll("\\bT\\b", "{'type':'function','function':{'name':'f','parameters':{}}}");
        refuses("/api/v1/services/aigc/text-generation/generation", bearer(), whole, fragment);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'messages':[]} | model is required",
                "{'model':'m','messages':[U],'tool_choice':'auto'} | unknown field 'tool_choice'",
                "{'model':'m','messages':[U],'options':{'max_tokens':1}} | unknown field 'options.max_tokens'",
                "{'model':'m','messages':[{'role':'developer','content':'x'}]} | invalid role",
                "{'model':'m','messages':[{'role':'user','content':[{'type':'text'}]}]} | cannot unmarshal array",
                "{'model':'m','messages':[{'role':'user','content':'x','images':['data:image/png;base64,AAAA']}]} | illegal base64",
                "{'model':'m','messages':[{'role':'assistant','content':'','tool_calls':[{'function':{'name':'f','arguments':'{}'}}]}]} | cannot unmarshal string",
                "{'model':'m','messages':[U],'format':'yaml'} | invalid format",
                "{'model':'m','messages':[U],'think':'loads'} | loads",
                "{'model':'m','messages':[U],'stream':'no'} | cannot unmarshal string into Go struct field ChatRequest.stream"
            })
    void ollama(String body, String fragment) throws Exception {
        refuses("/api/chat", bearer(), body.replaceAll("\\bU\\b", "{'role':'user','content':'hi'}"), fragment);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'model':'m'} | Missing required parameter: 'input'",
                "{'model':'m','input':[]} | must not be empty",
                "{'model':'m','input':'x','messages':[]} | Unknown parameter: 'messages'",
                "{'model':'m','input':'x','max_output_tokens':1} | max_output_tokens",
                "{'model':'m','input':'x','stream_options':{}} | only allowed when 'stream'",
                "{'model':'m','input':'x','tools':[{'type':'function','function':{'name':'f'}}]} | Unknown parameter: 'tools[0].function'",
                "{'model':'m','input':'x','tool_choice':'required'} | only allowed when 'tools'",
                "{'model':'m','input':'x','text':{'format':{'type':'json_schema','schema':{}}}} | text.format.name",
                "{'model':'m','input':[{'role':'tool','content':'x'}]} | Invalid value: 'tool'",
                "{'model':'m','input':[{'role':'user','content':[{'type':'text','text':'x'}]}]} | Invalid value: 'text'",
                "{'model':'m','input':[{'type':'function_call','call_id':'c','name':'f','arguments':'{}'}]} | No tool output found for function call c",
                "{'model':'m','input':[{'type':'function_call_output','call_id':'c','output':'4'}]} | No tool call found for function call output with call_id c",
                "{'model':'m','input':[{'type':'reasoning','summary':[],'encrypted_content':'x'}]} | could not be verified",
                "{'model':'m','input':'x','previous_response_id':'resp_none'} | Previous response with id 'resp_none' not found"
            })
    void responses(String body, String fragment) throws Exception {
        Reply reply = await(client.send(HttpMethod.POST, "/v1/responses", bearer(), body.replace('\'', '"')));

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.json().path("error").path("message").asText() + reply.json())
                .contains(fragment);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '~',
            value = {
                "{'model':'m','messages':[U,{'role':'tool','tool_call_id':'c','content':'4'}]} | must be a response to a preceding message",
                "{'model':'m','messages':[U,{'role':'assistant','tool_calls':[{'id':'c','type':'function','function':{'name':'f','arguments':'{}'}}]},U]} | must be followed by tool messages",
                "{'model':'m','messages':[U],'stop':['a','b','c','d','e']} | array too long",
                "{'model':'m','messages':[U],'response_format':{'type':'json_schema','json_schema':{'schema':{}}}} | response_format.json_schema.name",
                "{'model':'m','messages':[{'role':'user','content':[{'type':'image_url','image_url':{'url':'data:x'}}]}]} | Invalid image URL"
            })
    void openAi(String body, String fragment) throws Exception {
        Reply reply = await(client.send(
                HttpMethod.POST,
                "/v1/chat/completions",
                bearer(),
                body.replaceAll("\\bU\\b", "{'role':'user','content':'hi'}").replace('\'', '"')));

        assertThat(reply.status()).as(reply.body()).isEqualTo(400);
        assertThat(reply.json().path("error").path("message").asText()).contains(fragment);
    }
}
