package io.sluice.ingress;

import static java.nio.charset.StandardCharsets.UTF_8;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest.Kind;
import io.sluice.domain.failure.GatewayFailure.QuotaExceeded;
import io.sluice.domain.failure.GatewayFailure.Unavailable;
import io.sluice.domain.quota.Scope;
import io.sluice.message.Address;
import io.sluice.message.ShowStanding;
import io.sluice.message.Standing;
import io.vertx.core.Future;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.http.HttpMethod;
import java.time.Clock;
import java.time.DateTimeException;
import java.time.Duration;
import java.time.Instant;
import java.time.LocalDate;
import java.time.ZoneOffset;
import java.util.Collection;
import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * What the holder of a key may ask about it: {@code GET /sluice/v1/me}, and {@code /v1/dashboard/billing/subscription} and
 * {@code usage}, from which OpenAI's clients work out a balance. In one lane, on its event loop.
 */
final class SelfService {
    private static final List<String> DASHBOARDS = List.of("/v1/dashboard/billing", "/dashboard/billing");
    private static final LocalDate EARLIEST = LocalDate.of(2000, 1, 1);
    private static final LocalDate LATEST = LocalDate.of(2199, 12, 31);
    private static final int DAYS = 30;

    private final ExchangeServices services;
    private final Clock clock;
    private final AskingRates rates = new AskingRates();

    SelfService(ExchangeServices services, Clock clock) {
        this.services = services;
        this.clock = clock;
    }

    void addTo(Routes routes) {
        routes.add(HttpMethod.GET, "/sluice/v1/me", this::me);
        for (String path : DASHBOARDS) {
            routes.add(HttpMethod.GET, path + "/subscription", this::subscription)
                    .add(HttpMethod.GET, path + "/usage", this::usage);
        }
    }

    private void me(Incoming incoming) {
        Instant now = clock.instant();
        LocalDate tomorrow = LocalDate.ofInstant(now, ZoneOffset.UTC).plusDays(1);
        Collection<Scope> scopes =
                incoming.key().quota().everyScope(incoming.revision().models().keySet());
        answer(
                incoming,
                question(incoming, scopes, tomorrow.minusDays(DAYS), tomorrow),
                standing -> StandingJson.me(incoming, scopes, standing, now));
    }

    private void subscription(Incoming incoming) {
        answer(
                incoming,
                question(incoming, List.of(), EARLIEST, LATEST),
                standing -> StandingJson.subscription(incoming.key(), spending(standing)));
    }

    private void usage(Incoming incoming) {
        LocalDate from = date(incoming, "start_date", EARLIEST);
        LocalDate to = date(incoming, "end_date", LATEST);
        answer(incoming, question(incoming, List.of(), from, to), standing -> StandingJson.usage(spending(standing)));
    }

    private static Standing.Spending spending(Standing standing) {
        Standing.Spending spending = standing.spending();
        if (spending == null) {
            throw new GatewayException(new Unavailable(
                    standing.hasLedger()
                            ? "What the key has spent cannot be looked up now."
                            : "This gateway keeps no ledger, so nobody knows what the key has spent.",
                    standing.hasLedger() ? Duration.ofSeconds(2) : Duration.ZERO));
        }
        return spending;
    }

    private void answer(Incoming incoming, ShowStanding question, Function<Standing, ObjectNode> body) {
        Duration wait = rates.ask(question.key(), services.clock().getAsLong());
        if (wait.isPositive()) {
            throw new GatewayException(
                    new QuotaExceeded(QuotaExceeded.Cause.KEY, "The key asks too often how it stands.", wait));
        }
        Future<Standing> asked = services.bus().request(Address.KEY_STANDING, question);
        asked.map(standing -> Buffer.buffer(body.apply(standing).toString().getBytes(UTF_8)))
                .onSuccess(json -> Answers.json(incoming, 200, json))
                .onFailure(cause -> services.refuse(
                        incoming,
                        cause instanceof GatewayException refusal ? refusal.failure() : new GatewayFailure.Internal()));
    }

    private static ShowStanding question(Incoming incoming, Collection<Scope> scopes, LocalDate from, LocalDate to) {
        return new ShowStanding(
                incoming.key().name(),
                incoming.key().quota().budgets(),
                scopes.stream().map(Scope::id).toList(),
                from.atStartOfDay().toInstant(ZoneOffset.UTC),
                to.atStartOfDay().toInstant(ZoneOffset.UTC));
    }

    /** A date as clients write it, also without leading zeros. */
    private static LocalDate date(Incoming incoming, String name, LocalDate otherwise) {
        String text = parameter(incoming, name);
        if (text == null) {
            return otherwise;
        }
        if (text.matches("[0-9]{4}-[0-9]{1,2}-[0-9]{1,2}")) {
            String[] parts = text.split("-");
            try {
                LocalDate date = LocalDate.of(
                        Integer.parseInt(parts[0]), Integer.parseInt(parts[1]), Integer.parseInt(parts[2]));
                return date.isBefore(EARLIEST) ? EARLIEST : date.isAfter(LATEST) ? LATEST : date;
            } catch (DateTimeException e) {
                throw wrong(name);
            }
        }
        throw wrong(name);
    }

    private static @Nullable String parameter(Incoming incoming, String name) {
        List<String> values = GeminiPath.values(incoming.request(), name);
        return values.isEmpty() ? null : values.getFirst();
    }

    private static GatewayException wrong(String name) {
        return new GatewayException(
                new InvalidRequest(Kind.MALFORMED, name + " must be a date as 2026-01-31.", name, "invalid_date"));
    }
}
