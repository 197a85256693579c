package io.sluice.provider;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.pool.BaseUrl;
import java.util.Map;
import java.util.function.Function;

/**
 * The question which models a provider offers, always a {@code GET}.
 *
 * @param server where it is asked; the path is not used
 * @param uri request target: path and query
 * @param headers names in lower case; the credential is among them
 * @param reading reads the answer; what has another form gives no names
 */
public record ModelsCall(
        BaseUrl server, String uri, Map<String, String> headers, Function<JsonNode, ModelsPage> reading) {}
