package io.sluice.domain.chat;

/** The target cannot carry a field of the request, and may not drop it. Expected: carries no stack trace. */
public final class InexpressibleException extends RuntimeException {
    private static final long serialVersionUID = 1;

    private final String field;

    /**
     * A field that cannot be carried.
     *
     * @param field its name in the client's dialect
     */
    public InexpressibleException(String field) {
        super(field, null, false, false);
        this.field = field;
    }

    /** The field's name in the client's dialect. */
    public String field() {
        return field;
    }
}
