package io.sluice.domain.form;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import org.jspecify.annotations.Nullable;

/** What is wrong with a form. */
final class FormFaults {
    private FormFaults() {}

    /** The form cannot be read, or could be read in two ways. */
    static GatewayException malformed(String how) {
        return fault("We could not read the form of your request. " + how, null, "invalid_form");
    }

    /** A field has a value that it cannot have. */
    static GatewayException badValue(String field, String how) {
        return fault("Invalid value for '" + field + "': " + how, field, "invalid_value");
    }

    /** A field stands twice. */
    static GatewayException duplicate(String field) {
        return fault("The field '" + field + "' stands in your form more than once.", field, "duplicate_parameter");
    }

    private static GatewayException fault(String message, @Nullable String param, String code) {
        return new GatewayException(new InvalidRequest(Kind.MALFORMED, message, param, code));
    }
}
