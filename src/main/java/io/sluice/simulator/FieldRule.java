package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.Set;

/** What a request field may hold. */
sealed interface FieldRule {
    /** Any string. */
    FieldRule STRING = new OfKind("a string");
    /** True or false. */
    FieldRule BOOLEAN = new OfKind("a boolean");
    /** An object. */
    FieldRule OBJECT = new OfKind("an object");
    /** An array. */
    FieldRule ARRAY = new OfKind("an array");
    /** Checked where it is read, because several kinds are allowed. */
    FieldRule ANY = new OfKind("any value");

    /**
     * One JSON kind.
     *
     * @param kind what error messages call it
     */
    record OfKind(String kind) implements FieldRule {}

    /**
     * A whole number.
     *
     * @param least smallest value
     * @param most largest value
     */
    record Whole(long least, long most) implements FieldRule {}

    /**
     * A number.
     *
     * @param least smallest value
     * @param most largest value
     */
    record Decimal(double least, double most) implements FieldRule {}

    /**
     * One of some strings.
     *
     * @param values the strings
     */
    record OneOf(Set<String> values) implements FieldRule {
        /** Copies the set. */
        public OneOf {
            values = Set.copyOf(values);
        }
    }

    /**
     * Checks a value.
     *
     * @param name where it stands in the request
     * @param value not null and not JSON's null
     * @throws RefusedRequest with the provider's error when it may not stand there
     */
    default void check(String name, JsonNode value) throws RefusedRequest {
        switch (this) {
            case OfKind rule -> {
                if (this != ANY && !kind(value).equals(rule.kind)) {
                    throw wrongType(name, rule.kind, value);
                }
            }
            case Whole rule -> {
                if (!value.isIntegralNumber()) {
                    throw wrongType(name, "an integer", value);
                }
                boolean small = value.canConvertToLong() && value.longValue() < rule.least;
                if (small || !value.canConvertToLong() || value.longValue() > rule.most) {
                    throw outside(name, small, "integer", Long.toString(small ? rule.least : rule.most));
                }
            }
            case Decimal rule -> {
                if (!value.isNumber()) {
                    throw wrongType(name, "a decimal", value);
                }
                boolean small = value.doubleValue() < rule.least;
                if (small || value.doubleValue() > rule.most) {
                    throw outside(name, small, "decimal", Double.toString(small ? rule.least : rule.most));
                }
            }
            case OneOf rule -> {
                if (!value.isTextual()) {
                    throw wrongType(name, "a string", value);
                }
                if (!rule.values.contains(value.textValue())) {
                    throw new RefusedRequest(ProviderError.invalid(
                            "Invalid value: '" + value.textValue() + "'. Supported values are: "
                                    + String.join(
                                            ", ",
                                            rule.values.stream()
                                                    .sorted()
                                                    .map(each -> "'" + each + "'")
                                                    .toList())
                                    + ".",
                            name,
                            "invalid_value"));
                }
            }
        }
    }

    /** The error for a value of a wrong type. */
    static RefusedRequest wrongType(String name, String wanted, JsonNode value) {
        return new RefusedRequest(ProviderError.invalid(
                "Invalid type for '" + name + "': expected " + wanted + ", but got " + kind(value) + " instead.",
                name,
                "invalid_type"));
    }

    private static RefusedRequest outside(String name, boolean small, String kind, String bound) {
        return new RefusedRequest(ProviderError.invalid(
                "Invalid '" + name + "': " + kind + (small ? " below minimum" : " above maximum")
                        + " value. Expected a value " + (small ? ">= " : "<= ") + bound + ".",
                name,
                kind + (small ? "_below_min_value" : "_above_max_value")));
    }

    private static String kind(JsonNode value) {
        return switch (value.getNodeType()) {
            case STRING -> "a string";
            case BOOLEAN -> "a boolean";
            case OBJECT -> "an object";
            case ARRAY -> "an array";
            case NULL -> "null";
            default -> value.isIntegralNumber() ? "an integer" : "a decimal";
        };
    }
}
