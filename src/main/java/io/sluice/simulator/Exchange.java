package io.sluice.simulator;

import io.netty.handler.codec.DecoderException;
import io.sluice.simulator.Stats.Ending;
import io.vertx.core.MultiMap;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpServerRequest;
import io.vertx.core.http.HttpServerResponse;
import io.vertx.core.http.HttpVersion;
import java.time.Duration;
import java.util.HashMap;
import java.util.Map;
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
    private static final long NANOS_A_SECOND = 1_000_000_000L;

    private final Simulation simulation;
    private final Pacer pacer;
    private final Service service;
    private final Credential.Arrival arrival;
    private final HttpServerRequest request;
    private final HttpServerResponse response;
    private @Nullable Planned planned;
    private long firstTokenAt;
    private int nextEvent;
    private boolean draining;
    private boolean ended;

    Exchange(
            Simulation simulation,
            Pacer pacer,
            Service service,
            Credential.Arrival arrival,
            HttpServerRequest request) {
        this.simulation = simulation;
        this.pacer = pacer;
        this.service = service;
        this.arrival = arrival;
        this.request = request;
        this.response = request.response();
        simulation.stats().arrived();
        response.closeHandler(closed -> end(Ending.ABORTED_BY_PEER));
        response.exceptionHandler(failure -> {
            if (!(failure instanceof DecoderException)) { // a form that cannot be read is answered
                end(Ending.ABORTED_BY_PEER);
            }
        });
        request.exceptionHandler(failure -> end(Ending.ABORTED_BY_PEER));
    }

    /** Answers the request, whose body is complete. */
    void answer(byte[] body) {
        answer(body, MultiMap.caseInsensitiveMultiMap(), Map.of());
    }

    /** Answers a form, whose files were counted. */
    void answer(byte[] body, MultiMap form, Map<String, Long> files) {
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
            admit(service.plan(new Asked(
                    request,
                    body,
                    form,
                    files,
                    arrival.script(),
                    arrival,
                    simulation,
                    simulation.nextNumber(),
                    System.currentTimeMillis() / 1_000)));
            begin(wait);
        } catch (RefusedRequest e) {
            refuse(e.error());
        }
    }

    private void admit(Planned plan) throws RefusedRequest {
        Credential credential = arrival.credential();
        if (credential.charge(arrival, plan.inputTokens(), plan.outputTokens())) {
            planned = plan;
            return;
        }
        Wording wording = service.wording();
        RateHeaders limits = credential.rateHeaders();
        if (limits == null) { // the limits went away between the two calls
            throw new RefusedRequest(wording.scripted(503));
        }
        long wanted = plan.inputTokens() + plan.outputTokens();
        throw new RefusedRequest(
                arrival.use() == null
                        ? wording.tooManyRequests(plan.model(), limits, credential.requestWait())
                        : wording.tooManyTokens(plan.model(), limits, wanted, credential.tokenWait(wanted)));
    }

    private void begin(Duration wait) {
        CredentialScript script = arrival.script();
        firstTokenAt = arrival.at() + script.firstToken().plus(wait).toNanos();
        if (!counted()) {
            firstTokenAt = arrival.at() + wait.toNanos();
        }
        if (plan().stream() != null) {
            simulation.stats().streamOpened();
            wake(firstTokenAt, this::beginStream);
        } else {
            wake(firstTokenAt + intervalNanos(Math.max(0, plan().paceTokens() - 1)), this::sendBody);
        }
    }

    private boolean counted() {
        return service.counted();
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
        Buffer body = plan().body().get();
        head(200, plan().contentType(), Map.of());
        Fault fault = arrival.fault();
        if (fault != null) {
            switch (fault.kind()) {
                case CUT, STALL -> {
                    if (breakOff(fault, body)) {
                        return;
                    }
                }
                case MALFORMED -> body = body.slice(0, body.length() / 2);
                case ERROR_EVENT -> body = Buffer.buffer(service.wording().inBody());
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
        head(200, plan().contentType(), Map.of());
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
        AnswerStream stream = stream();
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
                batch.appendBytes(service.wording().broken());
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
            batch.appendBytes(service.wording().inStream());
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
        ProviderError error = service.wording().scripted(fault.status());
        String body = fault.body() == null ? error.body() : fault.body();
        Map<String, String> headers = new HashMap<>(error.headers());
        headers.putAll(fault.headers());
        refuse(new ProviderError(fault.status(), headers, body));
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
        service.wording()
                .headers(
                        response,
                        contentType,
                        simulation.nextNumber(),
                        millis,
                        counted() ? arrival.credential().rateHeaders() : null);
        headers.forEach(response::putHeader);
    }

    /** The client is gone before its request was whole. */
    void lost() {
        end(Ending.ABORTED_BY_PEER);
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
        Planned plan = planned;
        AnswerStream stream = plan == null ? null : plan.stream();
        if (stream != null) {
            simulation.stats().streamClosed();
        }
        if (plan == null) {
            arrival.credential().end(arrival);
            return;
        }
        long output = plan.outputTokens();
        if (ending != Ending.COMPLETED || stream != null && nextEvent < stream.count() - 1) {
            output = stream == null ? 0 : stream.tokensIn(nextEvent);
        }
        arrival.credential().settle(arrival, plan.inputTokens(), output);
    }

    private Planned plan() {
        Planned value = planned;
        if (value == null) {
            throw new IllegalStateException("not admitted");
        }
        return value;
    }

    private AnswerStream stream() {
        AnswerStream value = plan().stream();
        if (value == null) {
            throw new IllegalStateException("no stream");
        }
        return value;
    }
}
