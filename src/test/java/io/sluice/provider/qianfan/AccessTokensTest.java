package io.sluice.provider.qianfan;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.Verdict;
import io.sluice.domain.pool.BaseUrl;
import java.time.Duration;
import java.util.stream.Stream;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;

class AccessTokensTest {
    private static final AccessTokens GRANT = new AccessTokens(
            new BaseUrl(true, "aip.baidubce.com", 443, ""), Secret.of("apikey0123456789:secret0123456789"));

    static Stream<Arguments> answers() {
        return Stream.of(
                Arguments.of(401, "{\"error\":\"invalid_client\"}", new Verdict.Dead(true)),
                Arguments.of(200, "{\"error\":\"unauthorized_client\"}", new Verdict.Dead(true)),
                Arguments.of(403, "<html>", new Verdict.Dead(false)),
                Arguments.of(429, "", new Verdict.SlowDown(Verdict.Reach.ACCOUNT, Duration.ZERO, false)),
                Arguments.of(500, "", new Verdict.EndpointSick(Duration.ZERO, false)),
                Arguments.of(200, "{}", new Verdict.EndpointSick(Duration.ZERO, false)));
    }

    @ParameterizedTest
    @MethodSource("answers")
    void onlyAnUnknownClientIsDeadAtOnce(int status, String body, Verdict verdict) {
        assertThatThrownBy(() -> GRANT.read(status, body.getBytes(UTF_8)))
                .isInstanceOfSatisfying(GatewayException.class, e -> assertThat(Verdict.of(e.failure()))
                        .isEqualTo(verdict));
    }
}
