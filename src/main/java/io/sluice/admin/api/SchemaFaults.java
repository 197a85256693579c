package io.sluice.admin.api;

import io.sluice.admin.api.Problem.Fault;
import io.vertx.json.schema.OutputUnit;
import io.vertx.openapi.validation.SchemaValidationException;
import io.vertx.openapi.validation.ValidatorException;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/**
 * What a request's check found, as faults that name the field and the rule. The library says of a field that breaks a rule
 * that it is unknown too; that is left out here, as are values.
 */
final class SchemaFaults {
    private static final int MOST = 20;
    private static final int MAX_TEXT = 200;
    private static final Pattern PARAMETER =
            Pattern.compile("(path|query|header|cookie) parameter ([A-Za-z0-9_.-]+)", Pattern.CASE_INSENSITIVE);
    private static final Pattern NAME = Pattern.compile("property \"(.*)\"", Pattern.DOTALL);

    /** Only say that something inside them is wrong. */
    private static final Set<String> CONTAINERS =
            Set.of("properties", "items", "allOf", "$ref", "prefixItems", "then", "else", "dependentSchemas");

    private static final Set<String> UNKNOWN = Set.of("additionalProperties", "unevaluatedProperties");

    private SchemaFaults() {}

    static Problem of(ValidatorException failure) {
        String text = String.valueOf(failure.getMessage());
        Matcher named = PARAMETER.matcher(text);
        String in = named.find() ? named.group(1).toLowerCase(Locale.ROOT) : "body";
        String field = in.equals("body") ? "" : named.group(2);
        if (failure instanceof SchemaValidationException schema) {
            List<Fault> faults = faults(in, field, schema.getOutputUnit());
            return faults.isEmpty()
                    ? Problem.invalid(List.of(new Fault(in, field, "schema", "has a wrong form")))
                    : Problem.invalid(faults);
        }
        return switch (failure.type()) {
            case MISSING_REQUIRED_PARAMETER -> Problem.invalid(List.of(new Fault(in, field, "required", "is missing")));
            case UNSUPPORTED_VALUE_FORMAT ->
                in.equals("body")
                        ? Problem.of(415, "not-json", "The body must be application/json, and the header say so.")
                        : Problem.invalid(List.of(new Fault(in, field, "format", "cannot be read")));
            default ->
                Problem.invalid(
                        List.of(new Fault(in, field, "syntax", in.equals("body") ? "is no JSON" : "cannot be read")));
        };
    }

    private static List<Fault> faults(String in, String field, OutputUnit found) {
        Map<String, Fault> faults = new LinkedHashMap<>();
        List<OutputUnit> units = found.getErrors() == null ? List.of(found) : found.getErrors();
        for (OutputUnit unit : units) {
            String keyword = keyword(unit);
            if (!CONTAINERS.contains(keyword) && !(UNKNOWN.contains(keyword) && brokenElsewhere(unit, units))) {
                Fault fault = fault(in, field, keyword, unit);
                faults.putIfAbsent(fault.field() + " " + keyword, fault);
            }
        }
        return new ArrayList<>(faults.values()).subList(0, Math.min(MOST, faults.size()));
    }

    private static String keyword(OutputUnit unit) {
        String location = String.valueOf(unit.getKeywordLocation());
        String last = location.substring(location.lastIndexOf('/') + 1);
        return last.matches("[0-9]+") ? "items" : last;
    }

    /** Whether a field is called unknown for nothing but what is wrong in it. */
    private static boolean brokenElsewhere(OutputUnit unknown, List<OutputUnit> units) {
        String place = String.valueOf(unknown.getInstanceLocation());
        return units.stream()
                .filter(unit -> keyword(unit).equals("properties"))
                .anyMatch(unit -> place.equals(unit.getInstanceLocation()));
    }

    private static Fault fault(String in, String field, String keyword, OutputUnit unit) {
        String text = String.valueOf(unit.getError());
        String place = String.valueOf(unit.getInstanceLocation()).replaceFirst("^#", "");
        String detail =
                switch (keyword) {
                    case "additionalProperties", "unevaluatedProperties" -> "there is no such field here";
                    case "required", "dependentRequired" -> "is missing";
                    case "oneOf", "anyOf" -> "has none of the forms that are allowed";
                    case "not" -> "has a form that is not allowed";
                    case "type" -> text.replaceFirst(".*Expected ", "must be of type ");
                    case "enum" ->
                        text.replaceFirst("Instance does not match any of ", "must be one of ")
                                .replaceAll("[\\[\\]\"]", "")
                                .replace(",", ", ");
                    case "pattern" -> "does not have the form that the document says";
                    default -> text;
                };
        if (keyword.equals("required")) {
            Matcher name = NAME.matcher(text);
            place += name.find() ? "/" + name.group(1) : "";
        }
        String where = in.equals("body") ? place : field + place;
        return new Fault(in, cut(where), keyword, cut(detail));
    }

    private static String cut(String text) {
        return text.length() <= MAX_TEXT ? text : text.substring(0, MAX_TEXT) + "…";
    }
}
