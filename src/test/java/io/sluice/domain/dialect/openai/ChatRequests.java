package io.sluice.domain.dialect.openai;

import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.dialect.Json;
import java.math.BigDecimal;
import java.util.Random;

/** Chat completion requests by chance, in the one form that Sluice writes where there are several of the same meaning. */
final class ChatRequests {
    private final Random random;
    private int calls;

    ChatRequests(long seed) {
        random = new Random(seed);
    }

    private boolean maybe() {
        return random.nextInt(3) == 0;
    }

    private String word() {
        String[] words = {"sun", "\"quoted\"", "Øl 🍺", "line\nline", "", "a\\b", "\ud83d", "0", "null", "{}"};
        return words[random.nextInt(words.length)];
    }

    private String name() {
        return "n" + random.nextInt(100);
    }

    private static ObjectNode object(String json) {
        return (ObjectNode) Json.read(json);
    }

    ObjectNode request() {
        ObjectNode body = Json.object();
        boolean newer = random.nextBoolean();
        body.put("model", newer ? "gpt-5-mini" : "gpt-4o");
        ArrayNode messages = body.putArray("messages");
        for (int i = random.nextInt(6) + 1; i > 0; i--) {
            message(messages);
        }
        if (maybe()) {
            body.put("stream", true);
            body.putObject("stream_options").put("include_usage", true);
            if (maybe()) {
                body.withObject("stream_options").put("include_obfuscation", random.nextBoolean());
            }
        }
        if (maybe()) {
            body.put(newer ? "max_completion_tokens" : "max_tokens", random.nextInt(100_000));
        }
        sampling(body);
        tools(body);
        extras(body);
        for (String name : new String[] {"response_format", "tool_choice"}) {
            if (body.get(name) instanceof ObjectNode object) {
                unknown(object);
            }
        }
        return body;
    }

    /** What nobody knows comes back too, where it stood. */
    private void unknown(ObjectNode object) {
        if (random.nextInt(12) == 0) {
            object.set("novelty", Json.read("{\"a\":[1.50,null]}"));
        }
    }

    private void sampling(ObjectNode body) {
        if (maybe()) {
            body.put("temperature", new BigDecimal("0.70"));
        }
        if (maybe()) {
            body.put("top_p", random.nextInt(2));
        }
        if (maybe()) {
            body.put("top_k", 1 + random.nextInt(50));
        }
        if (maybe()) {
            body.put("stop", name());
        } else if (maybe()) {
            body.putArray("stop").add(name()).add("\n");
        }
        if (maybe()) {
            body.put("seed", random.nextLong());
        }
        if (maybe()) {
            body.put("n", 1 + random.nextInt(128));
        }
        if (maybe()) {
            body.put("presence_penalty", new BigDecimal("-1.5")).put("frequency_penalty", new BigDecimal("1e-3"));
        }
        if (maybe()) {
            body.put("logprobs", random.nextBoolean()).put("top_logprobs", random.nextInt(21));
            body.putObject("logit_bias").put("50256", -100);
        }
        if (maybe()) {
            body.put("reasoning_effort", new String[] {"none", "low", "xhigh"}[random.nextInt(3)]);
        } else if (maybe()) {
            body.set("reasoning", object("{\"enabled\":true,\"effort\":\"high\",\"max_tokens\":9,\"exclude\":true}"));
        } else if (maybe()) {
            body.set("reasoning", object("{\"max_tokens\":2000,\"exclude\":" + random.nextBoolean() + "}"));
        } else if (maybe()) {
            body.set("reasoning", object("{\"enabled\":true}"));
        }
        if (maybe()) {
            body.put("user", word()).put("service_tier", "flex");
        }
        switch (random.nextInt(4)) {
            case 0 -> body.set("response_format", object("{\"type\":\"json_object\"}"));
            case 1 -> body.set("response_format", object("""
                        {"type":"json_schema","json_schema":{"name":"s","strict":true,"description":"d",
                         "schema":{"type":"object","properties":{"a":{"type":"number","minimum":1.50}}}}}"""));
            case 2 -> body.set("response_format", object("{\"type\":\"grammar\",\"grammar\":\"x\"}"));
            default -> {}
        }
    }

    private void tools(ObjectNode body) {
        if (maybe()) {
            ArrayNode tools = body.putArray("tools");
            for (int i = random.nextInt(3); i >= 0; i--) {
                ObjectNode tool = tools.addObject().put("type", "function");
                ObjectNode function = tool.putObject("function").put("name", name());
                if (maybe()) {
                    function.put("description", word()).put("strict", random.nextBoolean());
                }
                if (maybe()) {
                    function.set("parameters", object("{\"type\":\"object\",\"properties\":{}}"));
                }
                if (maybe()) {
                    tool.set("cache_control", object("{\"type\":\"ephemeral\"}"));
                }
                unknown(tool);
                unknown(function);
            }
            if (maybe()) {
                tools.add(object("{\"type\":\"custom\",\"custom\":{\"name\":\"c\",\"format\":{\"type\":\"text\"}}}"));
            }
        }
        String[] choices = {
            "\"none\"",
            "\"auto\"",
            "\"required\"",
            "{\"type\":\"function\",\"function\":{\"name\":\"f\"}}",
            "{\"type\":\"custom\",\"custom\":{\"name\":\"c\"}}",
            "{\"type\":\"allowed_tools\",\"allowed_tools\":{\"mode\":\"auto\",\"tools\":[]}}"
        };
        if (maybe()) {
            body.set("tool_choice", Json.read(choices[random.nextInt(choices.length)]));
        }
        if (maybe()) {
            body.put("parallel_tool_calls", random.nextBoolean());
        }
    }

    private void extras(ObjectNode body) {
        String[] extras = {
            "{\"metadata\":{\"a\":\"b\"}}",
            "{\"store\":true}",
            "{\"modalities\":[\"text\",\"audio\"],\"audio\":{\"voice\":\"alloy\",\"format\":\"wav\"}}",
            "{\"prediction\":{\"type\":\"content\",\"content\":\"x\"}}",
            "{\"verbosity\":\"low\",\"web_search_options\":{}}",
            "{\"safety_identifier\":\"s\",\"prompt_cache_key\":\"k\"}",
            "{\"functions\":[{\"name\":\"f\"}],\"function_call\":\"auto\"}",
            "{\"enable_thinking\":false,\"thinking\":{\"type\":\"enabled\"}}",
            "{\"something_new\":[1,2.50,null,{\"x\":true}]}"
        };
        for (String extra : extras) {
            if (maybe()) {
                body.setAll(object(extra));
            }
        }
    }

    private void message(ArrayNode messages) {
        ObjectNode message = messages.addObject();
        switch (random.nextInt(7)) {
            case 0 -> spoken(message.put("role", "system"));
            case 1 -> spoken(message.put("role", "developer"));
            case 2, 3 -> user(message.put("role", "user"));
            case 4, 5 -> assistant(message.put("role", "assistant"), messages);
            default -> old(message.put("role", "assistant"), messages);
        }
        if (maybe() && !message.has("function_call")) {
            message.put("name", name());
        }
        unknown(message);
    }

    private void spoken(ObjectNode message) {
        if (maybe()) {
            ArrayNode parts = message.putArray("content");
            text(parts);
            text(parts);
        } else {
            message.put("content", word());
        }
    }

    private void text(ArrayNode parts) {
        ObjectNode part = parts.addObject().put("type", "text").put("text", word());
        if (maybe()) {
            part.set("cache_control", object("{\"type\":\"ephemeral\",\"ttl\":\"1h\"}"));
        }
    }

    private void user(ObjectNode message) {
        if (maybe()) {
            message.put("content", word());
            return;
        }
        ArrayNode parts = message.putArray("content");
        String[] media = {
            "{\"type\":\"image_url\",\"image_url\":{\"url\":\"data:image/png;base64,AAAA\",\"detail\":\"high\"}}",
            "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://example.com/a.png\"}}",
            "{\"type\":\"image_url\",\"image_url\":{\"url\":\"https://e.com/a\"},\"cache_control\":{\"type\":\"ephemeral\"}}",
            "{\"type\":\"file\",\"file\":{\"file_id\":\"f\"},\"cache_control\":{\"type\":\"ephemeral\"}}",
            "{\"type\":\"file\",\"file\":{\"filename\":\"a.txt\",\"file_data\":\"data:text/plain;base64,YQ==\"}}",
            "{\"type\":\"video_url\",\"video_url\":{\"url\":\"data:video/mp4;base64,AAAA\"}}",
            "{\"type\":\"image_url\",\"tone\":1,\"image_url\":{\"url\":\"https://e.com/b\",\"tone\":[2]}}",
            "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"mp3\"}}",
            "{\"type\":\"input_audio\",\"input_audio\":{\"data\":\"AAAA\",\"format\":\"wav\"}}",
            "{\"type\":\"file\",\"file\":{\"filename\":\"a.pdf\",\"file_data\":\"data:application/pdf;base64,AAAA\"}}",
            "{\"type\":\"file\",\"file\":{\"file_id\":\"file-abc\"}}",
            "{\"type\":\"video_url\",\"video_url\":{\"url\":\"https://example.com/a.mp4\"}}",
            "{\"type\":\"something_new\",\"value\":[1]}"
        };
        for (int i = random.nextInt(3); i >= 0; i--) {
            parts.add(object(media[random.nextInt(media.length)]));
            if (maybe()) {
                text(parts);
            }
        }
    }

    private void assistant(ObjectNode message, ArrayNode messages) {
        boolean called = random.nextBoolean();
        if (called && maybe()) {
            message.putNull("content");
        } else {
            spoken(message);
        }
        if (maybe()) {
            message.put("refusal", "no");
        }
        if (maybe()) {
            message.putObject("audio").put("id", "audio_1");
        }
        if (maybe()) {
            message.put("reasoning_content", "thought");
            if (maybe()) {
                message.set("reasoning_details", Json.read("""
                        [{"type":"reasoning.text","text":"thought","signature":"s==","index":0},
                         {"type":"reasoning.encrypted","data":"d==","index":1}]"""));
            }
        }
        if (!called) {
            return;
        }
        ArrayNode list = message.putArray("tool_calls");
        int first = calls;
        for (int i = random.nextInt(3); i >= 0; i--) {
            ObjectNode call = list.addObject().put("id", "call_" + calls++).put("type", "function");
            call.putObject("function").put("name", name()).put("arguments", maybe() ? "{\"a\":1" : "{\"a\": 1}");
            unknown(call);
            if (maybe()) {
                call.set("extra_content", object("{\"google\":{\"thought_signature\":\"g==\"}}"));
            }
        }
        if (maybe()) {
            list.add(object("{\"id\":\"call_c\",\"type\":\"custom\",\"custom\":{\"name\":\"c\",\"input\":\"x\"}}"));
        }
        for (int i = first; i < calls; i++) {
            ObjectNode result = messages.addObject().put("role", "tool").put("tool_call_id", "call_" + i);
            if (maybe()) {
                user(result);
            } else {
                spoken(result);
            }
            if (maybe()) {
                result.put("name", name());
            }
            if (maybe()) {
                result.set("cache_control", object("{\"type\":\"ephemeral\"}"));
            }
            unknown(result);
        }
    }

    /** A call and its result in the API of old. */
    private void old(ObjectNode message, ArrayNode messages) {
        message.putNull("content");
        message.putObject("function_call").put("name", "f").put("arguments", "{}");
        messages.addObject().put("role", "function").put("name", "f").put("content", word());
    }
}
