package io.sluice.bench;

import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.RequestOptions;
import java.io.IOException;
import java.net.URI;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * Where one way to the provider begins and what is sent along it.
 *
 * @param name what the results call it
 * @param options address and headers of its requests
 * @param body body of its requests
 */
record Target(String name, RequestOptions options, Buffer body) {
    /**
     * Finds a target in a file of lines {@code name <tab> URL <tab> credential <tab> file of the body}.
     *
     * @throws IllegalArgumentException when no line has the name
     */
    static Target read(Path file, String name) throws IOException {
        for (String line : Files.readAllLines(file)) {
            String[] fields = line.split("\t");
            if (fields.length == 4 && fields[0].equals(name)) {
                return new Target(name, options(URI.create(fields[1]), fields[2]), body(Path.of(fields[3])));
            }
        }
        throw new IllegalArgumentException("no target '" + name + "' in " + file);
    }

    private static RequestOptions options(URI uri, String credential) {
        return new RequestOptions()
                .setMethod(HttpMethod.POST)
                .setHost(uri.getHost())
                .setPort(uri.getPort())
                .setURI(uri.getRawPath())
                .putHeader(HttpHeaders.AUTHORIZATION, "Bearer " + credential)
                .putHeader(HttpHeaders.CONTENT_TYPE, "application/json");
    }

    private static Buffer body(Path file) throws IOException {
        return Buffer.buffer(Files.readAllBytes(file));
    }
}
