package io.sluice.domain.json;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import org.junit.jupiter.api.Test;

class KeptTextTest {
    private static KeptText kept(int most, String json) {
        KeptText text = new KeptText(most);
        byte[] bytes = json.getBytes(UTF_8);
        text.addString(bytes, 0, bytes.length);
        return text;
    }

    @Test
    void putsPiecesTogether() {
        KeptText text = new KeptText(100);
        byte[] json = "a\\n\\u00e4\\\"b".getBytes(UTF_8);
        for (int i = 0; i < json.length; i++) {
            text.addString(json, i, i + 1);
        }
        text.addText("\\n \"c");

        assertThat(text.text()).isEqualTo("a\nä\"b\\n \"c");
        assertThat(text.isCut()).isFalse();
    }

    /** Wherever the bound falls, an escape included, what is before it can be read. */
    @Test
    void keepsTheBeginning() {
        String json = "ab\\u00e4\\\\\\n\\ud83d\\ude00cd";
        for (int most = 1; most < json.length(); most++) {
            KeptText text = kept(most, json);
            assertThat(text.isCut()).isTrue();
            assertThat("abä\\\n\ud83d\ude00cd").startsWith(text.text());
        }
        assertThat(kept(100, json).text()).isEqualTo("abä\\\n\ud83d\ude00cd");
    }

    @Test
    void nothingIsEmpty() {
        assertThat(new KeptText(10).text()).isEmpty();
        assertThat(new KeptText(10).isCut()).isFalse();
    }

    @Test
    void knowsThatSomethingWasMissed() {
        KeptText text = new KeptText(10);
        TokenEstimate estimate = new TokenEstimate();
        estimate.keep(text);
        estimate.addText("ab");
        assertThat(text.isCut()).isFalse();

        estimate.addText(new byte[] {'x'}, 0, 1);

        assertThat(text.isCut()).isTrue();
        assertThat(text.text()).isEqualTo("ab");
    }
}
