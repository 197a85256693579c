package io.sluice.simulator;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.StringJoiner;
import org.jspecify.annotations.Nullable;

/** Reads the contents of a request: roles, parts, and the order of function turns. */
final class GeminiContents {
    private static final Set<String> PLACEHOLDERS =
            Set.of("skip_thought_signature_validator", "context_engineering_is_the_way_to_go");
    private static final Set<String> PART = Set.of(
            "text",
            "thought",
            "thoughtSignature",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult",
            "videoMetadata",
            "mediaResolution");
    private static final Set<String> DATA = Set.of(
            "text",
            "inlineData",
            "fileData",
            "functionCall",
            "functionResponse",
            "executableCode",
            "codeExecutionResult");

    private final Turn turn;
    private final boolean vertex;

    /**
     * An open call.
     *
     * @param name of the function
     * @param id of the call; null when it has none
     */
    private record Open(String name, @Nullable String id) {}

    GeminiContents(Turn turn, boolean vertex) {
        this.turn = turn;
        this.vertex = vertex;
    }

    /** Reads the system instruction. */
    void system(Fields content) throws RefusedRequest {
        content.only(Set.of("role", "parts"));
        for (Fields part : parts(content)) {
            part.only(PART);
            turn.count(words(part));
        }
    }

    private static String words(Fields part) throws RefusedRequest {
        if (!part.has("text")) {
            throw part.invalid("data", "required oneof field 'data' must have one initialized field");
        }
        return part.text("text");
    }

    private static List<Fields> parts(Fields content) throws RefusedRequest {
        List<Fields> parts = content.objects("parts");
        if (parts.isEmpty()) {
            throw content.invalid("parts", "contents.parts must not be empty.");
        }
        return parts;
    }

    /** Reads the contents. */
    void read(Fields root) throws RefusedRequest {
        List<Fields> contents = root.objects("contents");
        String before = "";
        List<Open> open = List.of();
        for (int i = 0; i < contents.size(); i++) {
            Fields content = contents.get(i).only(Set.of("role", "parts"));
            if (vertex && !content.has("role")) {
                throw content.invalid("", "Please use a valid role: user, model.");
            }
            String role = content.text("role", "user");
            if (!role.equals("user") && !role.equals("model")) {
                throw content.invalid("", "Please use a valid role: user, model.");
            }
            if (role.equals(before.isEmpty() ? "model" : before)) {
                throw content.invalid(
                        "",
                        before.isEmpty()
                                ? "Please ensure that the conversation starts with a user turn."
                                : "Please ensure that multiturn requests alternate between user and model.");
            }
            turn.countMessage();
            List<Open> calls = new ArrayList<>();
            List<Open> answers = new ArrayList<>();
            turn.results.clear();
            StringJoiner said = new StringJoiner(" ");
            for (Fields part : parts(content)) {
                part(part, role, said, calls, answers, lastUserTurn(contents, i));
            }
            match(content, open, answers);
            if (role.equals("user") && said.length() > 0) {
                turn.question = said.toString();
            }
            open = calls;
            before = role;
        }
        if (!open.isEmpty()) {
            throw root.invalid(
                    "",
                    "Please ensure that function call turn is followed by a function response turn, and that the"
                            + " request does not end with a function call.");
        }
    }

    /** Whether a content belongs to the turn that is going on: nothing but function responses came from the user since. */
    private static boolean lastUserTurn(List<Fields> contents, int at) throws RefusedRequest {
        for (int i = at + 1; i < contents.size(); i++) {
            if (!contents.get(i).text("role", "user").equals("user")) {
                continue;
            }
            for (Fields part : contents.get(i).objects("parts")) {
                if (part.has("text")) {
                    return false;
                }
            }
        }
        return true;
    }

    private static void match(Fields content, List<Open> open, List<Open> answers) throws RefusedRequest {
        if (open.size() != answers.size()) {
            throw content.invalid(
                    "",
                    open.isEmpty()
                            ? "Please ensure that function response turn comes immediately after a function call turn."
                            : "Please ensure that the number of function response parts is equal to the number of"
                                    + " function call parts of the function call turn.");
        }
        List<Open> left = new ArrayList<>(open);
        for (Open answer : answers) {
            boolean known = left.removeIf(call -> answer.id != null && call.id != null
                            ? answer.id.equals(call.id) && answer.name.equals(call.name)
                            : answer.name.equals(call.name))
                    || left.size() < open.size() && open.stream().anyMatch(call -> call.name.equals(answer.name));
            if (!known) {
                throw content.invalid(
                        "",
                        "Please ensure that function response turn comes immediately after a function call turn."
                                + " Function response `" + answer.name + "` answers no function call.");
            }
        }
    }

    private void part(
            Fields part, String role, StringJoiner said, List<Open> calls, List<Open> answers, boolean current)
            throws RefusedRequest {
        part.only(PART);
        long data = DATA.stream().filter(part::has).count();
        // An answer's stream ends with an empty text, and clients that keep the turns send it back: it is taken from
        // the model.
        boolean empty = part.has("text") && part.text("text").isEmpty() && role.equals("user");
        if (data != 1 || empty) {
            throw part.invalid(
                    "data",
                    data > 1
                            ? "oneof field 'data' is already set"
                            : "required oneof field 'data' must have one initialized field");
        }
        part.flag("thought", false);
        if (part.has("text")) {
            turn.count(part.text("text"));
            said.add(part.text("text"));
        } else if (part.has("inlineData")) {
            inline(part.object("inlineData"));
        } else if (part.has("fileData")) {
            Fields file = part.object("fileData").only(Set.of("mimeType", "fileUri", "displayName"));
            file.words("fileUri");
            medium(file.text("mimeType", "image/png"));
        } else if (part.has("functionCall")) {
            call(part, role, calls, current);
            return;
        } else if (part.has("functionResponse")) {
            response(part, role, answers);
        }
        if (part.has("thoughtSignature")) {
            String signature = part.text("thoughtSignature");
            boolean known = PLACEHOLDERS.contains(signature) || Signatures.fits(signature, "thoughts");
            if (!known) {
                throw part.invalid("", "Thought signature is not valid.");
            }
        }
    }

    private void inline(Fields data) throws RefusedRequest {
        data.only(Set.of("mimeType", "data", "displayName"));
        String type = data.words("mimeType");
        if (!type.matches("[a-z]+/[a-zA-Z0-9.+-]+")) {
            throw data.invalid("", "Unsupported MIME type: " + type);
        }
        if (!Media.isBase64(data.text("data"))) {
            throw data.invalid("data", "Base64 decoding failed");
        }
        medium(type);
    }

    private void medium(String mimeType) {
        if (mimeType.startsWith("image/")) {
            turn.image();
        } else if (mimeType.startsWith("audio/")) {
            turn.recording();
        } else {
            turn.document();
        }
    }

    private void call(Fields part, String role, List<Open> calls, boolean current) throws RefusedRequest {
        Fields call = part.object("functionCall").only(Set.of("id", "name", "args"));
        String name = call.words("name");
        if (!role.equals("model")) {
            throw part.invalid("", "Please ensure that function call turns have the model role.");
        }
        if (call.has("args")) {
            turn.count(call.object("args").node().toString());
        }
        boolean wanted = turn.model.startsWith("gemini-3") && current && calls.isEmpty();
        if (part.has("thoughtSignature")) {
            String signature = part.text("thoughtSignature");
            if (!PLACEHOLDERS.contains(signature) && !Signatures.fits(signature, name)) {
                throw part.invalid("", "Thought signature is not valid.");
            }
        } else if (wanted) {
            throw part.invalid(
                    "",
                    "Function call is missing a thought_signature in functionCall parts. This is required for tools to"
                            + " work correctly, and missing thought_signature may lead to degraded model performance."
                            + " Function call `" + name + "`.");
        }
        calls.add(new Open(name, call.has("id") ? call.text("id") : null));
    }

    private void response(Fields part, String role, List<Open> answers) throws RefusedRequest {
        Fields response = part.object("functionResponse").only(Set.of("id", "name", "response", "parts", "scheduling"));
        if (!role.equals("user")) {
            throw part.invalid("", "Please ensure that function response turns have the user role.");
        }
        String name = response.words("name");
        var output = response.object("response").node();
        String text = output.path("output").isTextual() ? output.path("output").textValue() : output.toString();
        turn.count(text);
        turn.results.add(text);
        answers.add(new Open(name, response.has("id") ? response.text("id") : null));
    }
}
