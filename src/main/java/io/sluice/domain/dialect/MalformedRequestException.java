package io.sluice.domain.dialect;

/** A request's field has a form that its dialect does not know. Expected: carries no stack trace. */
public final class MalformedRequestException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String field;

    /**
     * What is wrong.
     *
     * @param field where, such as {@code messages[2].content[0].type}
     * @param message for the client: what is wrong and what is expected
     */
    public MalformedRequestException(String field, String message) {
        super(message, null, false, false);
        this.field = field;
    }

    /** Where it is. */
    public String field() {
        return field;
    }
}
