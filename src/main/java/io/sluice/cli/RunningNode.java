package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.Optional;
import org.jspecify.annotations.Nullable;

/** A node that runs, asked on its admin port. */
final class RunningNode {
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    private RunningNode() {}

    /**
     * What {@code /admin/config} of a node says.
     *
     * @param named the admin port that the caller named; null for the one of the node's own settings
     * @param config where the node would be, and its token
     * @return empty when nobody named one and none answers
     * @throws CliFailure when the one that was named does not answer
     */
    static Optional<JsonNode> config(@Nullable URI named, NodeConfig config) throws CliFailure, InterruptedException {
        URI base = named != null ? named : URI.create(own(config));
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(base.resolve("/admin/config")).timeout(ANSWER);
            Secret token = config.admin().token();
            if (token != null) {
                request.header("authorization", "Bearer " + token.reveal());
            }
            var answer = client.send(request.build(), BodyHandlers.ofString());
            if (answer.statusCode() != 200) {
                throw new CliFailure(base + " answers with status " + answer.statusCode());
            }
            return Optional.of(new ObjectMapper().readTree(answer.body()));
        } catch (JsonProcessingException e) {
            throw new CliFailure(base + " is not the admin port of a node");
        } catch (IllegalArgumentException e) {
            throw new CliFailure("--admin: '" + base + "' is not an http URL");
        } catch (IOException e) {
            if (named == null) {
                return Optional.empty();
            }
            throw new CliFailure("no node answers at " + base);
        }
    }

    private static String own(NodeConfig config) {
        String host = config.admin().host();
        String name =
                switch (host) {
                    case "0.0.0.0", "::" -> "127.0.0.1";
                    default -> host.indexOf(':') >= 0 ? "[" + host + "]" : host;
                };
        return (config.admin().tls() != null ? "https://" : "http://") + name + ":"
                + config.admin().port();
    }
}
