package io.sluice.domain.realtime;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatCode;

import io.sluice.domain.tokens.TokenUsage;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class RealtimeEventTest {
    private static final String DONE = "{\"event_id\":\"event_1\",\"type\":\"response.done\",\"response\":{\"object\":"
            + "\"realtime.response\",\"id\":\"resp_1\",\"status\":\"failed\",\"status_details\":{\"type\":\"failed\","
            + "\"error\":{\"type\":\"tokens\",\"code\":\"rate_limit_exceeded\",\"message\":\"Slow \\u0064own\"}},"
            + "\"output\":[{\"id\":\"item_9\",\"usage\":{\"input_tokens\":1}}],\"usage\":{\"total_tokens\":253,"
            + "\"input_tokens\":132,\"output_tokens\":121,\"input_token_details\":{\"text_tokens\":119,"
            + "\"audio_tokens\":13,\"image_tokens\":0,\"cached_tokens\":64,\"cached_tokens_details\":"
            + "{\"text_tokens\":64,\"audio_tokens\":0}},\"output_token_details\":{\"text_tokens\":30,"
            + "\"audio_tokens\":91}}}}";

    private static RealtimeEvent read(String text) {
        return RealtimeEvent.read(text.getBytes(UTF_8));
    }

    @Test
    void readsWhatAResponseCost() {
        RealtimeEvent event = read(DONE);

        assertThat(event.type()).isEqualTo("response.done");
        assertThat(event.id()).isEqualTo("event_1");
        assertThat(event.responseId()).isEqualTo("resp_1");
        assertThat(event.failed()).isTrue();
        assertThat(event.usage()).isEqualTo(new TokenUsage(132, 64, 0, 121, 0, 13, 91));
        assertThat(event.message()).isEqualTo("Slow down");
        assertThat(new String(event.error(DONE.getBytes(UTF_8)), UTF_8))
                .startsWith("{\"type\":\"tokens\"")
                .endsWith("own\"}");
    }

    @Test
    void replacesOnlyTheSessionsModel() {
        String created =
                "{\"type\":\"session.created\",\"session\":{ \"model\" : \"up\\u002d1\", \"tools\":[{\"model\":\"x\"}]}}";
        RealtimeEvent event = read(created);

        byte[] renamed = event.withModel(created.getBytes(UTF_8), "p\"ub");

        assertThat(event.model(created.getBytes(UTF_8))).isEqualTo("up-1");
        assertThat(event.models()).isOne();
        assertThat(new String(renamed, UTF_8)).isEqualTo(created.replace("\"up\\u002d1\"", "\"p\\\"ub\""));
        assertThat(read("{\"session\":{\"model\":\"a\",\"model\":\"b\"}}").models())
                .isEqualTo(2);
    }

    @Test
    void replacesOnlyTheError() {
        String error = "{\"type\":\"error\",\"error\":{\"event_id\":\"mine\",\"message\":\"m\"},\"z\":1.0}";
        RealtimeEvent event = read(error);

        assertThat(event.eventId()).isEqualTo("mine");
        assertThat(new String(event.withError(error.getBytes(UTF_8), "{}"), UTF_8))
                .isEqualTo("{\"type\":\"error\",\"error\":{},\"z\":1.0}");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "{\"type\":\"a.b\",\"delta\":\"AAA | a.b",
                "{ \"event_id\" : \"x\" , \"type\" : \"a\\u002eb\" | a.b",
                "{\"audio\":\"AAAA\",\"type\":\"a.b\"} | a.b",
                "{\"x\":{\"type\":\"no\"},\"type\":\"a.b\"} | a.b",
                "{\"audio\":\"AAA |",
                "{\"type\":\"a. |",
                "{\"type\":7} |",
                "not json |",
                "[\"type\"] |",
            })
    void findsTheTypeInTheBeginning(String text, String type) {
        byte[] bytes = text.getBytes(UTF_8);

        assertThat(RealtimeEvent.typeOf(bytes, bytes.length)).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({"-5, 0", "1e400, 1000000000", "null, 0", "'\"7\"', 0", "2.9, 2", "{}, 0"})
    void believesNoNumber(String number, long tokens) {
        RealtimeEvent event = read(
                "{\"type\":\"response.done\",\"response\":{\"id\":\"r\",\"usage\":{\"input_tokens\":" + number + "}}}");

        assertThat(event.usage()).isNotNull().returns(tokens, TokenUsage::input);
    }

    @Test
    void survivesEveryCutAndEveryMutation() {
        byte[] whole = DONE.getBytes(UTF_8);
        Random random = new Random(7);
        for (int i = 0; i < whole.length; i++) {
            byte[] cut = java.util.Arrays.copyOf(whole, i);
            assertThatCode(() -> RealtimeEvent.read(cut)).doesNotThrowAnyException();
        }
        for (int i = 0; i < 5_000; i++) {
            byte[] mutated = whole.clone();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            mutated[random.nextInt(mutated.length)] = (byte) random.nextInt();
            RealtimeEvent event = RealtimeEvent.read(mutated);
            if (event.errorStart() >= 0) {
                event.withError(mutated, "{}");
            }
            RealtimeEvent.typeOf(mutated, mutated.length);
        }
    }
}
