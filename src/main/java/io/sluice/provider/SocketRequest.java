package io.sluice.provider;

import java.util.Map;

/**
 * How a realtime session is asked for. Every value has been checked or escaped: none holds a control character.
 *
 * @param uri request target: path and query, without scheme and host
 * @param headers names in lower case; the credential is among them
 */
public record SocketRequest(String uri, Map<String, String> headers) {}
