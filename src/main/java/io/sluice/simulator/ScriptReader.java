package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.yaml.snakeyaml.LoaderOptions;
import org.yaml.snakeyaml.Yaml;
import org.yaml.snakeyaml.constructor.SafeConstructor;
import org.yaml.snakeyaml.error.MarkedYAMLException;
import org.yaml.snakeyaml.error.YAMLException;

/** Reads scripts from YAML and JSON, which have one structure, and collects every error with its path. */
final class ScriptReader {
    private static final Pattern DURATION = Pattern.compile("(\\d+(?:\\.\\d+)?)(ms|s|m)");

    private final List<String> errors = new ArrayList<>();

    /** Reads a script file. */
    static SimulatorScript yaml(String source, String text) throws InvalidScriptException {
        LoaderOptions options = new LoaderOptions();
        options.setAllowDuplicateKeys(false);
        options.setMaxAliasesForCollections(0);
        Object root;
        try {
            root = new Yaml(new SafeConstructor(options)).load(text);
        } catch (MarkedYAMLException e) {
            String line = e.getProblemMark() == null
                    ? ""
                    : "line " + (e.getProblemMark().getLine() + 1) + ": ";
            throw new InvalidScriptException(source, List.of(line + e.getProblem()));
        } catch (YAMLException e) {
            throw new InvalidScriptException(source, List.of(String.valueOf(e.getMessage())));
        }
        ScriptReader reader = new ScriptReader();
        SimulatorScript script = reader.script(root == null ? Map.of() : root);
        reader.raise(source);
        return script;
    }

    /** Reads the script of one credential as the control path gets it. */
    static CredentialScript json(byte[] text) throws InvalidScriptException {
        Object root;
        try {
            root = Json.readUntyped(text);
        } catch (JsonProcessingException e) {
            throw new InvalidScriptException("body", List.of("not JSON: " + e.getOriginalMessage()));
        }
        ScriptReader reader = new ScriptReader();
        CredentialScript script = reader.credential(reader.new Fields("", root));
        reader.raise("body");
        return script;
    }

    private void raise(String source) throws InvalidScriptException {
        if (!errors.isEmpty()) {
            throw new InvalidScriptException(source, errors);
        }
    }

    private SimulatorScript script(Object root) {
        Fields fields = new Fields("", root);
        boolean onlyListed = fields.flag("only-listed", false);
        Map<String, CredentialScript> credentials = new LinkedHashMap<>();
        Fields listed = fields.object("credentials");
        for (String name : listed.names()) {
            credentials.put(name, credential(listed.object(name)));
        }
        listed.finish();
        fields.finish();
        return new SimulatorScript(onlyListed, credentials);
    }

    private CredentialScript credential(Fields fields) {
        CredentialScript plain = CredentialScript.DEFAULT;
        String answer = fields.text("answer", plain.answer());
        if (answer.isBlank()) {
            errors.add(fields.at("answer") + "must not be blank");
        }
        CredentialScript script = new CredentialScript(
                fields.duration("first-token", plain.firstToken()),
                (int) fields.number("tokens-per-second", 0, 1_000_000, plain.tokensPerSecond()),
                answer,
                (int) fields.number(
                        "answer-tokens", 1, 1_000_000, answer.isBlank() ? 1 : new AnswerText(answer).pieces()),
                toolCall(fields.object("tool-call")),
                fields.text("model-suffix", plain.modelSuffix()),
                fields.texts("models"),
                fields.textMap("deployments"),
                fields.flag("lenient", false),
                limits(fields.object("limits")),
                (int) fields.number("bytes-per-write", 0, 1_000_000, 0),
                faults(fields),
                fields.text("secret-key", null),
                fields.duration("token-lifetime", plain.tokenLifetime()));
        fields.finish();
        return script;
    }

    private CredentialScript.@Nullable ToolCall toolCall(Fields fields) {
        if (!fields.present) {
            return null;
        }
        String name = fields.text("name", "");
        if (name.isEmpty()) {
            errors.add(fields.at("name") + "is required");
        }
        CredentialScript.ToolCall call = new CredentialScript.ToolCall(name, fields.text("arguments", "{}"));
        fields.finish();
        return call;
    }

    private CredentialScript.Limits limits(Fields fields) {
        CredentialScript.Limits limits = new CredentialScript.Limits(
                fields.number("rpm", 1, Long.MAX_VALUE >> 1, 0), fields.number("tpm", 1, Long.MAX_VALUE >> 1, 0));
        fields.finish();
        return limits;
    }

    private List<Fault> faults(Fields fields) {
        List<Fault> faults = new ArrayList<>();
        for (Fields each : fields.objects("faults")) {
            Fault fault = fault(each);
            if (fault != null) {
                faults.add(fault);
            }
        }
        return faults;
    }

    private @Nullable Fault fault(Fields fields) {
        Fault.Kind kind = kind(fields);
        long afterEvents = fields.number("after-events", 0, Integer.MAX_VALUE, -1);
        Duration delay = fields.duration("delay", Duration.ZERO);
        int status = (int) fields.number("status", 200, 599, 0);
        if (kind == Fault.Kind.STATUS && status == 0) {
            errors.add(fields.at("status") + "is required for a fault of kind status");
        }
        if (kind == Fault.Kind.SLOW_HEADERS && delay.isZero()) {
            errors.add(fields.at("delay") + "is required for a fault of kind slow-headers");
        }
        int times = (int) fields.number("times", 1, Integer.MAX_VALUE, 0);
        int every = (int) fields.number("every", 1, Integer.MAX_VALUE, 1);
        double probability = fields.share("probability");
        Map<String, String> headers = fields.textMap("headers");
        String body = fields.text("body", null);
        fields.finish();
        if (kind == null) {
            return null;
        }
        Integer after = afterEvents < 0 ? null : (Integer) (int) afterEvents;
        return new Fault(kind, times, every, probability, after, delay, status, headers, body);
    }

    private Fault.@Nullable Kind kind(Fields fields) {
        String name = fields.text("kind", "");
        for (Fault.Kind kind : Fault.Kind.values()) {
            if (ScriptWriter.name(kind).equals(name)) {
                return kind;
            }
        }
        List<String> known = new ArrayList<>();
        for (Fault.Kind kind : Fault.Kind.values()) {
            known.add(ScriptWriter.name(kind));
        }
        errors.add(fields.at("kind") + "must be one of " + String.join(", ", known) + ", not '" + name + "'");
        return null;
    }

    /** One mapping; remembers which of its names were asked for. */
    private final class Fields {
        private final String path;
        private final boolean present;
        private final Map<String, Object> values = new LinkedHashMap<>();
        private final Set<String> asked = new LinkedHashSet<>();

        Fields(String path, @Nullable Object value) {
            this.path = path;
            this.present = value != null;
            if (value instanceof Map<?, ?> map) {
                map.forEach((name, each) -> {
                    if (each != null) {
                        values.put(String.valueOf(name), each);
                    }
                });
            } else if (value != null) {
                errors.add((path.isEmpty() ? "" : path + ": ") + "must be a mapping");
            }
        }

        String at(String name) {
            return path.isEmpty() ? name + ": " : path + "." + name + ": ";
        }

        Set<String> names() {
            return values.keySet();
        }

        private @Nullable Object take(String name) {
            asked.add(name);
            return values.get(name);
        }

        Fields object(String name) {
            Object value = take(name);
            String label = at(name);
            return new Fields(label.substring(0, label.length() - 2), value);
        }

        List<Fields> objects(String name) {
            List<Fields> found = new ArrayList<>();
            String label = at(name).substring(0, at(name).length() - 2);
            for (Object each : list(name)) {
                found.add(new Fields(label + "[" + found.size() + "]", each));
            }
            return found;
        }

        private List<?> list(String name) {
            Object value = take(name);
            if (value == null) {
                return List.of();
            }
            if (value instanceof List<?> list) {
                return list;
            }
            errors.add(at(name) + "must be a list");
            return List.of();
        }

        List<String> texts(String name) {
            List<String> found = new ArrayList<>();
            for (Object each : list(name)) {
                found.add(String.valueOf(each));
            }
            return found;
        }

        Map<String, String> textMap(String name) {
            Fields fields = object(name);
            Map<String, String> found = new LinkedHashMap<>();
            fields.values.forEach((key, value) -> found.put(key, String.valueOf(value)));
            return found;
        }

        @SuppressWarnings("NullAway") // null comes back only where the caller gave null
        String text(String name, @Nullable String otherwise) {
            Object value = take(name);
            if (value == null) {
                return otherwise;
            }
            if (value instanceof Map || value instanceof List) {
                errors.add(at(name) + "must be a text");
                return "";
            }
            return String.valueOf(value);
        }

        boolean flag(String name, boolean otherwise) {
            Object value = take(name);
            if (value == null || value instanceof Boolean) {
                return value == null ? otherwise : (Boolean) value;
            }
            errors.add(at(name) + "must be true or false, not '" + value + "'");
            return otherwise;
        }

        long number(String name, long least, long most, long otherwise) {
            Object value = take(name);
            if (value == null) {
                return otherwise;
            }
            if ((value instanceof Integer || value instanceof Long)
                    && ((Number) value).longValue() >= least
                    && ((Number) value).longValue() <= most) {
                return ((Number) value).longValue();
            }
            errors.add(at(name) + "must be a whole number from " + least + " to " + most + ", not '" + value + "'");
            return otherwise;
        }

        double share(String name) {
            Object value = take(name);
            if (value == null) {
                return 1;
            }
            double share = value instanceof Number number ? number.doubleValue() : Double.NaN;
            if (share > 0 && share <= 1) {
                return share;
            }
            errors.add(at(name) + "must be a number above 0 and up to 1, not '" + value + "'");
            return 1;
        }

        Duration duration(String name, Duration otherwise) {
            Object value = take(name);
            if (value == null) {
                return otherwise;
            }
            Duration duration = parse(String.valueOf(value));
            if (duration == null) {
                errors.add(at(name) + "must be a duration such as 50ms, 2s or 1m, not '" + value + "'");
                return otherwise;
            }
            return duration;
        }

        void finish() {
            for (String name : values.keySet()) {
                if (!asked.contains(name)) {
                    errors.add(at(name) + "is not known here; known are " + String.join(", ", asked));
                }
            }
        }
    }

    /** A duration with its unit, or a bare 0; null when it is neither, or longer than a day. */
    static @Nullable Duration parse(String text) {
        if (text.equals("0")) {
            return Duration.ZERO;
        }
        Matcher matcher = DURATION.matcher(text);
        if (!matcher.matches() || matcher.group(1).length() > 9) {
            return null;
        }
        double millis = Double.parseDouble(matcher.group(1))
                * switch (matcher.group(2)) {
                    case "ms" -> 1;
                    case "s" -> 1_000;
                    default -> 60_000;
                };
        return millis > 86_400_000 ? null : Duration.ofNanos(Math.round(millis * 1_000_000));
    }
}
