package io.sluice.domain.failure;

import static java.nio.charset.StandardCharsets.UTF_8;
import static org.assertj.core.api.Assertions.assertThat;

import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

class UpstreamErrorsTest {
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            nullValues = "-",
            value = {
                "{'error':{'message':'m','type':'t','param':'p','code':'c'}}|m|t|p|c",
                "{'error':{'message':'m','type':null,'param':null,'code':429}}|m|-|-|429",
                "{'error':'m'}|m|-|-|-",
                "{'code':'exhausted','error':'m'}|m|-|-|exhausted",
                "{'message':'outer','error':{'message':'m'}}|m|-|-|-",
                "{'error':{'message':'m'},'message':'outer'}|m|-|-|-",
                "{'object':'error','message':'m','type':'rate_limited','param':null,'code':'1300'}|m|rate_limited|-|1300",
                "{'object':'error','message':{'detail':[{'type':'extra_forbidden','loc':['body','x'],'msg':'m'}]}}|m|extra_forbidden|-|-",
                "{'message':'m','request_id':'r'}|m|-|-|-",
                "{'detail':'m'}|m|-|-|-",
                "{'error_code':17,'error_msg':'m'}|m|-|-|17",
                "{'base_resp':{'status_code':1002,'status_msg':'m'}}|m|-|-|1002",
                "{'Response':{'Error':{'Code':'AuthFailure','Message':'m'}}}|m|-|-|AuthFailure",
                "[{'error':{'code':400,'message':'m'}},{}]|m|-|-|400",
                "'m'|m|-|-|-",
                "plain text|plain text|-|-|-",
                "{'error':{'message':'m','code':'c','x':[|m|-|-|c",
                "<html><h1>502</h1></html>|The provider answered with status 502.|-|-|-",
                "{}|The provider answered with status 502.|-|-|-",
                "{'error':{'message':''}}|The provider answered with status 502.|-|-|-",
                "|The provider answered with status 502.|-|-|-",
            })
    void readsEveryShape(String body, String message, String type, String param, String code) {
        String text = body == null ? "" : body.replace('\'', '"');

        assertThat(UpstreamErrors.parse(502, text.getBytes(UTF_8)))
                .isEqualTo(new ParsedError(message, type, param, code));
    }

    @Test
    void redactsWhatItReads() {
        byte[] body =
                "{\"error\":{\"message\":\"Incorrect API key provided: sk-proj-abc***xyz. org-Abc123\",\"param\":\"10.0.0.1\"}}"
                        .getBytes(UTF_8);

        assertThat(UpstreamErrors.parse(401, body))
                .isEqualTo(new ParsedError("Incorrect API key provided: *** org-***", null, "***", null));
    }

    @Test
    void staysBoundedAndNeverThrows() {
        byte[] deep = "{\"error\":".repeat(100_000).getBytes(UTF_8);
        byte[] large = new byte[5_000_000];
        Arrays.fill(large, (byte) 'a');
        assertThat(UpstreamErrors.parse(500, deep).message()).isNotEmpty();
        assertThat(UpstreamErrors.parse(500, large).message()).hasSizeLessThanOrEqualTo(Redaction.MAX);
        Random random = new Random(1);
        byte[] seed =
                "{\"error\":{\"message\":\"m\\u0041\",\"code\":[1,{\"a\":2}]},\"detail\":[\"x\",{}]}".getBytes(UTF_8);
        for (int i = 0; i < 50_000; i++) {
            byte[] body = Arrays.copyOf(seed, random.nextInt(seed.length + 1));
            for (int m = 0; m < 3 && body.length > 0; m++) {
                body[random.nextInt(body.length)] = (byte) random.nextInt(256);
            }
            assertThat(UpstreamErrors.parse(500, body).message()).isNotEmpty();
        }
    }
}
