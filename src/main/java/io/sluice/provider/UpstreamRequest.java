package io.sluice.provider;

import java.util.Map;

/**
 * What is written to a provider. Every value has been checked or escaped: none holds a control character.
 *
 * @param uri request target: path and query, without scheme and host
 * @param headers names in lower case; the credential is among them
 * @param body JSON text
 */
public record UpstreamRequest(String uri, Map<String, String> headers, byte[] body) {}
