package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.UpstreamErrors;
import io.sluice.domain.json.KeptText;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class FormTapTest {
    private static final String ONE =
            "{\"candidates\":[{\"content\":{\"parts\":[{\"text\":\"Hi\"}]},\"finishReason\":\"STOP\"}]}";

    private static ResponseTap passing() {
        return new GeminiTap(null, UpstreamErrors::inAnswer);
    }

    @ParameterizedTest
    @CsvSource({"'{', false", "'[', true", "'\uFEFF {', false", "' \n[', true"})
    void firstByteTells(String beginning, boolean isOther) {
        JsonTap other = new JsonTap(null, true);
        FormTap tap = new FormTap('{', passing(), () -> other);
        KeptText kept = new KeptText(100);
        tap.keep(kept);
        byte[] bytes = (beginning.replace("{", ONE).replace("[", "[" + ONE + "]")).getBytes(UTF_8);

        Collected.run(tap, Collected.bytewise(bytes));

        // An array is no answer of chat completions.
        assertThat(tap.complete()).isEqualTo(!isOther);
        assertThat(tap.error() != null).isEqualTo(isOther);
        assertThat(tap.sawContent()).isEqualTo(!isOther);
    }

    @Test
    void passesWhereThereIsNoOtherForm() {
        FormTap tap = new FormTap('{', passing(), () -> null);

        Collected out = Collected.run(tap, ("[" + ONE + "]").getBytes(UTF_8));

        assertThat(out.text() + new String(tap.last(), UTF_8)).isEqualTo("[" + ONE + "]");
        assertThat(tap.complete()).isTrue();
        assertThat(tap.contentType()).isNull();
        assertThat(tap.usage()).isNull();
        assertThat(tap.estimatedOutputTokens()).isPositive();
    }
}
