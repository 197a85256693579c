package io.sluice.cli;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.node.AdminTokenFile;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.net.http.HttpTimeoutException;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.function.Consumer;
import javax.net.ssl.SSLException;
import org.jspecify.annotations.Nullable;

/** A node that runs, asked on its admin port. */
final class RunningNode {
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration CONNECT = Duration.ofSeconds(1);
    private static final Duration ANSWER = Duration.ofSeconds(5);

    /** What it is told to do may wait for a provider. */
    private static final Duration ACTION = Duration.ofSeconds(65);

    private static final Set<String> LOOPBACK = Set.of("localhost", "127.0.0.1", "[::1]");

    private final URI base;
    private final AdminOptions options;
    private final NodeConfig config;

    /**
     * The node that is asked; nobody is yet.
     *
     * @param options which one, and as whom, where the caller said so
     * @param config where the node would be, and its token
     */
    RunningNode(AdminOptions options, NodeConfig config) {
        this.base = options.admin != null ? options.admin : URI.create(own(config));
        this.options = options;
        this.config = config;
    }

    /**
     * What {@code /admin/v1/config} of a node says.
     *
     * @param options which one, and as whom, where the caller said so
     * @param config where the node would be, and its token
     * @param note takes a sentence when one answers that nobody named and that does not let the caller in
     * @return empty when nobody named one and none answers
     * @throws CliFailure when the one that was named does not answer
     */
    static Optional<JsonNode> config(AdminOptions options, NodeConfig config, Consumer<String> note)
            throws CliFailure, InterruptedException {
        RunningNode node = new RunningNode(options, config);
        HttpResponse<String> answer = node.send("/admin/v1/config", null);
        if (answer == null && options.admin != null) {
            throw node.silent();
        }
        if (answer != null && answer.statusCode() == 401 && options.admin == null) {
            note.accept("a node answers at " + node.base + ", and does not know the token; it is not compared");
            return Optional.empty();
        }
        return answer == null ? Optional.empty() : Optional.of(node.read(answer));
    }

    /**
     * What a path says.
     *
     * @throws CliFailure when no node answers, or one says that it cannot
     */
    JsonNode get(String path) throws CliFailure, InterruptedException {
        return answered(send(path, null));
    }

    /**
     * Has something done.
     *
     * @param path what
     * @param body JSON
     * @return what became of it
     * @throws CliFailure when no node answers, or it was not done, in the node's words
     */
    JsonNode post(String path, JsonNode body) throws CliFailure, InterruptedException {
        return answered(send(path, body.toString()));
    }

    /** The same without a body. */
    JsonNode post(String path) throws CliFailure, InterruptedException {
        return answered(send(path, ""));
    }

    private JsonNode answered(@Nullable HttpResponse<String> answer) throws CliFailure {
        if (answer == null) {
            throw silent();
        }
        return read(answer);
    }

    private CliFailure silent() {
        return new CliFailure("no node answers at " + base);
    }

    /** Null when nobody answers. */
    private @Nullable HttpResponse<String> send(String path, @Nullable String body)
            throws CliFailure, InterruptedException {
        try (HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build()) {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(base.resolve(path)).timeout(body == null ? ANSWER : ACTION);
            String token = token();
            if (token != null && mayBeRead() && !options.insecure) {
                throw new CliFailure("others could read the token on its way to " + base
                        + "; name the node with https, or say --insecure");
            }
            if (token != null) {
                request.header("authorization", "Bearer " + token);
            }
            if (body != null && body.isEmpty()) {
                request.POST(BodyPublishers.noBody());
            } else if (body != null) {
                request.header("content-type", "application/json").POST(BodyPublishers.ofString(body));
            }
            return client.send(request.build(), BodyHandlers.ofString());
        } catch (IllegalArgumentException e) {
            throw new CliFailure("--admin: '" + base + "' is not an http URL");
        } catch (HttpTimeoutException e) {
            throw new CliFailure(base + " does not answer in time"
                    + (body == null ? "" : "; what was asked for may have been done, 'sluice pool' shows it"));
        } catch (SSLException e) {
            throw new CliFailure(base + " has a certificate that is not trusted here (" + e.getMessage()
                    + "); name the host that it is made for with --admin https://HOST:PORT");
        } catch (IOException e) {
            return null;
        }
    }

    /**
     * Who asks: as the caller said, or as the node was told or made it for itself.
     *
     * @return null when nobody knows
     */
    private @Nullable String token() throws CliFailure {
        String given = options.token();
        if (given != null) {
            return given;
        }
        try {
            Secret own = AdminTokenFile.read(config);
            return own == null ? null : own.reveal();
        } catch (IOException e) {
            throw new CliFailure("the admin token " + AdminTokenFile.of(config) + " cannot be read: " + e.getMessage());
        }
    }

    private boolean mayBeRead() {
        return !"https".equals(base.getScheme()) && !LOOPBACK.contains(String.valueOf(base.getHost()));
    }

    private JsonNode read(HttpResponse<String> answer) throws CliFailure {
        JsonNode json;
        try {
            json = JSON.readTree(answer.body());
        } catch (JsonProcessingException e) {
            json = JSON.missingNode();
        }
        if (answer.statusCode() != 200) {
            String said = json.path("detail")
                    .asText(json.path("error").path("message").asText(""));
            List<String> lines = new ArrayList<>();
            lines.add(base + " answers with status " + answer.statusCode() + (said.isEmpty() ? "" : ": " + said));
            for (JsonNode error : json.path("errors")) {
                lines.add((error.path("entry").asText("") + " "
                                + error.path("field").asText("") + ": "
                                + error.path("detail").asText(""))
                        .strip()
                        .replaceAll("\\p{Cntrl}", "?"));
            }
            throw new CliFailure(lines);
        }
        if (!json.isObject()) {
            throw new CliFailure(base + " is not the admin port of a node");
        }
        return json;
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
