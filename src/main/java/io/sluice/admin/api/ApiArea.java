package io.sluice.admin.api;

import java.util.Map;

/** A part of the API: what one file of {@code openapi/} describes, or some of it. */
public interface ApiArea {
    /** The handler of every operation, by {@code operationId}. */
    Map<String, ApiHandler> operations();
}
