package io.sluice.simulator;

import io.sluice.simulator.Route.Endpoint;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.Base64;
import java.util.SplittableRandom;

/** An answer as one JSON body, and what body and stream have in common. */
final class AnswerBody {
    /** Names the simulator as the system that answered. */
    static final String FINGERPRINT = "fp_simulated";

    private static final String SAFE = "{\"filtered\":false,\"severity\":\"safe\"}";
    private static final String PROMPT_FILTER = "\"prompt_filter_results\":[{\"prompt_index\":0,"
            + "\"content_filter_results\":{\"hate\":" + SAFE
            + ",\"jailbreak\":{\"filtered\":false,\"detected\":false},\"self_harm\":" + SAFE + ",\"sexual\":" + SAFE
            + ",\"violence\":" + SAFE + "}}]";
    private static final String CHOICE_FILTER = ",\"content_filter_results\":{\"hate\":" + SAFE
            + ",\"protected_material_text\":{\"filtered\":false,\"detected\":false},\"self_harm\":" + SAFE
            + ",\"sexual\":" + SAFE + ",\"violence\":" + SAFE + "}";

    /** Azure's first event. */
    static final String PROMPT_FILTER_EVENT = "data: {\"choices\":[],\"created\":0,\"id\":\"\",\"model\":\"\","
            + "\"object\":\"\"," + PROMPT_FILTER + "}\n\n";

    private AnswerBody() {}

    /** The whole body. */
    static String of(Answer answer) {
        return answer.route().endpoint() == Endpoint.EMBEDDINGS ? embeddings(answer) : completion(answer);
    }

    /** What ids of an endpoint begin with. */
    static String idPrefix(Answer answer) {
        return answer.route().endpoint() == Endpoint.CHAT ? "chatcmpl-" : "cmpl-";
    }

    /** The id of a choice's tool call. */
    static String callId(Answer answer, int choice) {
        return "call_" + answer.id() + "_" + choice;
    }

    /** The usage object. */
    static String usage(Answer answer) {
        long input = answer.ask().inputTokens();
        long output = answer.outputTokens();
        return "{\"prompt_tokens\":" + input + ",\"completion_tokens\":" + output + ",\"total_tokens\":"
                + (input + output) + ",\"prompt_tokens_details\":{\"cached_tokens\":0,\"audio_tokens\":0},"
                + "\"completion_tokens_details\":{\"reasoning_tokens\":0,\"audio_tokens\":0,"
                + "\"accepted_prediction_tokens\":0,\"rejected_prediction_tokens\":0}}";
    }

    private static String completion(Answer answer) {
        boolean chat = answer.route().endpoint() == Endpoint.CHAT;
        boolean azure = answer.route().dialect().azure();
        StringBuilder body = new StringBuilder(768)
                .append("{\"id\":\"")
                .append(idPrefix(answer))
                .append(answer.id())
                .append("\",\"object\":\"")
                .append(chat ? "chat.completion" : "text_completion")
                .append("\",\"created\":")
                .append(answer.created())
                .append(",\"model\":\"")
                .append(answer.model())
                .append("\",")
                .append(azure ? PROMPT_FILTER + "," : "")
                .append("\"choices\":[");
        for (int i = 0; i < answer.ask().choices(); i++) {
            body.append(i == 0 ? "{\"index\":" : ",{\"index\":").append(i).append(',');
            if (chat) {
                message(answer, i, body);
            } else {
                body.append("\"text\":\"");
                answer.text().append(body, answer.tokens());
                body.append('"');
            }
            body.append(",\"logprobs\":null,\"finish_reason\":\"")
                    .append(answer.finish())
                    .append('"')
                    .append(azure ? CHOICE_FILTER : "")
                    .append('}');
        }
        body.append(']');
        if (answer.withUsage()) {
            body.append(",\"usage\":").append(usage(answer));
        }
        return body.append(",\"service_tier\":\"default\",\"system_fingerprint\":\"" + FINGERPRINT + "\"}")
                .toString();
    }

    private static void message(Answer answer, int choice, StringBuilder body) {
        body.append("\"message\":{\"role\":\"assistant\",\"content\":");
        Answer.Call call = answer.call();
        if (call == null) {
            body.append('"');
            answer.text().append(body, answer.tokens());
            body.append('"');
        } else {
            body.append("null,\"tool_calls\":[{\"id\":\"")
                    .append(callId(answer, choice))
                    .append("\",\"type\":\"function\",\"function\":{\"name\":\"")
                    .append(call.name())
                    .append("\",\"arguments\":\"")
                    .append(call.arguments(answer.tokens() - 1))
                    .append("\"}}]");
        }
        body.append(",\"refusal\":null,\"annotations\":[]}");
    }

    private static String embeddings(Answer answer) {
        Ask.Embedding wanted = answer.ask().embedding();
        if (wanted == null) {
            throw new IllegalStateException("not a request for embeddings");
        }
        StringBuilder body = new StringBuilder(wanted.seeds().size() * wanted.dimensions() * 12 + 256)
                .append("{\"object\":\"list\",\"data\":[");
        for (int i = 0; i < wanted.seeds().size(); i++) {
            float[] vector = vector(wanted.seeds().get(i), wanted.dimensions());
            body.append(i == 0 ? "" : ",")
                    .append("{\"object\":\"embedding\",\"index\":")
                    .append(i)
                    .append(",\"embedding\":");
            if (wanted.base64()) {
                body.append('"').append(base64(vector)).append('"');
            } else {
                floats(vector, body);
            }
            body.append('}');
        }
        long tokens = answer.ask().inputTokens();
        body.append("],\"model\":\"").append(answer.model()).append('"');
        if (answer.withUsage()) {
            body.append(",\"usage\":{\"prompt_tokens\":" + tokens + ",\"total_tokens\":" + tokens + "}");
        }
        return body.append('}').toString();
    }

    /** A vector of length one that depends on the input only. */
    static float[] vector(int seed, int dimensions) {
        SplittableRandom random = new SplittableRandom(seed);
        double[] raw = new double[dimensions];
        double squares = 0;
        for (int i = 0; i < dimensions; i++) {
            raw[i] = random.nextDouble(-1, 1);
            squares += raw[i] * raw[i];
        }
        float[] vector = new float[dimensions];
        for (int i = 0; i < dimensions; i++) {
            vector[i] = (float) (raw[i] / Math.sqrt(squares));
        }
        return vector;
    }

    private static String base64(float[] vector) {
        ByteBuffer bytes = ByteBuffer.allocate(vector.length * Float.BYTES).order(ByteOrder.LITTLE_ENDIAN);
        bytes.asFloatBuffer().put(vector);
        return Base64.getEncoder().encodeToString(bytes.array());
    }

    /** Appends numbers as a JSON array. */
    static void floats(float[] vector, StringBuilder body) {
        for (int i = 0; i < vector.length; i++) {
            body.append(i == 0 ? '[' : ',').append(vector[i]);
        }
        body.append(']');
    }
}
