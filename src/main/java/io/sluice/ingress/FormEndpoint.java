package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.form.FormFilter;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.pool.Model;
import java.time.Duration;
import org.jspecify.annotations.Nullable;

/**
 * One {@link Endpoint} that takes a form: finds the model in a header or in the form's beginning, and begins the exchange
 * while the rest is still to come.
 */
final class FormEndpoint implements Routes.EndpointHandler {
    /** Names the model where the form has it behind its file, or not at all; it goes before what the form says. */
    static final String MODEL_HEADER = "x-sluice-model";

    /** Ten tokens a second (token counting of OpenAI's audio models, 2026) at the 128 kbit/s of a usual recording. */
    private static final int SOUND_BYTES_A_TOKEN = 1_600;

    private static final int IMAGE_TOKENS = 1_000;
    private static final int IMAGE_BYTES_A_TOKEN = 2_048;

    private final Endpoint endpoint;
    private final ExchangeServices services;
    private final EdgeDialect dialect;

    FormEndpoint(Endpoint endpoint, ExchangeServices services) {
        this.endpoint = endpoint;
        this.services = services;
        this.dialect = EdgeDialect.of(endpoint.dialect(), false);
    }

    @Override
    public void handle(Incoming incoming) {
        incoming.speaks(dialect);
        incoming.ask(endpoint);
        InvalidRequest wrong = ModelEndpoint.checkCoding(incoming);
        if (wrong != null) {
            throw new GatewayException(wrong);
        }
        Duration asked = MaxWait.asked(incoming.request());
        String named = incoming.request().getHeader(MODEL_HEADER);
        if (named != null) {
            // Before the client has sent what nobody will take.
            ModelEndpoint.modelOf(incoming, named);
        }
        ClientUpload upload = new ClientUpload(incoming.request(), services);
        services.enter();
        upload.read().onComplete(read -> begin(incoming, upload, named, asked), cause -> {
            services.leave();
            services.refuse(incoming, ModelEndpoint.failureOf(cause));
        });
    }

    private void begin(Incoming incoming, ClientUpload upload, @Nullable String named, @Nullable Duration asked) {
        try {
            FormFilter form = upload.form();
            Model model = ModelEndpoint.modelOf(incoming, named != null ? named : modelIn(upload));
            RequestScan scan = new RequestScan(
                    new byte[0],
                    endpoint,
                    RequestHead.NONE,
                    new RequestScan.Members(0, new int[0], 0),
                    model.name(),
                    form.stream(),
                    false,
                    -1,
                    form.choices(),
                    inputTokens(endpoint, upload.size(), form.textTokens()),
                    0);
            Duration maxWait = MaxWait.of(asked, incoming.key(), model.policy(), scan.stream());
            new Exchange(services, incoming, new Asked(scan, model, maxWait, null, upload), services::leave).start();
        } catch (RuntimeException e) {
            upload.close();
            services.leave();
            services.refuse(incoming, ModelEndpoint.failureOf(e));
        }
    }

    private String modelIn(ClientUpload upload) {
        String model = upload.form().model();
        if (model != null) {
            return model;
        }
        String where = upload.isEnded()
                ? "Your form has no field 'model', and your request no header " + MODEL_HEADER + "."
                : "Your form has no field 'model' in its first " + upload.keptBytes()
                        + " bytes: put the model field before the file, or send the header " + MODEL_HEADER + ".";
        throw new GatewayException(new InvalidRequest(Kind.MALFORMED, where, "model", "missing_required_parameter"));
    }

    /**
     * What a form's input costs, guessed by its size.
     *
     * @param endpoint what is asked for
     * @param bytes of its files
     * @param text tokens of its prompt
     */
    static long inputTokens(Endpoint endpoint, long bytes, long text) {
        return endpoint.kind() == Endpoint.Kind.IMAGES
                ? IMAGE_TOKENS + bytes / IMAGE_BYTES_A_TOKEN + text
                : Math.max(1, bytes / SOUND_BYTES_A_TOKEN) + text;
    }
}
