package io.sluice.domain.sse;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure.Kind;
import io.sluice.domain.tokens.TokenUsage;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;

class SseTapTest {
    private static final String AZURE =
            "data: {'choices':[],'created':0,'id':'','model':'','prompt_filter_results':[{}]}\n\n";
    private static final String ROLE = chunk("{'role':'assistant','content':''}", "null");
    private static final String TEXT = chunk("{'content':'Héllo 中'}", "null");
    private static final String STOP = chunk("{}", "'stop'");
    private static final String USAGE =
            "data: {'model':'up-1','choices':[],'usage':{'prompt_tokens':9,'completion_tokens':2,"
                    + "'total_tokens':11,'prompt_tokens_details':{'cached_tokens':4},'completion_tokens_details':{'reasoning_tokens':1}}}\n\n";
    private static final String DONE = "data: [DONE]\n\n";
    private static final String WHOLE =
            AZURE + ROLE + ": keep-alive\n\n" + TEXT + "event: x\nid: 7\n" + TEXT + STOP + USAGE + DONE;

    private static String chunk(String delta, String finish) {
        return "data: {'id':'c','model':'up-1','choices':[{'index':0,'delta':" + delta + ",'finish_reason':" + finish
                + "}],'usage':null}\n\n";
    }

    @Test
    void passesAnAnswerWithNothingToChangeAsOneRange() {
        SseTap tap = new SseTap(null, false);

        Collected out = Collected.run(tap, bytes(WHOLE));

        assertThat(out.text() + text(tap.last())).isEqualTo(json(WHOLE));
        assertThat(text(tap.last())).isEqualTo(DONE);
        assertThat(out.passes).isEqualTo(1);
        assertThat(out.writes).isZero();
        assertThat(tap.complete()).isTrue();
        assertThat(tap.usage()).isEqualTo(new TokenUsage(9, 4, 2, 1));
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.estimatedOutputTokens()).isBetween(4L, 10L);
        assertThat(tap.error()).isNull();
    }

    @ParameterizedTest
    @ValueSource(strings = {"\n", "\r\n", "\r"})
    void givesTheSameForEverySplit(String newline) {
        for (String mark : new String[] {"", "\ufeff"}) {
            byte[] whole = bytes(mark + WHOLE.replace("\n", newline));
            String expected = json(mark
                    + WHOLE.replace(USAGE, "")
                            .replace(DONE, "")
                            .replace("up-1", "pub")
                            .replace("\n", newline));
            for (int i = 0; i <= whole.length; i++) {
                check(expected, newline, Collected.cut(whole, i));
            }
            check(expected, newline, Collected.bytewise(whole));
            Random random = new Random(5);
            for (int i = 0; i < 500; i++) {
                int[] cuts = random.ints(4, 0, whole.length + 1).sorted().toArray();
                check(expected, newline, Collected.cut(whole, cuts));
            }
        }
    }

    private static void check(String expected, String newline, byte[][] pieces) {
        SseTap tap = new SseTap("pub", true);
        Collected out = Collected.run(tap, pieces);
        assertThat(out.text()).isEqualTo(expected);
        assertThat(text(tap.last())).isEqualTo("data: [DONE]" + newline + newline);
        assertThat(tap.usage()).isEqualTo(new TokenUsage(9, 4, 2, 1));
        assertThat(tap.complete()).isTrue();
    }

    @Test
    void sendsEachEventAsSoonAsItIsWhole() {
        SseTap tap = new SseTap("pub", true);
        Collected out = new Collected();
        String events = json(ROLE + TEXT);
        int first = bytes(ROLE).length;
        byte[] whole = bytes(events);
        for (int i = 0; i < whole.length; i++) {
            out.feed(tap, new byte[] {whole[i]});
            int wholeEvents = i + 1 < first ? 0 : i + 1 < whole.length ? 1 : 2;
            assertThat(out.text().split("\n\n", -1)).hasSize(wholeEvents + 1);
        }
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "data:{'model':'up','choices':[{'text':'x'}]}\n\n",
                "data: {'model':'up',\ndata: 'choices':[{'text':'x'}]}\n\n",
                "id: 1\ndata:{\ndata:'model':'up',\nevent: e\ndata:'choices':[{'text':'x'}]\ndata:}\n\n",
                "\n\n: c\ndata: \t{'model' : 'up','choices':[{'text':'x'}]}  \n: d\n\n"
            })
    void readsDataInEveryForm(String event) {
        for (String newline : new String[] {"\n", "\r\n", "\r"}) {
            byte[] whole = bytes(event.replace("\n", newline));
            for (int i = 0; i <= whole.length; i++) {
                SseTap tap = new SseTap("pub", false);
                Collected out = Collected.run(tap, Collected.cut(whole, i));
                assertThat(out.text())
                        .isEqualTo(json(event.replace("'up'", "'pub'").replace("\n", newline)));
                assertThat(tap.sawContent()).isTrue();
            }
        }
    }

    @Test
    void endsWithoutTheLastBlankLine() {
        SseTap tap = new SseTap(null, false);
        Collected out = Collected.run(tap, bytes(TEXT + STOP + "data: [DONE]"));

        assertThat(out.text()).isEqualTo(json(TEXT + STOP));
        assertThat(text(tap.last())).isEqualTo("data: [DONE]");
        assertThat(tap.complete()).isTrue();

        tap = new SseTap(null, true);
        out = Collected.run(tap, bytes(STOP + USAGE.strip()));

        assertThat(out.text()).isEqualTo(json(STOP));
        assertThat(tap.usage()).isNotNull();
    }

    @Test
    void isCompleteByItsFinishReasonsButNeverInventsAnEnd() {
        SseTap tap = new SseTap(null, false);
        Collected out = Collected.run(tap, bytes(TEXT + STOP));

        assertThat(tap.complete()).isTrue();
        assertThat(tap.last()).isEmpty();
        assertThat(out.text()).isEqualTo(json(TEXT + STOP));

        SseTap two = new SseTap(null, false);
        Collected.run(two, bytes(TEXT + TEXT.replace("'index':0", "'index':1") + STOP));
        assertThat(two.complete()).isFalse();
        Collected.run(two, bytes(STOP.replace("'index':0", "'index':1")));
        assertThat(two.complete()).isTrue();
    }

    @Test
    void isCutWithoutAnEnd() {
        SseTap tap = new SseTap(null, false);
        Collected out = Collected.run(tap, bytes(ROLE + TEXT + "data: {'id':'c','mod"));

        assertThat(tap.complete()).isFalse();
        assertThat(out.text()).isEqualTo(json(ROLE + TEXT));
        assertThat(Collected.run(new SseTap(null, false), bytes(chunk("{'content':''}", "''")))
                        .text())
                .isNotEmpty();
    }

    @Test
    void dropsWhatComesBehindTheEnd() {
        SseTap tap = new SseTap(null, false);
        Collected out = Collected.run(tap, bytes(STOP + DONE + TEXT), bytes(TEXT + DONE));

        assertThat(out.text() + text(tap.last())).isEqualTo(json(STOP + DONE));
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{'error':{'message':'m','type':'server_error','param':null,'code':null}}|SERVER_ERROR",
                "{'error':{'message':'m','type':'requests','code':'rate_limit_exceeded'}}|RATE_LIMITED",
                "{'error':{'message':'m','code':429}}|RATE_LIMITED",
                "{'error':{'message':'m','code':'insufficient_quota'}}|ACCOUNT_REFUSED",
                "{'error':{'message':'m','type':'invalid_request_error'}}|REQUEST_REJECTED",
                "{'error':'m','choices':[{'index':0}]}|SERVER_ERROR",
                "{'object':'error','message':'m'}|SERVER_ERROR",
            })
    void keepsErrorsFromTheClient(String error, String kind) {
        for (String event :
                new String[] {"data: " + error + "\n\n", "event: error\ndata: " + error + "\n\n", error + "\n\n"}) {
            byte[] whole = bytes(TEXT + event + TEXT + DONE);
            for (int i = 0; i <= whole.length; i++) {
                SseTap tap = new SseTap("pub", true);
                Collected out = Collected.run(tap, Collected.cut(whole, i));

                assertThat(out.text()).isEqualTo(json(TEXT.replace("up-1", "pub")));
                assertThat(error(tap).kind()).isEqualTo(Kind.valueOf(kind));
                assertThat(error(tap).message()).isEqualTo("m");
                assertThat(tap.complete()).isFalse();
                assertThat(tap.last()).isEmpty();
            }
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"null", "false", "''"})
    void passesAnErrorThatSaysNothing(String error) {
        String event = "data: {'error':" + error + ",'choices':[{'text':'x'}]}\n\n";
        SseTap tap = new SseTap(null, true);

        assertThat(Collected.run(tap, bytes(event)).text()).isEqualTo(json(event));
        assertThat(tap.error()).isNull();
    }

    @Test
    void recognisesWhatIsNoEventStream() {
        String body = "{\n  'error': {\n\n    'message': 'no room', 'code': 'rate_limit_exceeded'\n  }\n}\n";
        for (int i = 0; i <= body.length(); i++) {
            SseTap tap = new SseTap(null, true);
            Collected out = Collected.run(tap, Collected.cut(bytes(body), i));
            assertThat(out.text()).isEmpty();
            assertThat(error(tap).kind()).isEqualTo(Kind.RATE_LIMITED);
            assertThat(error(tap).message()).isEqualTo("no room");
        }
        for (String foreign : new String[] {"<html>\n\nbad", "{'id':'x','choices':[]}", "{'broken"}) {
            SseTap tap = new SseTap(null, true);
            assertThat(Collected.run(tap, bytes(foreign)).text()).isEmpty();
            assertThat(error(tap).kind()).isEqualTo(Kind.BAD_RESPONSE);
        }
    }

    @Test
    void takesTheLastUsageAndBelievesNoNumber() {
        assertThat(usage("{'prompt_tokens':-5,'completion_tokens':1e30}"))
                .isEqualTo(new TokenUsage(0, 0, TokenUsage.MAX, 0));
        assertThat(usage("{'prompt_tokens':'12','completion_tokens':'x'}")).isEqualTo(new TokenUsage(12, 0, 0, 0));
        assertThat(usage("{'prompt_tokens':1000000000000000000,'completion_tokens':1}")
                        .input())
                .isEqualTo(TokenUsage.MAX);
        assertThat(usage("{'prompt_tokens':5,'prompt_tokens_details':{'cached_tokens':50},'completion_tokens':null}"))
                .isEqualTo(new TokenUsage(5, 5, 0, 0));
        assertThat(usage("{'input_tokens':5,'output_tokens':6,'input_tokens_details':{'cached_tokens':1},"
                        + "'output_tokens_details':{'reasoning_tokens':2}}"))
                .isEqualTo(new TokenUsage(5, 1, 6, 2));
        assertThat(usage("{'prompt_tokens':5,'total_tokens':8}")).isEqualTo(new TokenUsage(5, 0, 3, 0));

        SseTap tap = new SseTap(null, false);
        Collected.run(
                tap,
                bytes(USAGE + USAGE.replace(":9", ":3") + "data: {'usage':null}\n\ndata: {'usage':[1]}\n\n"
                        + "data: {'usage':{}}\n\n"));
        assertThat(tap.usage()).isEqualTo(new TokenUsage(3, 3, 2, 1));
    }

    private static TokenUsage usage(String json) {
        SseTap tap = new SseTap(null, false);
        Collected.run(tap, bytes("data: {'choices':[],'usage':" + json + "}\n\n"));
        TokenUsage usage = tap.usage();
        assertThat(usage).isNotNull();
        return usage;
    }

    @Test
    void countsReasoningAndToolArguments() {
        String word = "abcdefgh".repeat(50);
        for (String delta : new String[] {
            "{'content':'" + word + "'}",
            "{'reasoning_content':'" + word + "'}",
            "{'reasoning':'" + word + "'}",
            "{'tool_calls':[{'index':0,'id':'call_1','function':{'arguments':'" + word + "'}}]}"
        }) {
            SseTap tap = new SseTap(null, false);
            Collected.run(tap, bytes(chunk(delta, "null")));
            assertThat(tap.estimatedOutputTokens()).isEqualTo(100);
        }
    }

    @Test
    void anEventOfBrokenJsonIsAFailure() {
        SseTap tap = new SseTap("pub", true);

        assertThat(Collected.run(tap, bytes("data: {'model':'up','choices':[{]\n\ndata: [DONE]\n\n"))
                        .text())
                .isEmpty();
        assertThat(tap.complete()).isFalse();
        assertThat(tap.error()).isNotNull();
        assertThat(tap.error().kind()).isEqualTo(UpstreamFailure.Kind.BAD_RESPONSE);
    }

    @Test
    void passesWhatDoesNotLookLikeJsonAsItIs() {
        String odd = "data: nonsense\n\nretry: 5\n\ndata\n\ndata:\n\n";
        SseTap tap = new SseTap("pub", true);

        assertThat(Collected.run(tap, bytes(odd)).text()).isEqualTo(odd);
        assertThat(tap.complete()).isFalse();
    }

    @Test
    void passesAHugeEventInFlatMemory() {
        byte[] start = bytes("data: {'model':'up','choices':[{'delta':{'content':'");
        byte[] filling = new byte[32 * 1_024];
        Arrays.fill(filling, (byte) 'x');
        SseTap tap = new SseTap("pub", true);
        long[] sent = new long[1];
        ResponseTap.Sink counting = new ResponseTap.Sink() {
            @Override
            public void pass(int offset, int length) {
                sent[0] += length;
            }

            @Override
            public void write(byte[] bytes) {
                sent[0] += bytes.length;
                assertThat(bytes.length).isLessThanOrEqualTo(SseTap.MAX_HELD);
            }
        };
        tap.feed(start, counting);
        long fillings = 32 * 1_024;
        for (int i = 0; i < fillings; i++) {
            tap.feed(filling, counting);
        }
        tap.feed(bytes("'}}]}\n\n" + STOP + DONE), counting);

        // "up" has grown to "pub", "up-1" has shrunk to it.
        long expected = start.length + 1 + fillings * filling.length + "'}}]}\n\n".length() + STOP.length() - 1;
        assertThat(sent[0]).isEqualTo(expected);
        assertThat(tap.complete()).isTrue();
        assertThat(tap.sawContent()).isTrue();
        assertThat(tap.estimatedOutputTokens()).isGreaterThan(200_000_000L);
    }

    @Test
    void passesAMillionEmptyEvents() {
        byte[] empty = new byte[1_000_000];
        Arrays.fill(empty, (byte) '\n');
        Collected out = Collected.run(new SseTap("pub", true), empty, bytes(TEXT));

        assertThat(out.size()).isEqualTo(empty.length + bytes(TEXT.replace("up-1", "pub")).length);
        assertThat(out.passes).isLessThan(10);
    }

    @Test
    void survivesBrokenStreams() {
        survive(3, 20_000);
    }

    @Test
    @Tag("proof")
    void survivesAMillionBrokenStreams() {
        survive(System.nanoTime(), 1_000_000);
    }

    /** Whatever is broken: every split gives the same, and without a reason to change bytes none is changed. */
    private static void survive(long seed, int rounds) {
        Random random = new Random(seed);
        byte[] good = bytes(AZURE + ROLE + TEXT + STOP + USAGE + DONE);
        for (int i = 0; i < rounds; i++) {
            byte[] whole = good.clone();
            for (int m = random.nextInt(4); m >= 0; m--) {
                whole[random.nextInt(whole.length)] = (byte) ("{}[]\",:\n\r \\x".charAt(random.nextInt(12)));
            }
            int[] cuts = random.ints(3, 0, whole.length + 1).sorted().toArray();
            SseTap one = new SseTap("pub", true);
            SseTap cut = new SseTap("pub", true);
            String as = "seed " + seed + " round " + i;
            assertThat(Collected.run(cut, Collected.cut(whole, cuts)).text())
                    .as(as)
                    .isEqualTo(Collected.run(one, whole).text());
            assertThat(cut.complete()).as(as).isEqualTo(one.complete());
            assertThat(cut.usage()).as(as).isEqualTo(one.usage());
            assertThat(cut.last()).as(as).isEqualTo(one.last());
        }
    }

    private static UpstreamFailure error(ResponseTap tap) {
        UpstreamFailure error = tap.error();
        assertThat(error).isNotNull();
        return error;
    }

    private static String json(String text) {
        return text.replace('\'', '"');
    }

    private static byte[] bytes(String text) {
        return json(text).getBytes(UTF_8);
    }

    private static String text(byte[] bytes) {
        return new String(bytes, UTF_8);
    }
}
