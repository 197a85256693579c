package io.sluice.domain.media;

import static org.assertj.core.api.Assertions.assertThat;

import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class MediaKindTest {
    @ParameterizedTest
    @CsvSource({
        "IMAGE, image/png, 89504e470d0a1a0a00, image/png",
        "IMAGE, IMAGE/PNG; charset=x, 89504e470d0a1a0a00, image/png",
        "IMAGE, image/jpg, ffd8ffe000, image/jpeg",
        "IMAGE, image/gif, 474946383961, image/gif",
        "IMAGE, image/webp, 52494646000000005745425000, image/webp",
        "AUDIO, audio/x-wav, 52494646000000005741564500, audio/wav",
        "AUDIO, audio/mpeg, 49443304, audio/mpeg",
        "AUDIO, audio/mp3, fffb9000, audio/mpeg",
        "AUDIO, audio/flac, 664c6143, audio/flac",
        "AUDIO, application/ogg, 4f676753, audio/ogg",
        "VIDEO, video/mp4, 00000018667479706d703432, video/mp4",
        "VIDEO, video/webm, 1a45dfa3, video/webm",
        "DOCUMENT, application/pdf, 255044462d312e37, application/pdf",
        "DOCUMENT, text/plain; charset=utf-8, c3a4, text/plain",
        "DOCUMENT, application/msword, d0cf11e0a1b11ae1, application/msword",
        "TEXT, text/csv, 612c62, text/csv",
        "TEXT, text/x-markdown, 2320, text/markdown"
    })
    void knowsWhatBelongs(MediaKind kind, String contentType, String hex, String type) {
        assertThat(kind.typeOf(contentType, HexFormat.of().parseHex(hex))).isEqualTo(type);
    }

    @ParameterizedTest
    @CsvSource({
        "IMAGE, image/png, ffd8ffe000",
        "IMAGE, image/png, 89504e47",
        "IMAGE, image/png, ''",
        "IMAGE, image/svg+xml, 3c737667",
        "IMAGE, text/html, 3c68746d6c3e",
        "IMAGE, application/octet-stream, 89504e470d0a1a0a",
        "IMAGE, '', 89504e470d0a1a0a",
        "IMAGE, application/pdf, 255044462d312e37",
        "IMAGE, image/webp, 52494646000000005741564500",
        "DOCUMENT, application/json, 7b7d",
        "DOCUMENT, application/pdf, 3c68746d6c3e",
        "DOCUMENT, text/plain, ff",
        "DOCUMENT, text/plain, 610062",
        "TEXT, application/pdf, 255044462d312e37",
        "AUDIO, audio/mpeg, 3c68746d6c3e"
    })
    void refusesTheRest(MediaKind kind, String contentType, String hex) {
        assertThat(kind.typeOf(contentType, HexFormat.of().parseHex(hex))).isNull();
    }

    @Test
    void textLosesItsMark() {
        assertThat(MediaKind.text("\uFEFFä".getBytes(StandardCharsets.UTF_8))).isEqualTo("ä");
    }
}
