package io.sluice.simulator;

import io.sluice.simulator.Stats.Ending;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/**
 * One request for tokens from the arrival of its head to its end, which comes exactly once. Belongs to its event loop.
 *
 * <pre>
 * arrived ─▶ refused (status) ──────────────────────────────▶ ended
 *    └─▶ charged ─(first-token delay)─▶ head ─▶ events … ───▶ ended
 *             a fault or the client may end it at any point
 * </pre>
 */
final class Exchange {
    private static final int BATCH_BYTES = 32 * 1024;
    /** Azure versions from before the usage chunk. */
    private static final Set<String> WITHOUT_USAGE_CHUNK = Set.of("2024-02-01", "2024-06-01");

    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private final Simulation simulation;
    private final Pacer pacer;
    private final Route route;
    private final Credential.Arrival arrival;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private @Nullable Answer answer;
    private @Nullable AnswerEvents events;
    private long firstTokenAt;
    private int nextEvent;
    private boolean draining;
    private boolean ended;

    Exchange(Simulation simulation, Pacer pacer, Route route, Credential.Arrival arrival, HttpServerRequest request) {
        this.simulation = simulation;
        this.pacer = pacer;
        this.route = route;
        this.arrival = arrival;
        this.request = request;
        this.response = request.response();
        simulation.stats().arrived();
        response.closeHandler(closed -> end(Ending.ABORTED_BY_PEER));
        response.exceptionHandler(failure -> end(Ending.ABORTED_BY_PEER));
        request.exceptionHandler(failure -> end(Ending.ABORTED_BY_PEER));
    }

    /** Answers the request, whose body is complete. */
    void answer(byte[] body) {
        if (ended) {
            return;
        }
        Fault fault = arrival.fault();
        Duration wait = Duration.ZERO;
        if (fault != null) {
            switch (fault.kind()) {
                case STATUS -> {
                    status(fault);
                    return;
                }
                case RESET -> {
                    abandon();
                    return;
                }
                case STALL -> {
                    if (fault.afterEvents() == null) {
                        return; // the client ends it
                    }
                }
                case SLOW_HEADERS -> wait = fault.delay();
                default -> {}
            }
        }
        try {
            Ask ask = RequestRules.read(route, body, arrival.script().lenient());
            admit(ask);
            begin(ask, wait);
        } catch (RefusedRequest e) {
            refuse(e.error());
        }
    }

    private void admit(Ask ask) throws RefusedRequest {
        CredentialScript script = arrival.script();
        String model = route.name().isEmpty() ? ask.model() : route.name();
        boolean exists = route.dialect().azure()
                ? script.deployments().isEmpty() || script.deployments().containsKey(model)
                : script.models().isEmpty() || script.models().contains(model);
        if (!exists) {
            throw new RefusedRequest(ProviderError.noSuchModel(route.dialect(), model));
        }
        if (ask.includeUsage()
                && route.dialect() == Route.Dialect.AZURE_DATED
                && WITHOUT_USAGE_CHUNK.contains(String.valueOf(request.getParam("api-version")))) {
            throw new RefusedRequest(
                    ProviderError.invalid("Unrecognized request argument supplied: stream_options", null, null));
        }
        Answer planned = Answer.to(route, ask, arrival, simulation.nextNumber(), System.currentTimeMillis() / 1_000);
        Credential credential = arrival.credential();
        if (credential.charge(arrival, ask.inputTokens(), planned.outputTokens())) {
            answer = planned;
            return;
        }
        RateHeaders limits = credential.rateHeaders();
        if (limits == null) { // the limits went away between the two calls
            throw new RefusedRequest(ProviderError.scripted(route.dialect(), 503));
        }
        long wanted = ask.inputTokens() + planned.outputTokens();
        throw new RefusedRequest(
                arrival.use() == null
                        ? ProviderError.tooManyRequests(route, model, limits, credential.requestWait())
                        : ProviderError.tooManyTokens(route, model, limits, wanted, credential.tokenWait(wanted)));
    }

    private void begin(Ask ask, Duration wait) {
        CredentialScript script = arrival.script();
        firstTokenAt = arrival.at() + script.firstToken().plus(wait).toNanos();
        if (ask.stream()) {
            events = new AnswerEvents(answered());
            simulation.stats().streamOpened();
            wake(firstTokenAt, this::beginStream);
        } else {
            wake(firstTokenAt + intervalNanos(Math.max(0, answered().tokens() - 1)), this::sendBody);
        }
    }

    private long intervalNanos(int tokens) {
        int pace = arrival.script().tokensPerSecond();
        return pace == 0 ? 0 : tokens * NANOS_A_SECOND / pace;
    }

    /** Goes on when it is due; at once when it already is, without a turn of the event loop. */
    private void wake(long dueNanos, Runnable step) {
        if (dueNanos <= simulation.clock().getAsLong()) {
            step.run();
            return;
        }
        pacer.at(dueNanos, () -> {
            if (!ended) {
                step.run();
            }
        });
    }

    private void sendBody() {
        Buffer body = Buffer.buffer(AnswerBody.of(answered()));
        head(200, ResponseHeaders.JSON, Map.of());
        Fault fault = arrival.fault();
        if (fault != null) {
            switch (fault.kind()) {
                case CUT, STALL -> {
                    if (breakOff(fault, body)) {
                        return;
                    }
                }
                case MALFORMED -> body = body.slice(0, body.length() / 2);
                case ERROR_EVENT -> body = Buffer.buffer(ProviderError.inStream());
                default -> {}
            }
        }
        finish(body);
    }

    /** Sends the head and none or half of the body; says false when the fault lies behind the body's end. */
    private boolean breakOff(Fault fault, Buffer body) {
        int halves = fault.afterEvents() == null ? 0 : fault.afterEvents();
        if (halves > 1) {
            return false;
        }
        response.putHeader(ResponseHeaders.CONTENT_LENGTH, Integer.toString(body.length()));
        if (halves == 0) {
            response.writeHead();
        } else {
            write(body.slice(0, body.length() / 2));
        }
        if (fault.kind() == Fault.Kind.CUT) {
            abandon();
        }
        return true;
    }

    private void beginStream() {
        response.setChunked(true);
        head(200, ResponseHeaders.EVENT_STREAM, Map.of());
        response.drainHandler(drained -> {
            if (draining && !ended) {
                draining = false;
                pump();
            }
        });
        pump();
    }

    /** Writes every event that is due, as far as the client takes them, and asks to be woken for the next. */
    private void pump() {
        AnswerEvents stream = stream();
        Fault fault = arrival.fault();
        int last = fault != null && fault.kind() == Fault.Kind.NO_DONE ? stream.count() - 1 : stream.count();
        long now = simulation.clock().getAsLong();
        Buffer batch = Buffer.buffer(512);
        while (nextEvent < last) {
            if (fault != null && strikes(fault, nextEvent)) {
                strike(fault, batch);
                return;
            }
            long due = firstTokenAt + intervalNanos(stream.interval(nextEvent));
            if (due > now) {
                write(batch);
                pacer.at(due, this::resume);
                return;
            }
            if (fault != null && fault.kind() == Fault.Kind.MALFORMED && nextEvent == eventOf(fault, 0)) {
                AnswerEvents.appendBroken(batch);
            } else {
                stream.append(nextEvent, batch);
            }
            nextEvent++;
            if (batch.length() >= BATCH_BYTES) {
                write(batch);
                batch = Buffer.buffer(BATCH_BYTES + 1024);
                if (response.writeQueueFull()) {
                    draining = true;
                    return;
                }
            }
        }
        finish(batch);
    }

    private void resume() {
        if (ended) {
            return;
        }
        if (response.writeQueueFull()) {
            draining = true;
        } else {
            pump();
        }
    }

    private static int eventOf(Fault fault, int otherwise) {
        return fault.afterEvents() == null ? otherwise : fault.afterEvents();
    }

    private static boolean strikes(Fault fault, int event) {
        return switch (fault.kind()) {
            case CUT, STALL -> event == eventOf(fault, 0);
            case ERROR_EVENT -> event == eventOf(fault, 1);
            default -> false;
        };
    }

    private void strike(Fault fault, Buffer batch) {
        if (fault.kind() == Fault.Kind.ERROR_EVENT) {
            AnswerEvents.appendError(batch);
            finish(batch);
            return;
        }
        if (batch.length() == 0 && !response.headWritten()) {
            response.writeHead();
        } else {
            write(batch);
        }
        if (fault.kind() == Fault.Kind.CUT) {
            abandon();
        }
    }

    private void write(Buffer bytes) {
        int step = arrival.script().bytesPerWrite();
        if (step == 0 || bytes.length() == 0) {
            if (bytes.length() > 0) {
                response.write(bytes);
            }
            return;
        }
        for (int from = 0; from < bytes.length(); from += step) {
            response.write(bytes.slice(from, Math.min(bytes.length(), from + step)));
        }
    }

    private void finish(Buffer rest) {
        // The end comes first: closing the response calls back.
        end(Ending.COMPLETED);
        if (arrival.script().bytesPerWrite() == 0) {
            response.end(rest);
            return;
        }
        if (!response.isChunked()) {
            response.putHeader(ResponseHeaders.CONTENT_LENGTH, Integer.toString(rest.length()));
        }
        write(rest);
        response.end();
    }

    private void status(Fault fault) {
        ProviderError error = ProviderError.scripted(route.dialect(), fault.status());
        String body = fault.body() == null ? error.body() : fault.body();
        refuse(new ProviderError(fault.status(), fault.headers(), body));
    }

    /** Answers an error; nothing was used. */
    void refuse(ProviderError error) {
        if (ended) {
            return;
        }
        head(error.status(), ResponseHeaders.JSON, error.headers());
        end(Ending.COMPLETED);
        response.end(error.body());
    }

    private void head(int status, CharSequence contentType, Map<String, String> headers) {
        response.setStatusCode(status);
        long millis = (simulation.clock().getAsLong() - arrival.at()) / 1_000_000;
        ResponseHeaders.put(
                response,
                route,
                contentType,
                simulation.nextNumber(),
                millis,
                arrival.credential().rateHeaders());
        headers.forEach(response::putHeader);
    }

    /** Closes the connection, or in HTTP/2 resets the stream, behind what was written. */
    private void abandon() {
        end(Ending.FAILED);
        if (request.version() == HttpVersion.HTTP_2) {
            response.reset();
        } else {
            request.connection().close();
        }
    }

    private void end(Ending ending) {
        if (ended) {
            return;
        }
        ended = true;
        simulation.stats().ended(ending);
        AnswerEvents stream = events;
        Answer answered = answer;
        if (stream != null) {
            simulation.stats().streamClosed();
        }
        if (answered == null) {
            arrival.credential().end(arrival);
            return;
        }
        long output = answered.outputTokens();
        if (ending != Ending.COMPLETED || stream != null && nextEvent < stream.count() - 1) {
            output = stream == null ? 0 : stream.tokensIn(nextEvent);
        }
        arrival.credential().settle(arrival, answered.ask().inputTokens(), output);
    }

    private Answer answered() {
        Answer value = answer;
        if (value == null) {
            throw new IllegalStateException("not admitted");
        }
        return value;
    }

    private AnswerEvents stream() {
        AnswerEvents value = events;
        if (value == null) {
            throw new IllegalStateException("no stream");
        }
        return value;
    }
}
