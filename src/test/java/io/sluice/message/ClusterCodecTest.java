package io.sluice.message;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalArgumentException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.health.Word;
import io.sluice.domain.health.Word.Evidence;
import io.sluice.domain.health.Word.State;
import io.sluice.domain.health.WordLine;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeWord;
import io.sluice.domain.notice.NoticeWord.Stage;
import io.sluice.domain.notice.NoticeWord.Subject;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Occurrence.Fact;
import io.sluice.domain.notice.SharedNotice;
import io.sluice.message.AccountHealth.Trouble;
import io.sluice.message.WireReader.WireException;
import io.vertx.core.buffer.Buffer;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

class ClusterCodecTest {
    /** Version 1, as it was written when it was the present one. Lines are added, never changed. */
    private static final Map<Object, String> VERSION_1 = Map.of(
            new ConfigChanged("b", "0123456789ab"),
            "01 0001 62 000c 303132333435363738396162",
            new AccountHealth("b/1f", "openai/a", "c0ffee", "gpt-4o", Trouble.THROTTLED, 7_000, true),
            "01 0004 622f3166 0008 6f70656e61692f61 0006 633066666565 0006 6770742d346f 00 0000000000001b58 01",
            new CircuitMoved("b/1f", "", "https://x", "m", true, 7_000),
            "01 0004 622f3166 0000 0009 68747470733a2f2f78 0001 6d 01 0000000000001b58",
            new StoreChanged("key", 258),
            "01 0003 6b6579 0000000000000102",
            new HealthWords(
                    "b/1f",
                    258,
                    List.of(new Word("c/a", "f0", State.DEAD, "r", "", new Evidence(401, "k", "m"), 7, "b/1"))),
            "01 0004 622f3166 0000000000000102 01 001e"
                    + "31 09 632f61 09 44454144 09 37 09 622f31 09 6630 09 09 343031 09 6b 09 6d 09 72",
            new SharedNotice(
                    "b/1f",
                    new Occurrence(NoticeEvent.NODE_LEFT, "c", true, 95, "is gone", List.of(new Fact("v", "1")), 9)),
            "01 0004 622f3166 0009 6e6f64652d6c656674 0001 63 01 5f 0007 697320676f6e65 0000000000000009 01 0001 76 0001 31",
            new NoticeWord("b/1f", "ops", Stage.FAILED, NoticeEvent.NODE_LEFT, false, List.of(new Subject("c", 95))),
            "01 0004 622f3166 0003 6f7073 02 0009 6e6f64652d6c656674 00 01 0001 63 5f");

    static Stream<Map.Entry<Object, String>> version1() {
        return VERSION_1.entrySet().stream();
    }

    @SuppressWarnings("unchecked")
    private static ClusterCodec<Object> codecOf(Object message) {
        return (ClusterCodec<Object>) MessageCodecs.CLUSTER.stream()
                .filter(codec -> codec.type() == message.getClass())
                .findAny()
                .orElseThrow();
    }

    private static Buffer bytes(String hex) {
        return Buffer.buffer(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    @ParameterizedTest
    @MethodSource("version1")
    void writesAndReadsVersion1(Map.Entry<Object, String> golden) {
        Buffer written = Buffer.buffer("before");

        codecOf(golden.getKey()).encodeToWire(written, golden.getKey());

        assertThat(written.getBuffer(6, written.length())).isEqualTo(bytes(golden.getValue()));
        assertThat(codecOf(golden.getKey()).decodeFromWire(6, written)).isEqualTo(golden.getKey());
    }

    @ParameterizedTest
    @MethodSource("version1")
    void readsWhatTheNextVersionAppends(Map.Entry<Object, String> golden) {
        Buffer next = bytes(golden.getValue()).setByte(0, (byte) 2).appendString("more");

        assertThat(codecOf(golden.getKey()).decodeFromWire(0, next)).isEqualTo(golden.getKey());
    }

    @ParameterizedTest
    @MethodSource("version1")
    void aCutMessageIsNoMessage(Map.Entry<Object, String> golden) {
        Buffer whole = bytes(golden.getValue());
        for (int length = 0; length < whole.length(); length++) {
            Buffer cut = whole.getBuffer(0, length);
            assertThatThrownBy(() -> codecOf(golden.getKey()).decodeFromWire(0, cut))
                    .as("the first %d bytes", length)
                    .isInstanceOf(WireException.class);
        }
    }

    @Test
    void everyMessageHasAGoldenLine() {
        assertThat(VERSION_1.keySet().stream().map(Object::getClass))
                .containsExactlyInAnyOrderElementsOf(
                        MessageCodecs.CLUSTER.stream().map(ClusterCodec::type).toList());
    }

    @Test
    void whatAnotherProgramDoesNotKnowCannotBeRead() {
        Buffer trouble = bytes(VERSION_1.get(
                        new AccountHealth("b/1f", "openai/a", "c0ffee", "gpt-4o", Trouble.THROTTLED, 7_000, true)))
                .copy();
        trouble.setByte(trouble.length() - 10, (byte) 3);

        assertThatThrownBy(() -> codecOf(new AccountHealth("", "", "", "", Trouble.CLEARED, 0, false))
                        .decodeFromWire(0, trouble))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> new WireReader(Buffer.buffer(new byte[] {0}), 0, 1))
                .isInstanceOf(WireException.class);
        assertThatThrownBy(() -> new WireReader(Buffer.buffer(new byte[] {1}), 0, 3))
                .isInstanceOf(WireException.class);
    }

    @Test
    void wordsOfALaterProgramAreLeftOutAndTheOthersAreNot() {
        Word word = new Word("c/a", "f0", State.DEAD, "r", "", Evidence.NONE, 7, "b/1");
        Buffer bytes = Buffer.buffer();
        new WireWriter(bytes, 1)
                .text("b/1")
                .number(0)
                .small(2)
                .text(WordLine.of(word).replace("DEAD", "TIRED"))
                .text(WordLine.of(word));

        assertThat(codecOf(new HealthWords("", 0, List.of())).decodeFromWire(0, bytes))
                .isEqualTo(new HealthWords("b/1", 0, List.of(word)));
    }

    @Test
    void aMessageOfTooManyWordsIsNone() {
        Buffer bytes = Buffer.buffer();
        new WireWriter(bytes, 1).text("b/1").number(0).small(HealthWords.MOST + 1);

        assertThatThrownBy(() -> codecOf(new HealthWords("", 0, List.of())).decodeFromWire(0, bytes))
                .isInstanceOf(WireException.class);
    }

    @Test
    void textsHaveABound() {
        WireWriter writer = new WireWriter(Buffer.buffer(), 1);

        assertThatIllegalArgumentException().isThrownBy(() -> writer.text("x".repeat(5_000)));
        Buffer longer = Buffer.buffer()
                .appendByte((byte) 1)
                .appendUnsignedShort(5_000)
                .appendBytes("x".repeat(5_000).getBytes(UTF_8));
        assertThatThrownBy(() -> new WireReader(longer, 0, 1).text()).isInstanceOf(WireException.class);
    }
}
