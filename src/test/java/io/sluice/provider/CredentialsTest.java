package io.sluice.provider;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.provider.TokenGrant.Asked;
import io.sluice.provider.TokenGrant.Signed;
import io.sluice.provider.TokenGrant.Token;
import io.sluice.provider.TokenGrant.TokenCall;
import io.sluice.testkit.RevisionBuilder;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class CredentialsTest {
    private static final Clock WALL = Clock.fixed(Instant.EPOCH, ZoneOffset.UTC);

    private final List<Promise<Token>> asked = new ArrayList<>();
    private final Candidate candidate = Objects.requireNonNull(new RevisionBuilder()
                    .channel("c", c -> c.serves("m"))
                    .build()
                    .models()
                    .get("m"))
            .candidates()
            .getFirst();
    private long now = 1;
    private final Credentials credentials = new Credentials(() -> now, WALL, (grant, candidate, at) -> {
        Promise<Token> promise = Promise.promise();
        asked.add(promise);
        return promise.future();
    });

    private record Grant() implements Asked {
        @Override
        public TokenCall call(Instant at) {
            return new TokenCall("https://example.com", "text/plain", new byte[0]);
        }

        @Override
        public Token read(int status, byte[] body) {
            throw new UnsupportedOperationException();
        }
    }

    private record Local() implements Signed {
        @Override
        public Token sign(Instant at) {
            return token("signed", 60);
        }
    }

    private static Token token(String text, long seconds) {
        return new Token(Secret.of(text), Duration.ofSeconds(seconds));
    }

    private static GatewayException failure(Kind kind) {
        return new GatewayException(UpstreamFailure.of(kind, "no"));
    }

    private Future<Candidate> authorized() {
        return credentials.authorized(candidate, new Grant());
    }

    private static String key(Future<Candidate> future) {
        return future.result().account().key().reveal();
    }

    private void pass(long seconds) {
        now += Duration.ofSeconds(seconds).toNanos();
    }

    @Test
    void keyThatGoesOnTheWireIsGivenAtOnce() {
        assertThat(credentials.authorized(candidate, null).result()).isSameAs(candidate);
        assertThat(credentials.isEmpty()).isTrue();
    }

    @Test
    void signatureIsGivenAtOnce() {
        assertThat(key(credentials.authorized(candidate, new Local()))).isEqualTo("signed");
    }

    @Test
    void manyRequestsAskOnce() {
        Future<Candidate> first = authorized();
        Future<Candidate> second = authorized();

        asked.getFirst().complete(token("t", 3_600));

        assertThat(asked).hasSize(1);
        assertThat(key(first)).isEqualTo("t");
        assertThat(key(second)).isEqualTo("t");
        assertThat(key(authorized())).isEqualTo("t");
        assertThat(asked).hasSize(1);
    }

    @Test
    void isRenewedBehindTheBackOfRequests() {
        authorized();
        asked.getFirst().complete(token("old", 3_600));
        pass(3_000);

        assertThat(key(authorized())).isEqualTo("old");
        assertThat(key(authorized())).isEqualTo("old");
        assertThat(asked).hasSize(2);
        asked.get(1).complete(token("new", 3_600));
        assertThat(key(authorized())).isEqualTo("new");
    }

    @Test
    void isNotSentInItsLastSeconds() {
        authorized();
        asked.getFirst().complete(token("old", 3_600));
        pass(3_575);

        Future<Candidate> late = authorized();

        assertThat(late.isComplete()).isFalse();
        asked.get(1).complete(token("new", 3_600));
        assertThat(key(late)).isEqualTo("new");
    }

    @Test
    void failureIsToldToAllAndNotRepeatedAtOnce() {
        Future<Candidate> first = authorized();
        Future<Candidate> second = authorized();
        asked.getFirst().fail(failure(Kind.ACCOUNT_REFUSED));

        assertThat(first.failed()).isTrue();
        assertThat(second.failed()).isTrue();
        assertThat(authorized().cause()).isInstanceOf(GatewayException.class);
        assertThat(asked).hasSize(1);
        pass(10);
        authorized();
        assertThat(asked).hasSize(2);
    }

    @Test
    void failedRenewalLeavesWhatIsGood() {
        authorized();
        asked.getFirst().complete(token("old", 3_600));
        pass(3_000);
        authorized();
        asked.get(1).fail(failure(Kind.CONNECT));

        assertThat(key(authorized())).isEqualTo("old");
        assertThat(asked).hasSize(2);
        pass(1);
        authorized();
        assertThat(asked).hasSize(3);
    }

    @Test
    void anotherKeyOrARefusalMeansAnotherToken() {
        authorized();
        asked.getFirst().complete(token("t", 3_600));
        Account other = candidate.account().withKey(Secret.of("another"));

        credentials.authorized(candidate.withAccount(other), new Grant());
        assertThat(asked).hasSize(2);
        asked.get(1).complete(token("u", 3_600));

        credentials.refused(other);
        credentials.authorized(candidate.withAccount(other), new Grant());
        assertThat(asked).hasSize(3);
    }

    @Test
    void removedAccountsAreForgotten() {
        authorized();

        credentials.retain(Set.of());

        assertThat(credentials.isEmpty()).isTrue();
    }

    @ParameterizedTest
    @CsvSource({
        "https://oauth2.googleapis.com/token, true",
        "http://127.0.0.1:8090/token?a=b, true",
        "http://[::1]:8090/token, true",
        "http://localhost/token, true",
        "http://example.com/token, false",
        "http://127.0.0.1.example.com/token, false",
        "https://user@example.com/token, false",
        "ftp://example.com, false",
        "token, false",
        "'https://exa mple.com', false"
    })
    void onlyCertainEndpointsAreCalled(String url, boolean called) {
        assertThat(TokenClient.endpoint(url) != null).isEqualTo(called);
    }
}
