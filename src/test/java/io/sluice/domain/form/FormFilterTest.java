package io.sluice.domain.form;

import static java.nio.charset.StandardCharsets.ISO_8859_1;
import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure.InvalidRequest;
import java.io.ByteArrayOutputStream;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class FormFilterTest {
    private static final String B = "xYz-1";
    private static final String FILE =
            part("form-data; name=\"file\"; filename=\"a.mp3\"", "ID3\r\n--xY\r\n\r\r\n-\n\n--x");
    private static final String MODEL = field("model", "whisper-1");
    private static final String END = "--" + B + "--\r\n";

    private static String part(String disposition, String content) {
        return "--" + B + "\r\nContent-Disposition: " + disposition + "\r\n\r\n" + content + "\r\n";
    }

    private static String field(String name, String value) {
        return part("form-data; name=\"" + name + "\"", value);
    }

    /** What comes out of a filter that is fed these pieces and the end. */
    private static String run(FormFilter filter, byte[]... pieces) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] piece : pieces) {
            byte[] given = piece.clone();
            filter.feed(given, (source, from, to) -> out.write(source, from, to - from));
            Arrays.fill(given, (byte) '#');
        }
        filter.end();
        return out.toString(ISO_8859_1);
    }

    private static byte[] bytes(String text) {
        return text.getBytes(ISO_8859_1);
    }

    private static void everySplit(String form, String model, String expected) {
        byte[] whole = bytes(form);
        for (int at = 0; at <= whole.length; at++) {
            FormFilter filter = new FormFilter(B, model);
            assertThat(run(filter, Arrays.copyOf(whole, at), Arrays.copyOfRange(whole, at, whole.length)))
                    .as("cut at %d", at)
                    .isEqualTo(expected);
            assertThat(filter.fileBegan()).isTrue();
        }
        byte[][] single = new byte[whole.length][];
        for (int i = 0; i < whole.length; i++) {
            single[i] = new byte[] {whole[i]};
        }
        assertThat(run(new FormFilter(B, model), single)).as("byte by byte").isEqualTo(expected);
    }

    @Test
    void leavesAFormAsItIs() {
        String form = field("n", "2") + FILE + MODEL + field("stream", "true") + field("prompt", "two words") + END;
        everySplit(form, null, form);

        FormFilter filter = new FormFilter(B, null);
        run(filter, bytes(form));

        assertThat(filter.model()).isEqualTo("whisper-1");
        assertThat(filter.stream()).isTrue();
        assertThat(filter.choices()).isEqualTo(2);
        assertThat(filter.textTokens()).isBetween(2L, 4L);
        assertThat(filter.fileBytes()).isEqualTo(20);
    }

    @Test
    void replacesTheModelWhereverItStands() {
        everySplit(MODEL + FILE + END, "up", field("model", "up") + FILE + END);
        everySplit(FILE + MODEL + END, "up", FILE + field("model", "up") + END);
        everySplit(
                FILE + part("form-data;name=model", "").replace("\r\n\r\n\r\n", "\r\n\r\nx\r\n") + END,
                "up",
                FILE + part("form-data;name=model", "up") + END);
    }

    @Test
    void addsTheModelWhereThereIsNone() {
        everySplit(FILE + END, "up", FILE + field("model", "up") + END);
    }

    @Test
    void anEmptyLineMayComeBeforeTheForm() {
        everySplit("\r\n" + MODEL + FILE + END.strip(), null, "\r\n" + MODEL + FILE + END.strip());
    }

    @Test
    void knowsWhatIsOverSoFar() {
        FormFilter filter = new FormFilter(B, null);
        byte[] model = bytes(MODEL);

        filter.feed(model, (s, f, t) -> {});

        assertThat(filter.model()).as("its boundary has not come").isNull();
        filter.feed(bytes(FILE.substring(0, 20)), (s, f, t) -> {});
        assertThat(filter.model()).isEqualTo("whisper-1");
        assertThat(filter.fileBegan()).isFalse();
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "no boundary at all",
                "junk~--B~Content-Disposition: form-data; name=\"x\"~~v~--B--",
                "--Bx~Content-Disposition: form-data; name=\"x\"~~v~--B--",
                "--B--~",
                "--B~Content-Disposition: form-data; name=\"x\"~~v",
                "--B~Content-Disposition: form-data; name=\"x\"~~v~--B-",
                "--B~Content-Disposition: form-data; name=\"x\"~~v~--B--~--B~",
                "--B~Content-Disposition: form-data; name=\"x\"~~v~--B--junk",
                "--B~Content-Disposition: form-data; name=\"x\"~~v~--B --",
                "--B~Content-Disposition: form-data; name=\"x\"~~v\n--B--",
                "--B~Content-Disposition: form-data; name=\"x\"~~--B--",
                "--B\nContent-Disposition: form-data; name=\"x\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"\n\nv~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"\n~~v~--B--",
                "--B~~v~--B--",
                "--B~Content-Type: text/plain~~v~--B--",
                "--B~Content-Disposition: attachment; name=\"x\"~~v~--B--",
                "--B~Content-Disposition: form-data~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"mo\\del\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"; name=\"model\"~~v~--B--",
                "--B~Content-Disposition: form-data; name*=utf-8''model~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\" junk~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"; name*0=\"mo\"; name*1=\"del\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"; name*0*=utf-8''mo; name*1=del~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"model\"; filename*0=\"x\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=<model>~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"=?utf-8?Q?model?=\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\" model\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"[model]\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"model]\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"model[]\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"Model\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"stream[x]\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"mo%64el\"~~v~--B--",
                "--B~Content-Disposition : form-data; name=\"model\"~Content-Disposition: form-data; name=\"x\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"stream\"~Content-Transfer-Encoding: base64~~dHJ1ZQ==~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"~Content-Disposition: form-data; name=\"y\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"~ folded: y~~v~--B--",
                "--B~Content-Disposition form-data; name=\"x\"~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"x\"~Content-Type: multipart/mixed; boundary=b~~v~--B--",
                "--B~Content-Disposition: form-data; name=\"model\"~~a~--B~Content-Disposition: form-data; name=\"model\"~~b~--B--",
                "--B~Content-Disposition: form-data; name=\"model\"~~~--B--",
                "--B~Content-Disposition: form-data; name=\"model\"~~a\u0000b~--B--",
                "--B~Content-Disposition: form-data; name=\"model\"; filename=\"x\"~~a~--B--",
                "--B~Content-Disposition: form-data; name=\"n\"~~129~--B--",
                "--B~Content-Disposition: form-data; name=\"n\"~~1e1~--B--",
            })
    void refusesWhatCouldBeReadInTwoWays(String text) {
        byte[] form = bytes(text.replace("~", "\r\n").replace("--B", "--" + B));
        for (String model : new String[] {null, "up"}) {
            assertThatThrownBy(() -> run(new FormFilter(B, model), form))
                    .isInstanceOfSatisfying(
                            GatewayException.class, e -> assertThat(e.failure()).isInstanceOf(InvalidRequest.class));
            byte[][] single = new byte[form.length][];
            for (int i = 0; i < form.length; i++) {
                single[i] = new byte[] {form[i]};
            }
            assertThatThrownBy(() -> run(new FormFilter(B, model), single)).isInstanceOf(GatewayException.class);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "form-data; name=\"timestamp_granularities[]\"",
                "form-data; name=\"chunking_strategy[type]\"",
                "form-data; name=\"model_options.x\"",
                "form-data; name=language",
                "form-data; name=\"image[]\"; filename=\"\u00c3\u00a4 (1).png\"; filename*=UTF-8''%C3%A4.png",
                "form-data; name=\"file\"; filename=\"a.mp3\"\r\nContent-Transfer-Encoding: base64",
                "form-data; name=\"x\"\r\nContent-Transfer-Encoding: 8bit",
            })
    void letsThroughWhatAllReadAlike(String disposition) {
        String form = part(disposition, "v") + MODEL + END;

        assertThat(run(new FormFilter(B, null), bytes(form))).isEqualTo(form);
    }

    @Test
    void boundsPartsAndHeadersAndNames() {
        String many = field("x", "v").repeat(FormFilter.MOST_PARTS + 1);
        String endless = "--" + B + "\r\nX: " + "y".repeat(FormFilter.MOST_HEADER_BYTES);
        String name = field("model", "m".repeat(1025));

        for (String form : new String[] {many, endless, name}) {
            assertThatThrownBy(() -> new FormFilter(B, null).feed(bytes(form), (s, f, t) -> {}))
                    .isInstanceOf(GatewayException.class);
        }
    }

    @Test
    void anyContentPassesUnchanged() {
        for (long seed = 0; seed < 300; seed++) {
            Random random = new Random(seed);
            StringBuilder content = new StringBuilder();
            for (int i = random.nextInt(60); i > 0; i--) {
                content.append(
                        random.nextBoolean() ? "\r\n--xYz-".charAt(random.nextInt(8)) : (char) random.nextInt(256));
            }
            String text = content.toString();
            if (text.contains("\n--" + B) || text.startsWith("--" + B)) {
                continue;
            }
            String form = MODEL + part("form-data; name=\"file\"; filename*=UTF-8''x", text) + END;
            byte[] whole = bytes(form);
            int one = random.nextInt(whole.length);
            int two = one + random.nextInt(whole.length - one);
            assertThat(run(
                            new FormFilter(B, "up"),
                            Arrays.copyOf(whole, one),
                            Arrays.copyOfRange(whole, one, two),
                            Arrays.copyOfRange(whole, two, whole.length)))
                    .as("seed %d", seed)
                    .isEqualTo(form.replace("whisper-1", "up"));
        }
    }

    @Test
    void mutatedFormsFailInOneWayOnly() {
        byte[] form = bytes(field("n", "2") + MODEL + FILE + END);
        for (long seed = 0; seed < 3_000; seed++) {
            Random random = new Random(seed);
            byte[] mutated = form.clone();
            for (int i = 1 + random.nextInt(4); i > 0; i--) {
                String marks = "\r\n-\":;=xY\\ ";
                mutated[random.nextInt(mutated.length)] = (byte) marks.charAt(random.nextInt(marks.length()));
            }
            try {
                run(new FormFilter(B, "up"), mutated);
            } catch (GatewayException expected) {
                assertThat(expected.failure()).as("seed %d", seed).isInstanceOf(InvalidRequest.class);
            }
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "multipart/form-data; boundary=abc|abc",
                "Multipart/Form-Data;charset=utf-8; BOUNDARY=\"a b:c\"|a b:c",
                "multipart/form-data; boundary=----WebKitFormBoundary7MA4YWxk|----WebKitFormBoundary7MA4YWxk",
            })
    void readsTheBoundary(String type, String expected) {
        assertThat(FormBoundary.of(type)).isEqualTo(expected);
        assertThat(FormBoundary.of(FormBoundary.contentType(expected))).isEqualTo(expected);
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "",
                "application/json",
                "multipart/mixed; boundary=abc",
                "multipart/form-data",
                "multipart/form-data; boundary=",
                "multipart/form-data; boundary=\"\"",
                "multipart/form-data; boundary=\"abc",
                "multipart/form-data; boundary=\"abc \"",
                "multipart/form-data; boundary=a; boundary=b",
                "multipart/form-data; boundary=\"a\u0000b\"",
                "multipart/form-data; boundary=äöü",
                "multipart/form-data; boundary=aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa",
            })
    void refusesATypeWithoutABoundary(String type) {
        assertThatThrownBy(() -> FormBoundary.of(type))
                .isInstanceOfSatisfying(
                        GatewayException.class, e -> assertThat(e.failure()).isInstanceOf(InvalidRequest.class));
    }

    @Test
    void namesMayHaveLettersOfAnyScript() {
        byte[] form = ("--" + B + "\r\nContent-Disposition: form-data; name=\"ä中\"; filename=\"ä.mp3\"\r\n\r\nv\r\n"
                        + END)
                .getBytes(UTF_8);

        assertThat(run(new FormFilter(B, null), form)).isEqualTo(new String(form, ISO_8859_1));
    }
}
