package io.sluice.ingress;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.Forbidden;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.pool.Model;
import io.sluice.ingress.StoredRequests.Prepared;
import java.time.Duration;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One {@link Endpoint}: reads a request's body, scans it, and begins the exchange. */
final class ModelEndpoint implements Routes.EndpointHandler {
    private static final Logger LOG = LoggerFactory.getLogger(ModelEndpoint.class);

    private final Endpoint endpoint;
    private final ExchangeServices services;
    private final EdgeDialect dialect;

    ModelEndpoint(Endpoint endpoint, ExchangeServices services) {
        this.endpoint = endpoint;
        this.services = services;
        this.dialect = EdgeDialect.of(endpoint.dialect(), false);
    }

    @Override
    public void handle(Incoming incoming) {
        incoming.speaks(dialect);
        boolean anthropic = endpoint.dialect() == ChatDialect.ANTHROPIC;
        handle(incoming, anthropic ? AnthropicHeaders.of(incoming.request().headers()) : RequestHead.NONE);
    }

    /**
     * Answers the request.
     *
     * @param incoming it, with its dialect known
     * @param head what it says beside its body
     */
    void handle(Incoming incoming, RequestHead head) {
        incoming.ask(endpoint);
        GatewayFailure wrong = checkHead(incoming);
        if (wrong != null) {
            throw new GatewayException(wrong);
        }
        Duration asked = MaxWait.asked(incoming.request());
        services.enter();
        BodyReader.read(incoming.request(), services.bounds(), services.limits(), services.clock(), services.timed())
                .onComplete(body -> begin(incoming, head, body, asked), cause -> {
                    services.leave();
                    services.refuse(incoming, failureOf(cause));
                });
    }

    private void begin(Incoming incoming, RequestHead head, byte[] body, @Nullable Duration asked) {
        long held = body.length;
        try {
            int depth = services.bounds().jsonDepth();
            RequestScan said = RequestScanner.scan(body, endpoint, head, depth);
            requireDefault(incoming, said);
            RequestScan scan = KeyDefaults.added(incoming.key(), said, depth);
            held = hold(held, scan.body().length);
            Model model = modelOf(incoming, scan.model());
            if (CountTokens.isAsked(scan) && !CountTokens.isNative(model, scan)) {
                CountTokens.answer(
                                services,
                                incoming,
                                scan,
                                model,
                                () -> ShortRecord.hand(services, incoming, endpoint, null))
                        .onFailure(cause -> services.refuse(incoming, failureOf(cause)))
                        .onComplete(done -> {
                            services.limits().releaseBody(scan.body().length);
                            services.leave();
                        });
                return;
            }
            Duration maxWait = MaxWait.of(asked, incoming.key(), model.policy(), scan.stream());
            Prepared prepared =
                    StoredRequests.prepare(services.storedIds(incoming.revision()), incoming, scan, model, depth);
            held = hold(held, prepared.scan().body().length);
            Asked whole = new Asked(prepared.scan(), model, maxWait, prepared.ownership(), null);
            new Exchange(services, incoming, whole, services::leave).start();
        } catch (RuntimeException e) {
            services.limits().releaseBody(held);
            services.leave();
            services.refuse(incoming, failureOf(e));
        }
    }

    /** Counts a body as what it has become. */
    private long hold(long held, long now) {
        if (now > held && !services.limits().reserveBody(now - held)) {
            throw new GatewayException(new GatewayFailure.Overloaded("The gateway has no memory for another body."));
        }
        services.limits().releaseBody(Math.max(0, held - now));
        return now;
    }

    /** A request that names no model means its endpoint's usual one, which need not be served. */
    private static void requireDefault(Incoming incoming, RequestScan scan) {
        String name = scan.model();
        boolean unknown = !incoming.revision().models().containsKey(name);
        if (unknown && name.equals(scan.endpoint().defaultModel()) && scan.indexOf("model") < 0) {
            throw new GatewayException(new InvalidRequest(
                    Kind.UNKNOWN_MODEL,
                    "Your request names no model, and the one that is then meant, '" + name
                            + "', is not served here: name another in 'model'.",
                    "model",
                    "model_not_found"));
        }
    }

    /**
     * The model that a request asks for.
     *
     * @throws GatewayException when there is none, or the key may not use it
     */
    static Model modelOf(Incoming incoming, String name) {
        Model model = incoming.revision().models().get(name);
        if (model == null) {
            throw new GatewayException(ModelsHandler.unknown(name));
        }
        incoming.asksFor(model);
        if (!incoming.key().allows(name)) {
            throw new GatewayException(
                    new Forbidden("This API key may not use the model '" + name + "'.", "model_not_allowed"));
        }
        return model;
    }

    private static @Nullable InvalidRequest checkHead(Incoming incoming) {
        String type = incoming.request().getHeader("content-type");
        if (type == null || !isJson(type)) {
            return new InvalidRequest(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "The body must be JSON: send Content-Type: application/json.",
                    null,
                    "unsupported_content_type");
        }
        return checkCoding(incoming);
    }

    /** What is wrong with how a body comes, whatever it is; null for nothing. */
    static @Nullable InvalidRequest checkCoding(Incoming incoming) {
        String coding = incoming.request().getHeader("content-encoding");
        if (coding != null && !coding.equalsIgnoreCase("identity")) {
            return new InvalidRequest(
                    Kind.UNSUPPORTED_MEDIA_TYPE,
                    "Compressed request bodies are not accepted.",
                    null,
                    "unsupported_content_encoding");
        }
        String expect = incoming.request().getHeader("expect");
        if (expect != null && !expect.equalsIgnoreCase("100-continue")) {
            return new InvalidRequest(
                    Kind.EXPECTATION_FAILED, "The only expectation understood is 100-continue.", null, null);
        }
        return null;
    }

    private static boolean isJson(String contentType) {
        int end = contentType.indexOf(';');
        String type =
                (end < 0 ? contentType : contentType.substring(0, end)).strip().toLowerCase(Locale.ROOT);
        return type.equals("application/json");
    }

    /** What a request fails with. */
    static GatewayFailure failureOf(Throwable cause) {
        if (cause instanceof GatewayException expected) {
            return expected.failure();
        }
        LOG.error("a request failed by a defect", cause);
        return new GatewayFailure.Internal();
    }
}
