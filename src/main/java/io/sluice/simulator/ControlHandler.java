package io.sluice.simulator;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpServerRequest;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.function.Consumer;

/**
 * The control paths, for clients on this machine.
 *
 * <pre>
 * GET    /oracle                     largest windows by credential
 * DELETE /oracle                     forgets all arrivals
 * GET    /sim/credentials            the scripts in force
 * PUT    /sim/credentials/{name}     gives a credential a script
 * DELETE /sim/credentials/{name}     gives it the script of the start again
 * PUT    /sim/capture                {"enabled": true}
 * GET    /sim/captures[?credential=] the last requests as they came
 * GET    /sim/stats                  connections, open streams, endings
 * PUT    /sim/listener               {"refuse-for": "5s"}: closes the port and every connection for a while
 * </pre>
 */
final class ControlHandler {
    private static final String CREDENTIALS = "/sim/credentials/";

    private final Simulation simulation;
    private final Consumer<Duration> refuse;

    /**
     * Control of a simulation.
     *
     * @param simulation what is controlled
     * @param refuse closes the port for a while
     */
    ControlHandler(Simulation simulation, Consumer<Duration> refuse) {
        this.simulation = simulation;
        this.refuse = refuse;
    }

    /** Whether a path is one of the control paths. */
    static boolean handles(String path) {
        return path != null && (path.startsWith("/sim/") || path.equals("/oracle"));
    }

    /** Takes a request. */
    void handle(HttpServerRequest request) {
        if (!fromThisMachine(request)) {
            answer(request, 403, Json.object().put("error", "the control paths are for this machine only"));
            return;
        }
        String path = request.path();
        String call = request.method().name() + " " + (path.startsWith(CREDENTIALS) ? CREDENTIALS : path);
        switch (call) {
            case "GET /oracle" -> answer(request, 200, simulation.oracle());
            case "DELETE /oracle" -> {
                simulation.resetOracle();
                answer(request, 200, simulation.oracle());
            }
            case "GET /sim/credentials" -> answer(request, 200, simulation.scripts());
            case "GET /sim/stats" -> answer(request, 200, simulation.stats().report());
            case "GET /sim/captures" ->
                answer(request, 200, simulation.captures().report(request.getParam("credential")));
            case "DELETE " + CREDENTIALS -> {
                simulation.reset(name(path));
                answer(request, 200, Json.object());
            }
            case "PUT " + CREDENTIALS -> request.bodyHandler(body -> script(request, body));
            case "PUT /sim/capture" -> request.bodyHandler(body -> capture(request, body));
            case "PUT /sim/listener" -> request.bodyHandler(body -> listener(request, body));
            default -> answer(request, 404, Json.object().put("error", "there is no " + call));
        }
    }

    private static String name(String path) {
        return Route.decoded(path.substring(CREDENTIALS.length()));
    }

    private void script(HttpServerRequest request, Buffer body) {
        try {
            simulation.follow(name(request.path()), ScriptReader.json(body.getBytes()));
            answer(request, 200, Json.object());
        } catch (InvalidScriptException e) {
            answer(request, 400, Json.object().put("error", e.getMessage()));
        }
    }

    private void capture(HttpServerRequest request, Buffer body) {
        JsonNode enabled = field(body, "enabled");
        if (!enabled.isBoolean()) {
            answer(request, 400, Json.object().put("error", "enabled: must be true or false"));
            return;
        }
        simulation.captures().enable(enabled.booleanValue());
        answer(request, 200, Json.object());
    }

    private void listener(HttpServerRequest request, Buffer body) {
        Duration duration = ScriptReader.parse(field(body, "refuse-for").asText());
        if (duration == null) {
            answer(request, 400, Json.object().put("error", "refuse-for: must be a duration such as 5s"));
            return;
        }
        request.response()
                .putHeader(HttpHeaders.CONTENT_TYPE, ResponseHeaders.JSON)
                .putHeader(HttpHeaders.CONNECTION, HttpHeaders.CLOSE)
                .end("{}")
                .onComplete(sent -> refuse.accept(duration));
    }

    private static JsonNode field(Buffer body, String name) {
        try {
            return Json.read(body.getBytes()).path(name);
        } catch (JsonProcessingException e) {
            return Json.object().path(name);
        }
    }

    private static boolean fromThisMachine(HttpServerRequest request) {
        String address = request.remoteAddress().hostAddress();
        try {
            return address != null && InetAddress.getByName(address).isLoopbackAddress(); // a literal, never resolved
        } catch (UnknownHostException e) {
            return false;
        }
    }

    private static void answer(HttpServerRequest request, int status, JsonNode body) {
        request.response()
                .setStatusCode(status)
                .putHeader(HttpHeaders.CONTENT_TYPE, ResponseHeaders.JSON)
                .end(body.toString());
    }
}
