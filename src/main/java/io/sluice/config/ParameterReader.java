package io.sluice.config;

import com.fasterxml.jackson.core.io.JsonStringEncoder;
import io.sluice.config.Section.Item;
import io.sluice.config.YamlNode.Entry;
import io.sluice.config.YamlNode.Mapping;
import io.sluice.config.YamlNode.Scalar;
import io.sluice.config.YamlNode.Sequence;
import io.sluice.domain.Glob;
import io.sluice.domain.pool.ParameterRules;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;

/** Reads {@code parameters} of a channel or an account: YAML values become JSON text, and what could be read in two ways is refused. */
final class ParameterReader {
    private static final String SCHEMA = "parameters";

    /** Fields that Sluice decides on itself, or that are the request. */
    private static final Set<String> OWN = Set.of("model", "stream", "stream_options", "messages", "prompt", "input");

    private static final Pattern JSON_NUMBER = Pattern.compile("-?(0|[1-9][0-9]*)(\\.[0-9]+)?([eE][+-]?[0-9]+)?");
    private static final Pattern UNCLEAR = Pattern.compile(
            "[-+.]?[0-9][0-9_.,:xXoObBeE+-]*|[-+]?0[xX][0-9a-fA-F_]+|[-+]?\\.(inf|nan)|nan|inf|infinity|y|n|yes|no|on|off|~",
            Pattern.CASE_INSENSITIVE);

    private final Section parameters;

    private ParameterReader(Section parameters) {
        this.parameters = parameters;
    }

    /** The rules of the mapping's {@code parameters}, those per model among them. */
    static ParameterRules read(Section owner) {
        Section parameters = owner.section(SCHEMA);
        ParameterRules general = new ParameterReader(parameters.describedAs(SCHEMA)).read();
        Map<Glob, ParameterRules> perModel = new LinkedHashMap<>();
        parameters.named("per-model", "pattern").forEach((pattern, rules) -> {
            if (Names.isValid(rules, pattern, Names::glob)) {
                perModel.put(new Glob(pattern), new ParameterReader(rules.describedAs(SCHEMA)).read());
            }
        });
        return new ParameterRules(general.set(), general.defaults(), general.remove(), perModel);
    }

    /**
     * Fields and their values as JSON text, of one mapping.
     *
     * @param owner the mapping that it stands in
     * @param key its name there
     */
    static Map<String, String> fields(Section owner, String key) {
        return new ParameterReader(owner).values(key);
    }

    private ParameterRules read() {
        Map<String, String> set = values("set");
        Map<String, String> defaults = values("default");
        defaults.keySet().stream()
                .filter(set::containsKey)
                .forEach(field -> parameters.error("default", "'" + field + "' is also set; keep one of the two"));
        List<String> remove = new ArrayList<>();
        for (Item item : parameters.texts("remove", "field names", "none")) {
            if (refuses(item.text(), item.place())) {
                continue;
            }
            if (set.containsKey(item.text()) || defaults.containsKey(item.text())) {
                parameters
                        .findings()
                        .error(
                                item.place(),
                                item.shown() + " is also " + (set.containsKey(item.text()) ? "set" : "a default")
                                        + "; keep one of the two");
            } else {
                remove.add(item.text());
            }
        }
        return new ParameterRules(set, defaults, remove, Map.of());
    }

    private Map<String, String> values(String rule) {
        Map<String, String> set = new LinkedHashMap<>();
        YamlNode values = parameters.raw(
                rule, new Option(parameters.path(rule + ".<field>"), "any value", "none", "sent as JSON; see below"));
        if (values instanceof Mapping mapping) {
            for (Map.Entry<String, Entry> entry : mapping.entries().entrySet()) {
                Scalar key = entry.getValue().key();
                Place outer = parameters.place(rule);
                Place place =
                        new Place(outer.file(), key.line(), key.column(), Place.join(outer.path(), entry.getKey()));
                if (!refuses(entry.getKey(), place)) {
                    StringBuilder json = new StringBuilder();
                    append(entry.getValue().value(), place, json);
                    set.put(entry.getKey(), json.toString());
                }
            }
        } else if (values != null && !(values instanceof Scalar scalar && scalar.isEmpty())) {
            parameters.error(rule, "is not a mapping of fields to values");
        }
        return set;
    }

    private boolean refuses(String field, Place place) {
        if (OWN.contains(field)) {
            parameters.findings().error(place, "'" + field + "' is decided by Sluice and may not be changed here");
            return true;
        }
        return false;
    }

    private void append(YamlNode value, Place place, StringBuilder json) {
        switch (value) {
            case Scalar scalar -> json.append(scalar(scalar, place));
            case Sequence list -> {
                String separator = "[";
                for (YamlNode item : list.items()) {
                    json.append(separator);
                    append(item, new Place(place.file(), item.line(), item.column(), place.path()), json);
                    separator = ",";
                }
                json.append(list.items().isEmpty() ? "[]" : "]");
            }
            case Mapping mapping -> {
                String separator = "{";
                for (Map.Entry<String, Entry> entry : mapping.entries().entrySet()) {
                    Scalar key = entry.getValue().key();
                    json.append(separator).append(quoted(entry.getKey())).append(':');
                    String path = Place.join(place.path(), entry.getKey());
                    append(entry.getValue().value(), new Place(place.file(), key.line(), key.column(), path), json);
                    separator = ",";
                }
                json.append(mapping.entries().isEmpty() ? "{}" : "}");
            }
        }
    }

    private String scalar(Scalar scalar, Place place) {
        String text = scalar.text();
        if (Substitution.isReference(text)) {
            String resolved = parameters.reading().substitution().resolve(text, place);
            return quoted(resolved == null ? "" : resolved);
        }
        if (!scalar.plain()) {
            return quoted(text);
        }
        if (text.isEmpty()) {
            parameters.findings().error(place, "has no value; give one, or remove the line");
            return "null";
        }
        if (text.equals("true") || text.equals("false") || text.equals("null")) {
            return text;
        }
        String number = text.matches("[1-9][0-9]*(_[0-9]+)+") ? text.replace("_", "") : text;
        if (JSON_NUMBER.matcher(number).matches()) {
            return number;
        }
        if (UNCLEAR.matcher(text).matches()) {
            parameters
                    .findings()
                    .error(
                            place,
                            "'" + text + "' could be read in two ways; quote it for text, or write a JSON number");
        }
        return quoted(text);
    }

    private static String quoted(String text) {
        return "\"" + new String(JsonStringEncoder.getInstance().quoteAsString(text)) + "\"";
    }
}
