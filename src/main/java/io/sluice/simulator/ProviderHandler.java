package io.sluice.simulator;

import io.netty.handler.codec.DecoderException;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpHeaders;
import io.vertx.core.http.HttpMethod;
import io.vertx.core.http.HttpServerRequest;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** Takes requests in the providers' dialects: path, credential, head, body. Belongs to its event loop. */
final class ProviderHandler {
    private static final int MAX_BODY = 64 * 1024 * 1024;
    private static final byte[] NO_BODY = {};

    private final Simulation simulation;
    private final Pacer pacer;

    ProviderHandler(Simulation simulation, Pacer pacer) {
        this.simulation = simulation;
        this.pacer = pacer;
    }

    /** Takes a request whose head is complete. */
    void handle(HttpServerRequest request) {
        String path = request.path() == null ? "" : request.path();
        String method = request.method().name();
        Service service = Services.of(request, path);
        if (service == null) {
            answer(request, Services.wording(path).notFound(method, path));
            return;
        }
        Wording wording = service.wording();
        if (!request.method().equals(service.method())) {
            answer(request, wording.wrongMethod(service.method().name(), method, path));
            return;
        }
        String name;
        try {
            name = service.credential(request, simulation);
        } catch (RefusedRequest e) {
            answer(request, e.error());
            return;
        }
        Credential credential = name == null ? null : simulation.accepted(name);
        if (name == null || credential == null) {
            answer(request, wording.unauthenticated(name));
        } else if (!request.method().equals(HttpMethod.POST)) {
            simulation.captures().add(name, request, NO_BODY);
            look(service, credential, request);
        } else {
            Credential.Arrival arrival = service.counted() ? credential.arrive() : credential.visit();
            take(service, name, request, new Exchange(simulation, pacer, service, arrival, request));
        }
    }

    private void take(Service service, String name, HttpServerRequest request, Exchange exchange) {
        try {
            service.checkHead(request);
        } catch (RefusedRequest e) {
            exchange.refuse(e.error());
            return;
        }
        if (service.takesForm()) {
            takeForm(service.wording(), name, request, exchange);
            return;
        }
        Body body = new Body();
        request.handler(chunk -> {
            if (!body.add(chunk)) {
                request.handler(null);
                request.endHandler(null);
                exchange.refuse(service.wording().tooLarge());
            }
        });
        request.endHandler(end -> {
            byte[] bytes = body.bytes();
            simulation.captures().add(name, request, bytes);
            exchange.answer(bytes);
        });
    }

    /** Reads a form; of its files only the size is kept. */
    private void takeForm(Wording wording, String name, HttpServerRequest request, Exchange exchange) {
        Map<String, Long> files = new HashMap<>();
        request.setExpectMultipart(true);
        request.uploadHandler(upload -> {
            files.merge(upload.name(), 0L, Long::sum);
            upload.handler(chunk -> files.merge(upload.name(), (long) chunk.length(), Long::sum));
        });
        request.exceptionHandler(failure -> {
            if (failure instanceof DecoderException) {
                exchange.refuse(wording.error(400, "Could not parse multipart form"));
            } else {
                exchange.lost();
            }
        });
        request.endHandler(end -> {
            MultiMap form = MultiMap.caseInsensitiveMultiMap().addAll(request.formAttributes());
            simulation.captures().add(name, request, Wording.utf8(form + " " + files));
            exchange.answer(NO_BODY, form, files);
        });
    }

    /** A body as it comes in; usually one chunk, which is not copied together. */
    private static final class Body {
        private @Nullable Buffer received;
        private boolean own;

        boolean add(Buffer chunk) {
            Buffer before = received;
            if (before == null) {
                received = chunk;
                return true;
            }
            Buffer joined = own ? before : Buffer.buffer(before.length() * 4).appendBuffer(before);
            own = true;
            received = joined.appendBuffer(chunk);
            return joined.length() <= MAX_BODY;
        }

        byte[] bytes() {
            return received == null ? NO_BODY : received.getBytes();
        }
    }

    /** Answers what is only looked up: it is not counted, and no fault applies. */
    private void look(Service service, Credential credential, HttpServerRequest request) {
        Planned planned;
        try {
            planned = service.plan(new Asked(
                    request,
                    NO_BODY,
                    MultiMap.caseInsensitiveMultiMap(),
                    Map.of(),
                    credential.script(),
                    credential.looking(),
                    simulation,
                    simulation.nextNumber(),
                    System.currentTimeMillis() / 1_000));
        } catch (RefusedRequest e) {
            answer(request, e.error());
            return;
        }
        service.wording().headers(request.response(), planned.contentType(), simulation.nextNumber(), 0, null);
        request.response().end(planned.body().get());
    }

    private void answer(HttpServerRequest request, ProviderError error) {
        request.response()
                .setStatusCode(error.status())
                .putHeader(HttpHeaders.CONTENT_TYPE, ResponseHeaders.JSON)
                .putHeader("x-request-id", "req_" + Long.toHexString(simulation.nextNumber()));
        error.headers().forEach(request.response()::putHeader);
        request.response().end(error.body());
    }
}
