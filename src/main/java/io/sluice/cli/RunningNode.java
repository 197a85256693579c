package io.sluice.cli;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import io.sluice.config.NodeConfig;
import io.sluice.domain.Secret;
import io.sluice.node.AdminTokenFile;
import java.io.IOException;
import java.io.InputStream;
import java.io.InputStreamReader;
import java.io.Writer;
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
    private static final Duration ANSWER = Duration.ofSeconds(10);

    /** What it is told to do may wait for a provider. */
    private static final Duration ACTION = Duration.ofSeconds(65);

    private static final int NOTHING_TO_SAY = 204;
    private static final int MOST_WORDS = 64 * 1024;
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
        HttpResponse<String> answer = node.send(Call.get("/admin/v1/config"), BodyHandlers.ofString());
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
        return answered(send(Call.get(path), BodyHandlers.ofString()));
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
        return answered(send(new Call("POST", path, body.toString(), null), BodyHandlers.ofString()));
    }

    /**
     * Changes something that was read before.
     *
     * @param method of HTTP
     * @param path what
     * @param body JSON; null for none
     * @param version of what was read; the node refuses when somebody else has changed it since
     * @return the node's answer; missing when it has nothing to say
     * @throws CliFailure when no node answers, or it was not done, in the node's words
     */
    JsonNode change(String method, String path, @Nullable JsonNode body, long version)
            throws CliFailure, InterruptedException {
        String match = "\"" + version + "\"";
        return answered(
                send(new Call(method, path, body == null ? null : body.toString(), match), BodyHandlers.ofString()));
    }

    /**
     * Copies what a path says, however long it is.
     *
     * @param out takes it as it comes
     * @throws CliFailure when no node answers, it says that it cannot, or the answer breaks off
     */
    void copy(String path, Writer out) throws CliFailure, InterruptedException {
        HttpResponse<InputStream> answer = send(Call.get(path), BodyHandlers.ofInputStream());
        if (answer == null) {
            throw silent();
        }
        try (InputStream body = answer.body()) {
            if (answer.statusCode() != 200) {
                read(answer.statusCode(), new String(body.readNBytes(MOST_WORDS), UTF_8));
            }
            new InputStreamReader(body, UTF_8).transferTo(out);
            out.flush();
        } catch (IOException e) {
            throw new CliFailure("the answer of " + base + " broke off: " + e.getMessage());
        }
    }

    /**
     * A request.
     *
     * @param method of HTTP
     * @param path with its query
     * @param body JSON text; null for none
     * @param match value of {@code If-Match}; null for none
     */
    private record Call(
            String method,
            String path,
            @Nullable String body,
            @Nullable String match) {
        static Call get(String path) {
            return new Call("GET", path, null, null);
        }

        boolean onlyLooks() {
            return method.equals("GET");
        }
    }

    /** The same without a body. */
    JsonNode post(String path) throws CliFailure, InterruptedException {
        return answered(send(new Call("POST", path, null, null), BodyHandlers.ofString()));
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

    /** Null when nobody answers. A body that comes as a stream may come for as long as it takes. */
    private <T> @Nullable HttpResponse<T> send(Call call, HttpResponse.BodyHandler<T> reader)
            throws CliFailure, InterruptedException {
        HttpClient client = HttpClient.newBuilder().connectTimeout(CONNECT).build();
        try {
            HttpRequest.Builder request =
                    HttpRequest.newBuilder(base.resolve(call.path)).timeout(call.onlyLooks() ? ANSWER : ACTION);
            String token = token();
            if (token != null && mayBeRead() && !options.insecure) {
                throw new CliFailure("others could read the token on its way to " + base
                        + "; name the node with https, or say --insecure");
            }
            if (token != null) {
                request.header("authorization", "Bearer " + token);
            }
            if (call.match != null) {
                request.header("if-match", call.match);
            }
            if (call.body != null) {
                request.header("content-type", "application/json");
            }
            request.method(
                    call.method, call.body == null ? BodyPublishers.noBody() : BodyPublishers.ofString(call.body));
            return client.send(request.build(), reader);
        } catch (IllegalArgumentException e) {
            throw new CliFailure("--admin: '" + base + "' is not an http URL");
        } catch (HttpTimeoutException e) {
            throw new CliFailure(base + " does not answer in time"
                    + (call.onlyLooks() ? "" : "; what was asked for may have been done, look before you ask again"));
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
        return read(answer.statusCode(), answer.body());
    }

    private JsonNode read(int status, String body) throws CliFailure {
        if (status == NOTHING_TO_SAY) {
            return JSON.missingNode();
        }
        JsonNode json;
        try {
            json = JSON.readTree(body);
        } catch (JsonProcessingException e) {
            json = JSON.missingNode();
        }
        if (status < 200 || status > 299) {
            throw new CliFailure(said(status, json));
        }
        if (!json.isObject()) {
            throw new CliFailure(base + " is not the admin port of a node");
        }
        return json;
    }

    /** What a node says of a failure; its first line says all where only one thing is wrong. */
    private List<String> said(int status, JsonNode json) {
        String detail =
                json.path("detail").asText(json.path("error").path("message").asText(""));
        List<String> lines = new ArrayList<>();
        lines.add(base + " answers with status " + status + (detail.isEmpty() ? "" : ": " + plain(detail)));
        JsonNode errors = json.path("errors");
        if (errors.size() > 1 || errors.path(0).has("entry")) {
            for (JsonNode error : errors) {
                String place = error.path("entry").asText("") + " "
                        + error.path("field").asText("");
                lines.add(plain(place + ": " + error.path("detail").asText("")));
            }
        }
        return lines;
    }

    private static String plain(String text) {
        return text.strip().replaceAll("\\p{Cntrl}", "?");
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
