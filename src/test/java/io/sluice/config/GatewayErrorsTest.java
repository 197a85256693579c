package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;
import static org.junit.jupiter.params.provider.Arguments.arguments;

import io.sluice.domain.key.KeyHash;
import java.io.IOException;
import java.nio.file.Files;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;

/** Every value that is refused, with the exact place and the words that say how to mend it. */
class GatewayErrorsTest {
    /** Line 5 of a file is a line of the channel {@code c}. */
    static Stream<Arguments> channels() {
        return Stream.of(
                arguments("base_url: x", "5:5: channels[0].base_url: is unknown; did you mean 'base-url'?"),
                arguments("limts: {}", "5:5: channels[0].limts: is unknown"),
                arguments("weight: 0", "5:5: channels[0].weight: '0' is outside 1 to 1000"),
                arguments("weight: 017", "5:5: channels[0].weight: '017' is not a whole number"),
                arguments("weight: 0o17", "5:5: channels[0].weight: '0o17' is not a whole number"),
                arguments("weight: 12:30:45", "5:5: channels[0].weight: '12:30:45' is not a whole number"),
                arguments("weight: 1.0", "5:5: channels[0].weight: '1.0' is not a whole number"),
                arguments("weight: .5", "5:5: channels[0].weight: '.5' is not a whole number"),
                arguments("weight: NaN", "5:5: channels[0].weight: 'NaN' is not a whole number"),
                arguments("weight: ~", "5:5: channels[0].weight: is null"),
                arguments("weight:", "5:5: channels[0].weight: has no value"),
                arguments("weight: ''", "5:5: channels[0].weight: is empty"),
                arguments("weight: [1]", "5:5: channels[0].weight: is a list where a single value belongs"),
                arguments(
                        "weight: 99999999999999999999", "5:5: channels[0].weight: '99999999999999999999' is too large"),
                arguments("lenient: no", "5:5: channels[0].lenient: 'no' is not true or false"),
                arguments("lenient: True", "5:5: channels[0].lenient: 'True' is not true or false"),
                arguments("state: off", "5:5: channels[0].state: 'off' is not one of enabled, draining, disabled"),
                arguments("disabled: true", "5:5: channels[0].disabled: is no longer read; write 'state: disabled'"),
                arguments(
                        "on-client-gone: leave",
                        "5:5: channels[0].on-client-gone: 'leave' is not one of cancel, drain"),
                arguments("api-version: 2024-10-21", "5:5: channels[0].api-version: belongs to type azure only"),
                arguments("responses: stored", "5:5: channels[0].responses: 'stored' is not one of native, translate"),
                arguments("timeouts: 5s", "5:5: channels[0].timeouts: is not a mapping"),
                arguments("timeouts: { idle: 5 }", "5:17: channels[0].timeouts.idle: '5' has no unit; write 500ms"),
                arguments("timeouts: { idle: 5w }", "5:17: channels[0].timeouts.idle: '5w' has an unknown unit"),
                arguments("timeouts: { idle: 0s }", "5:17: channels[0].timeouts.idle: '0s' is outside 1ms to 1d"),
                arguments("timeouts: { total: 1s }", "5:17: channels[0].timeouts.total: is shorter than connect"),
                arguments("fetch: { max-size: 65MiB }", "channels[0].fetch.max-size: '65MiB' is outside 1KiB to 64MiB"),
                arguments("fetch: { timeout: 2m }", "channels[0].fetch.timeout: '2m' is outside 100ms to 1m"),
                arguments("fetch: { ports: [0] }", "channels[0].fetch.ports[0]: '0' is outside 1 to 65_535"),
                arguments("fetch: { ports: [] }", "channels[0].fetch.ports: names no port"),
                arguments("fetch: { hosts: [] }", "channels[0].fetch.hosts: names no host"),
                arguments("fetch: { hosts: ['http://x/'] }", "channels[0].fetch.hosts[0]: 'http://x/' is no host name"),
                arguments("parameters: { set: { model: x } }", "'model' is decided by Sluice"),
                arguments(
                        "parameters: { set: { seed: 017 } }", "5:26: channels[0].parameters.set.seed: '017' could be"),
                arguments("parameters: { set: { a: yes } }", "'yes' could be read in two ways"),
                arguments("parameters: { remove: [stream] }", "5:28: channels[0].parameters.remove[0]: 'stream' is"),
                arguments("parameters: { set: { a: 1 }, remove: [a] }", "'a' is also set"),
                arguments("parameters: { set: { a: 1 }, default: { a: 2 } }", "parameters.default: 'a' is also set"),
                arguments("parameters: { default: { a: 1 }, remove: [a] }", "'a' is also a default"),
                arguments("parameters: { default: { stream: true } }", "'stream' is decided by Sluice"),
                arguments("parameters: { per-model: { \"a b\": {} } }", "'a b' is not a model pattern"),
                arguments("parameters: { per-model: { a: { per-model: {} } } }", "per-model.a.per-model: is unknown"),
                arguments(
                        "headers: { Authorization: x }",
                        "5:16: channels[0].headers.Authorization: the header 'Authorization' is written by Sluice"),
                arguments("headers: { X-Api-Key: x }", "'X-Api-Key' is written by Sluice"),
                arguments("headers: { content-length: 1 }", "'content-length' is written by Sluice"),
                arguments("headers: { host: x }", "'host' is written by Sluice"),
                arguments("headers: { \"x y\": z }", "'x y' is not a header name"),
                arguments("headers: { x: [1] }", "channels[0].headers.x: is not a single value"),
                arguments("headers: { x: a, X: b }", "the header 'X' stands twice; case does not tell headers apart"),
                arguments("headers: { x: \"a\\r\\nb: c\" }", "headers.x: the value holds what no header may carry"),
                arguments("headers: { x: \" a\" }", "headers.x: the value holds what no header may carry"),
                arguments("headers: { x: é }", "headers.x: the value holds what no header may carry"),
                arguments("headers: []", "channels[0].headers: is not a mapping"),
                arguments("proxy: CANARY", "5:5: channels[0].proxy: the secret is no proxy; write http://host:port"),
                arguments("proxy: https://proxy:3128", "channels[0].proxy: the secret is no proxy"),
                arguments("proxy: http://proxy", "channels[0].proxy: the secret is no proxy"),
                arguments("proxy: http://proxy:70000", "names a port outside 1 to 65535"),
                arguments("proxy: socks5://user@proxy:1080", "names a user without a password"),
                arguments("proxy: socks5://CANARY:@proxy:1080", "holds a user or password that is empty"),
                arguments("proxy: socks5://CANARY:50%@proxy:1080", "holds a % that begins no escape; write %25"),
                arguments("proxy: http://169.254.169.254:80", "names a link-local, metadata or unusable address"),
                arguments("tls: { ca: gone.pem }", "channels[0].tls.ca: the file gone.pem does not exist"),
                arguments("tls: { ca: blank.pem }", "channels[0].tls.ca: the file holds no certificate"),
                arguments(
                        "tls: { ca: broken.pem }",
                        "channels[0].tls.ca: the file holds a certificate that cannot be read"),
                arguments("tls: { cert: client.crt }", "channels[0].tls.key: is missing"),
                arguments("tls: { key: client.key }", "channels[0].tls.cert: is missing"),
                arguments(
                        "tls: { cert: ca.crt, key: client.key }", "tls.key: is not the key of the certificate in cert"),
                arguments("tls: { cert: client.crt, key: client.crt }", "tls.key: the file holds no RSA or EC key"),
                arguments("tls: { system-ca: false }", "tls.system-ca: false trusts nobody; name ca"),
                arguments("query: { \"a&b\": c }", "'a&b' is not a query parameter"),
                arguments("query: { a: \"b\\n\" }", "query.a: the value holds a control character"),
                arguments("name: d", "5:5: 'name' stands here and in line 2; remove one of them"),
                arguments("? [a]\n    : 1", "5:7: a key is text"),
                arguments("weight: !!int 3", "5:13: tags are refused"),
                arguments("weight: !!javax.script.ScriptEngineManager [1]", "5:13: tags are refused"),
                arguments("weight: *nothing", "5:13: the anchor 'nothing' is not defined before this line"),
                arguments(
                        "weight: \"${env:MISSING}\"",
                        "channels[0].weight: the environment variable MISSING is not set"),
                arguments(
                        "weight: \"${env:KEY}\"", "channels[0].weight: the value of ${env:KEY} is not a whole number"),
                arguments("weight: \"${env:${env:KEY}}\"", "channels[0].weight: '${' begins a reference"),
                arguments("weight: \"${KEY}\"", "channels[0].weight: '${' begins a reference"),
                arguments("weight: \"${file:gone}\"", "channels[0].weight: the file gone does not exist"));
    }

    @ParameterizedTest
    @MethodSource("channels")
    void refusesInChannel(String line, String expected) {
        TestFiles files = TestFiles.gateway("""
                channels:
                  - name: c
                    type: openai
                    base-url: https://api.example.com/v1
                    %s
                    accounts: [{ name: a, key: "${env:KEY}" }]
                    models: { m: {}, n: {} }
                """.formatted(line) + TestFiles.KEY)
                .referenced("blank.pem", "nothing")
                .referenced("broken.pem", "-----BEGIN CERTIFICATE-----\nAAAA\n-----END CERTIFICATE-----\n")
                .referenced("ca.crt", everyOptions("ca.crt"))
                .referenced("client.crt", everyOptions("client.crt"))
                .referenced("client.key", everyOptions("client.key"));

        assertThat(files.gatewayErrors())
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:5:")
                .contains(expected)
                .doesNotContain("CANARY");
    }

    private static String everyOptions(String secret) {
        try {
            return Files.readString(TestFiles.everyOption().resolve("secrets/" + secret));
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void tlsNeedsABaseUrlWithTls() {
        String channel = TestFiles.CHANNEL.replace("https://api.example.com/v1", "http://127.0.0.1:1/v1\n    tls: {}");

        assertThat(TestFiles.gateway(channel + TestFiles.KEY).gatewayErrors())
                .singleElement()
                .asString()
                .contains("channels[0].tls: goes with a base-url that begins with https:// only");
    }

    /** What requests of a type have already. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "anthropic | headers: { anthropic-version: x }       | the header 'anthropic-version' is written by Sluice",
                "anthropic | query: { beta: x }                      | the parameter 'beta' is written by Sluice",
                "bedrock   | headers: { X-Amz-Date: x }              | the header 'X-Amz-Date' is written by Sluice",
                "bedrock   | query: { a: x }                         | a channel of type bedrock takes no query",
                "dashscope | headers: { x-dashscope-sse: x }         | the header 'x-dashscope-sse' is written by Sluice",
                "qianfan   | headers: { appid: x }                   | the header 'appid' is written by Sluice",
                "qianfan   | query: { access_token: x }              | the parameter 'access_token' is written by Sluice",
                "gemini    | query: { key: x }                       | the parameter 'key' is written by Sluice",
                "gemini    | query: { alt: x }                       | the parameter 'alt' is written by Sluice"
            })
    void refusesWhatTheTypeWrites(String type, String line, String expected) {
        String channel = TestFiles.CHANNEL.replace("type: openai", "type: " + type + "\n    " + line);

        assertThat(TestFiles.gateway(channel + TestFiles.KEY).gatewayErrors())
                .singleElement()
                .asString()
                .contains(expected);
    }

    static Stream<Arguments> accounts() {
        return Stream.of(
                arguments("{ name: a }", "5:16: channels[0].accounts[0].key: is missing"),
                arguments("{ key: \"${env:KEY}\" }", "5:16: channels[0].accounts[0].name: is missing"),
                arguments(
                        "{ name: a/b, key: \"${env:KEY}\" }",
                        "5:18: channels[0].accounts[0].name: 'a/b' is not a name"),
                arguments("{ name: a, key: \"a b\" }", "5:27: channels[0].accounts[0].key: the secret holds a blank"),
                arguments(
                        "{ name: a, key: \"${env:KEY}\", headers: { te: x } }",
                        "channels[0].accounts[0].headers.te: the header 'te' is written by Sluice"),
                arguments(
                        "{ name: a, key: \"${env:KEY}\", timeouts: { total: 1s } }",
                        "channels[0].accounts[0].timeouts.total: is shorter than connect"),
                arguments("{ name: a, keys-file: one.txt }", "name: does not go with keys-file"),
                arguments(
                        "{ keys-file: gone }", "5:18: channels[0].accounts[0].keys-file: the file gone does not exist"),
                arguments("{ keys-file: blank.txt }", "keys-file: the file blank.txt holds no key"),
                arguments(limits("rpm: 0"), "accounts[0].limits.rpm: '0' is outside 1 to 1_099_511_627_776"),
                arguments(limits("rpm: 1099511627777"), "'1099511627777' is outside 1 to 1_099_511_627_776"),
                arguments(limits("ipm: 0"), "limits.ipm: '0' is outside 1 to"),
                arguments(limits("rpd: 0"), "limits.rpd: '0' is outside 1 to"),
                arguments(limits("rpm: -5"), "accounts[0].limits.rpm: '-5' is outside 1 to"),
                arguments(limits("rmp: 5"), "accounts[0].limits.rmp: is unknown; did you mean 'rpm'?"),
                arguments(limits("concurrency: 0"), "limits.concurrency: '0' is outside 1 to 1_000_000"),
                arguments(limits("zone: Mars"), "limits.zone: 'Mars' is not a time zone"),
                arguments(limits("windows: [{ requests: 1 }]"), "limits.windows[0].per: is missing"),
                arguments(limits("windows: [{ per: 1s }]"), "limits.windows[0]: names nothing to count"),
                arguments(limits("windows: [{ requests: 1, tokens: 1, per: 1s }]"), "names several things to count"),
                arguments(limits("windows: [{ requests: 1, per: 2h }]"), "windows[0].per: '2h' is outside 1s to 1h"),
                arguments(limits("rpm: 1, windows: [{ requests: 1, per: 60s }]"), "limited twice per 1m"),
                arguments(limits("per-model: { \"a b\": { rpm: 1 } }"), "'a b' is not a model pattern"),
                arguments(limits("per-model: { a: { per-model: {} } }"), "limits.per-model.a.per-model: is unknown"),
                arguments(limits("groups: [{ rpm: 1 }]"), "limits.groups[0].models: is missing"));
    }

    private static String limits(String limits) {
        return "{ name: a, key: \"${env:KEY}\", limits: { " + limits + " } }";
    }

    @ParameterizedTest
    @MethodSource("accounts")
    void refusesInAccount(String account, String expected) {
        TestFiles files = TestFiles.gateway(
                        TestFiles.CHANNEL.replace("{ name: a, key: \"${env:KEY}\" }", account) + TestFiles.KEY)
                .referenced("one.txt", "k1")
                .referenced("blank.txt", "\n# nothing\r\n  \n");

        assertThat(files.gatewayErrors())
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:5:")
                .contains(expected);
    }

    /** Line 8 of a file is the item of {@code keys}, or another line after the channel's six. */
    static Stream<Arguments> others() {
        return Stream.of(
                arguments("keys: [{ name: k }]", "keys[0].key: is missing; write key, or key-hash"),
                arguments("keys: [{ name: k, key: short }]", "keys[0].key: the secret is shorter than 16 characters"),
                arguments("keys: [{ name: k, key-hash: md5:00 }]", "keys[0].key-hash: 'md5:00' is not a hash"),
                arguments(key("models: [a b]"), "keys[0].models[0]: 'a b' is not a model pattern"),
                arguments(key("models: []"), "keys[0].models: is an empty list"),
                arguments(key("models: m"), "keys[0].models: is not a list"),
                arguments(key("allow-from: [10.0.0.1/8]"), "keys[0].allow-from[0]: '10.0.0.1/8' has bits set"),
                arguments(key("allow-from: [host]"), "keys[0].allow-from[0]: 'host' is not an address"),
                arguments(key("expires: 2027-13-01"), "keys[0].expires: '2027-13-01' is not a date"),
                arguments(key("max-wait: 6m"), "keys[0].max-wait: '6m' is outside 0s to 5m"),
                arguments(key("priority: 11"), "keys[0].priority: '11' is outside -10 to 10"),
                arguments(key("expires: soon"), "keys[0].expires: 'soon' is not a date"),
                arguments(key("team: nobody"), "keys[0].team: there is no team 'nobody'"),
                arguments(key("budget: { amount: 0, every: 1d }"), "keys[0].budget.amount: '0' is not more than 0"),
                arguments(key("budget: { amount: .5, every: 1d }"), "keys[0].budget.amount: '.5' is not an amount"),
                arguments(key("budget: { amount: 5 }"), "keys[0].budget.every: is missing"),
                arguments(key("budget: { every: day }"), "keys[0].budget.amount: is missing"),
                arguments(
                        key("budget: { amount: 5, every: year }"),
                        "keys[0].budget.every: 'year' is no period; write day, week, month, total, or such as 12h or 30d"),
                arguments(
                        key("budget: { amount: 5, every: 59m }"), "keys[0].budget.every: '59m' is outside 1h to 366d"),
                arguments(
                        key("budget: { amount: 5, every: 1d, zone: UTC }"),
                        "keys[0].budget.zone: says where days begin, and goes with every: day, week or month alone"),
                arguments(key("budget: { amount: 5, every: day, zone: Mars }"), "keys[0].budget.zone: 'Mars' is"),
                arguments(key("deny-models: []"), "keys[0].deny-models: is an empty list; remove it to deny none"),
                arguments(key("endpoints: [chats]"), "keys[0].endpoints[0]: 'chats' is not one of chat, completions"),
                arguments(key("log: loud"), "keys[0].log: 'loud' is not one of usual, quiet, off"),
                arguments(key("tags: [a, a]"), "keys[0].tags[1]: stands twice"),
                arguments(key("tags: { a: " + "x".repeat(127) + " }"), "keys[0].tags.a: is longer than 128 characters"),
                arguments(key("defaults: { chats: { seed: 1 } }"), "keys[0].defaults.chats: is unknown; did you mean"),
                arguments(key("defaults: { chat: 1 }"), "keys[0].defaults.chat: is not a mapping of fields"),
                arguments(
                        key("defaults: { chat: { model: m } }"),
                        "keys[0].defaults.chat.model: 'model' is decided by Sluice"),
                arguments(key("old-keys: [{ key: old-0123456789abc }]"), "keys[0].old-keys[0].until: is missing"),
                arguments(
                        key("old-keys: [{ until: 2027-01-01 }]"),
                        "keys[0].old-keys[0].key: is missing; write key, or key-hash"),
                arguments(
                        key("old-keys: [{ key: \"${env:APP_KEY}\", until: 2027-01-01 }]"),
                        "keys[0].old-keys: name the key itself, or one twice"),
                arguments(key("limits: { per-model: { \"a b\": { rpm: 1 } } }"), "'a b' is not a model pattern"),
                arguments("keys: []", "keys: there is none, in no file; set allow-empty: true"),
                arguments("keys:", "keys: there is none, in no file; set allow-empty: true"),
                arguments(
                        also("models: { m: { fallbacks: [x] } }"),
                        "models.m.fallbacks[0]: no channel serves the model 'x'"),
                arguments(also("models: { m: { fallbacks: [n, n] } }"), "models.m.fallbacks[1]: 'n' stands twice"),
                arguments(also("models: { m: { fallbacks: [m] } }"), "the fallbacks go in a circle: m → m"),
                arguments(
                        also("models: { m: { fallbacks: [n] }, n: { fallbacks: [m] } }"),
                        "models.n.fallbacks[0]: the fallbacks go in a circle: m → n → m"),
                arguments(
                        also("models: { m: { fallbacks-on: { context: [x] } } }"),
                        "models.m.fallbacks-on.context[0]: no channel serves the model 'x'"),
                arguments(
                        also(
                                "models: { m: { fallbacks-on: { content: [n] } }, n: { fallbacks-on: { content: [m] } } }"),
                        "models.n.fallbacks-on.content[0]: the fallbacks on content go in a circle: m → n → m"),
                arguments(
                        also("models: { m: { fallbacks-on: { overload: [n] } } }"),
                        "models.m.fallbacks-on.overload: is unknown; did you mean 'overloaded'?"),
                arguments(
                        also("models: { m: { retry-statuses: [200] } }"),
                        "models.m.retry-statuses[0]: '200' is not a status of an error; write 400 to 599"),
                arguments(
                        also("models: { m: { ambiguous: sometimes } }"),
                        "models.m.ambiguous: 'sometimes' is not one of by-call, repeat, never"),
                arguments(
                        also("routing: { retry-budget: { share: 0.2 } }"),
                        "routing.retry-budget.share: '0.2' is not a share; write whole percent, such as 20%"),
                arguments(
                        also("routing: { retry-budget: { share: 101% } }"),
                        "routing.retry-budget.share: '101%' is not a share"),
                arguments(
                        also("routing: { hedge: { least: 1s } }"),
                        "routing.hedge.after: is missing; write p95, a duration, or never"),
                arguments(
                        also("routing: { hedge: { after: p95, least: 6s } }"),
                        "routing.hedge.least: is more than most, 5s"),
                arguments(
                        also("models: { m: { hedge: { after: p50 } } }"),
                        "models.m.hedge.after: 'p50' is not a duration"),
                arguments(also("routing: { attempt-timeout: 1ms }"), "routing.attempt-timeout: '1ms' is outside"),
                arguments(also("models: { m: { price: { input: 1 } } }"), "models.m.price.output: is missing"),
                arguments(also("models: { m: { attempts: 0 } }"), "models.m.attempts: '0' is outside 1 to 20"),
                arguments(also("models: { \"a b\": {} }"), "'a b' is not a model name"),
                arguments(
                        also("routing: { strategy: random }"), "routing.strategy: 'random' is not one of spread, fill"),
                arguments(also("currency: euro"), "currency: 'euro' is not a currency"),
                arguments(
                        also("secrets: [short]"),
                        "secrets[0]: the secret is shorter than 32 bytes; make one with: openssl rand -base64 32"),
                arguments(also("secrets: short"), "secrets: is not a list"),
                arguments(
                        also("secrets: [\"${env:MISSING}\"]"),
                        "secrets[0]: the environment variable MISSING is not set"),
                arguments(
                        also("secrets: [" + "0123456789abcdef0123456789abcdef,".repeat(9) + "]"),
                        "secrets: are more than 8; remove the oldest, at the end"),
                arguments(
                        also("teams: [{ name: t }, { name: t }]"), "teams[1]: the team 't' is also in gateway.yaml:9"),
                arguments(also("teams: [{ name: t, parent: u }]"), "teams[0].parent: there is no team 'u'"),
                arguments(also("teams: [{ name: t, parent: t }]"), "teams[0].parent: is the team itself"),
                arguments(
                        also("teams: [{ name: a }, { name: b, parent: a }, { name: c, parent: b }]"),
                        "teams[2].parent: the team 'b' belongs to 'a' itself; teams are nested one level only"),
                arguments(also("chanels: []"), "chanels: is unknown; did you mean 'channels'?"),
                arguments(also("\t- x"), "a tab cannot indent; use spaces"),
                arguments(also("---\na: 1"), "a second document begins here"),
                arguments(also("x: { y: ${env:KEY} }"), "put quotes around ${…} inside { } and [ ]"));
    }

    static Stream<Arguments> notifications() {
        String hook = "name: n, type: webhook, url: \"https://x.example/\", secret: 0123456789abcdef";
        String mail = "name: n, type: mail, host: x.example, from: a@x.example, to: [b@x.example]";
        return Stream.of(
                arguments("[]", "notifications: is not a mapping"),
                arguments("{ sink: [] }", "notifications.sink: is unknown; did you mean 'sinks'?"),
                arguments("{ group-wait: 6m }", "notifications.group-wait: '6m' is outside 0s to 5m"),
                arguments("{ group-interval: 2d }", "notifications.group-interval: '2d' is outside 0s to 1d"),
                arguments("{ remind: 1s }", "notifications.remind: '1s' is outside 1m to 30d"),
                arguments("{ title: \"{x}\" }", "notifications.title: '{x}' has a { that begins no placeholder"),
                arguments("{ text: \"a}\" }", "notifications.text: 'a}' has a } that ends no placeholder"),
                arguments(
                        "{ severity: { account-dead: info } }",
                        "notifications.severity.account-dead: 'account-dead' is no event"),
                arguments("{ severity: { test: info } }", "'test' is no event"),
                arguments(
                        "{ severity: { node-left: bad } }",
                        "notifications.severity.node-left: 'bad' is not one of info, warning, error, critical"),
                arguments(sinks("type: slack, url: \"https://x.example/\""), "sinks[0].name: is missing"),
                arguments(sinks("name: n"), "notifications.sinks[0].type: is missing"),
                arguments(sinks("name: n, type: fax"), "sinks[0].type: 'fax' is not one of webhook, slack, feishu"),
                arguments(sinks("name: n, type: slack"), "notifications.sinks[0].url: is missing"),
                arguments(
                        sinks("name: n, type: webhook, url: \"https://x.example/\""),
                        "sinks[0].secret: is missing; it signs what is posted"),
                arguments(
                        sinks("name: n, type: webhook, url: \"https://x.example/\", secret: short"),
                        "sinks[0].secret: the secret is shorter than 16 characters"),
                arguments(
                        sinks("name: n, type: slack, url: \"https://169.254.169.254/CANARY\""),
                        "sinks[0].url: the secret names a link-local, metadata or unusable address"),
                arguments(
                        sinks("name: n, type: slack, url: \"https://CANARY@x.example/\""),
                        "sinks[0].url: the secret holds user information"),
                arguments(
                        sinks("name: n, type: slack, url: \"http://x.example/CANARY\""),
                        "sinks[0].url: the secret would go in plain text"),
                arguments(
                        sinks("name: n, type: slack, url: \"ftp://x.example/CANARY\""),
                        "sinks[0].url: the secret is not a URL"),
                arguments(
                        sinks("name: n, type: slack, url: \"https://x.example/?CANARY<\""),
                        "sinks[0].url: the secret has a query with other than letters"),
                arguments(
                        sinks("name: n, type: slack, url: \"http://127.0.0.1:8081/\""),
                        "sinks[0].url: the secret is this node's own port"),
                arguments(
                        sinks("name: n, type: slack, url: \"https://x.example/\", secret: 0123456789abcdef"),
                        "sinks[0].secret: does not go with type slack"),
                arguments(sinks(hook + ", host: y"), "sinks[0].host: does not go with type webhook"),
                arguments(sinks(hook + ", rate: 0"), "sinks[0].rate: '0' is outside 1 to 600"),
                arguments(sinks(hook + ", attempts: 11"), "sinks[0].attempts: '11' is outside 1 to 10"),
                arguments(sinks(hook + ", timeout: 2m"), "sinks[0].timeout: '2m' is outside 100ms to 1m"),
                arguments(sinks(hook + ", min-severity: bad"), "sinks[0].min-severity: 'bad' is not one of"),
                arguments(sinks(hook + ", events: [account-dead]"), "events[0]: 'account-dead' is no event"),
                arguments(sinks(hook + ", events: [\"x*\"]"), "events[0]: 'x*' is no event"),
                arguments(sinks(hook + ", title: \"{\""), "sinks[0].title: '{' has a { that begins no placeholder"),
                arguments(
                        "{ sinks: [{ " + hook + " }, { " + hook + " }] }",
                        "sinks[1].name: the sink 'n' is also in gateway.yaml:9"),
                arguments(sinks(mail + ", url: \"https://x.example/\""), "sinks[0].url: does not go with type mail"),
                arguments(sinks(mail.replace("host: x.example, ", "")), "sinks[0].host: is missing"),
                arguments(sinks(mail.replace("x.example, from", "\"x y\", from")), "has a host that is not a name"),
                arguments(sinks(mail.replace("x.example, from", "metadata, from")), "names a metadata service"),
                arguments(sinks(mail.replace("from: a@x.example, ", "")), "sinks[0].from: is missing"),
                arguments(sinks(mail.replace("from: a@x.example", "from: \"a b@x\"")), "'a b@x' is not a mail address"),
                arguments(sinks(mail.replace(", to: [b@x.example]", "")), "sinks[0].to: is missing"),
                arguments(sinks(mail.replace("[b@x.example]", "[]")), "sinks[0].to: names nobody"),
                arguments(sinks(mail.replace("[b@x.example]", "[b]")), "sinks[0].to[0]: 'b' is not a mail address"),
                arguments(sinks(mail + ", port: 0"), "sinks[0].port: '0' is outside 1 to 65_535"),
                arguments(sinks(mail + ", tls: ssl"), "sinks[0].tls: 'ssl' is not one of starttls, tls, none"),
                arguments(sinks(mail + ", tls: none"), "sinks[0].tls: none would go in plain text"),
                arguments(sinks(mail + ", user: u"), "sinks[0].password: goes with user"),
                arguments(sinks(mail + ", password: p"), "sinks[0].password: goes with user"));
    }

    private static String sinks(String sink) {
        return "{ sinks: [{ " + sink + " }] }";
    }

    @ParameterizedTest
    @MethodSource("notifications")
    void refusesNotifications(String text, String expected) {
        TestFiles files = TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY + "notifications: " + text + "\n");

        assertThat(files.gatewayErrors())
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:")
                .contains(expected)
                .doesNotContain("CANARY");
    }

    /** What a reference became may be another option's secret. */
    @ParameterizedTest
    @ValueSource(
            strings = {
                "notifications: { severity: { node-left: \"${env:C}\" } }",
                "notifications: { sinks: [{ name: n, type: slack, url: \"https://x.example/\", events: [\"${env:C}\"] }] }",
                "notifications: { sinks: [{ name: n, type: mail, host: x, from: a@x.example, to: [\"${env:C}\"] }] }",
                "routing: { retry-statuses: [\"${env:C}\"] }",
                "models: { m: { fallbacks: [\"${env:C}\"] } }",
                "keys: [{ name: j, key: \"${env:C}\", allow-from: [\"${env:C}\"] }]",
                "keys: [{ name: j, key: \"${env:C}\", models: [\"${env:C}\"] }]"
            })
    void showsReferencesAsTheyAreWritten(String text) {
        TestFiles files = TestFiles.gateway(
                        TestFiles.CHANNEL + (text.startsWith("keys") ? "" : TestFiles.KEY) + text + "\n")
                .variable("C", "CANARY CANARY/CANARY");

        assertThat(files.gatewayErrors())
                .isNotEmpty()
                .anyMatch(error -> error.contains("${env:C}"))
                .noneMatch(error -> error.contains("CANARY"));
    }

    private static String key(String more) {
        return "keys: [{ name: k, key: \"${env:APP_KEY}\", " + more + " }]";
    }

    private static String also(String line) {
        return TestFiles.KEY + line;
    }

    @ParameterizedTest
    @MethodSource("others")
    void refuses(String text, String expected) {
        TestFiles files = TestFiles.gateway(TestFiles.CHANNEL + text + "\n");

        assertThat(files.gatewayErrors())
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:")
                .contains(expected);
    }

    static Stream<Arguments> baseUrls() {
        return Stream.of(
                arguments(
                        "http://api.example.com", "'http://api.example.com' would send keys and prompts in plain text"),
                arguments("http://8.8.8.8", "'http://8.8.8.8' would send keys and prompts in plain text"),
                arguments("http://127.0.0.1:8080/v1", "is this node's own port"),
                arguments("https://localhost:8081", "is this node's own port"),
                arguments("http://169.254.169.254", "names a link-local, metadata or unusable address"),
                arguments("https://user:canary@example.com", "'https://…@example.com' holds user information"),
                arguments("https://api.example.com./v1", "has a host that ends in a dot"));
    }

    @ParameterizedTest
    @MethodSource("baseUrls")
    void refusesBaseUrl(String url, String expected) {
        TestFiles files =
                TestFiles.gateway(TestFiles.CHANNEL.replace("https://api.example.com/v1", url) + TestFiles.KEY);

        assertThat(files.gatewayErrors())
                .singleElement()
                .asString()
                .startsWith("gateway.yaml:4:5: channels[0].base-url: '")
                .contains(expected)
                .doesNotContain("canary");
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"http://127.0.0.1:11434/v1", "http://10.0.0.1", "http://ollama:11434", "https://api.example.com"
            })
    void takesLoopbackPrivateAndEncrypted(String url) {
        assertThat(TestFiles.gateway(TestFiles.CHANNEL.replace("https://api.example.com/v1", url) + TestFiles.KEY)
                        .gatewayErrors())
                .isEmpty();
    }

    @Test
    void refusesToPassResponsesWhereNoServiceCanHaveThem() {
        String channel = TestFiles.CHANNEL + "    responses: native\n" + TestFiles.KEY;

        assertThat(TestFiles.gateway(channel).gatewayErrors()).isEmpty();
        assertThat(TestFiles.gateway(channel.replace("type: openai", "type: anthropic"))
                        .gatewayErrors())
                .singleElement()
                .asString()
                .endsWith("channels[0].responses: native goes with the types openai and azure only");
        assertThat(TestFiles.gateway(channel.replace("type: openai", "type: azure\n    api-version: 2024-10-21"))
                        .gatewayErrors())
                .singleElement()
                .asString()
                .endsWith("channels[0].responses: native needs a base-url that ends in /openai/v1");
    }

    @Test
    void takesPlainTextThatIsAllowed() {
        String channel = TestFiles.CHANNEL.replace(
                "base-url: https://api.example.com/v1", "base-url: http://api.example.com\n    allow-plaintext: true");

        assertThat(TestFiles.gateway(channel + TestFiles.KEY).gatewayErrors()).isEmpty();
    }

    @Test
    void reportsTwelveFaultsAtOnceInFileOrder() {
        TestFiles files = TestFiles.gateway("""
                channels:
                  - name: c
                    type: opnai
                    base-url: ftp://x
                    weigth: 3
                    priority: high
                    accounts:
                      - { name: a, key: "${env:NOPE}", limits: { rpm: 0, tpm: 017 } }
                    models: { m: {} }
                models:
                  m: { fallbacks: [mm], attempts: 99 }
                keys:
                  - { name: k, key: short }
                  - { name: k, key-hash: abc }
                routing: { deadline: 5 }
                """);

        assertThat(files.gatewayErrors())
                .containsExactly(
                        "gateway.yaml:3:5: channels[0].type: 'opnai' is no provider type; did you mean 'openai'?",
                        "gateway.yaml:4:5: channels[0].base-url: 'ftp://x' is not a URL that begins with https:// or http://",
                        "gateway.yaml:5:5: channels[0].weigth: is unknown; did you mean 'weight'?",
                        "gateway.yaml:6:5: channels[0].priority: 'high' is not a whole number; write digits, without a"
                                + " leading zero, such as 1_000",
                        "gateway.yaml:8:20: channels[0].accounts[0].key: the environment variable NOPE is not set",
                        "gateway.yaml:8:50: channels[0].accounts[0].limits.rpm: '0' is outside 1 to 1_099_511_627_776",
                        "gateway.yaml:8:58: channels[0].accounts[0].limits.tpm: '017' is not a whole number; write"
                                + " digits, without a leading zero, such as 1_000",
                        "gateway.yaml:11:20: models.m.fallbacks[0]: no channel serves the model 'mm'; did you mean 'm'?",
                        "gateway.yaml:11:25: models.m.attempts: '99' is outside 1 to 20",
                        "gateway.yaml:13:16: keys[0].key: the secret is shorter than 16 characters",
                        "gateway.yaml:14:5: keys[1]: the key 'k' is also in gateway.yaml:13; names are unique",
                        "gateway.yaml:14:16: keys[1].key-hash: 'abc' is not a hash; write sha256: and 64 hex digits, as"
                                + " 'sluice keygen' does",
                        "gateway.yaml:15:12: routing.deadline: '5' has no unit; write 500ms, 30s, 5m, 1h or 30d");
    }

    @Test
    void namesBothPlacesOfNamesInTwoFiles() {
        TestFiles files = TestFiles.gateway(
                        TestFiles.CHANNEL + TestFiles.KEY + "routing: { attempts: 2 }\nmodels: { m: {} }\n")
                .with(
                        "gateway.d/more.yaml",
                        TestFiles.CHANNEL.replace("${env:KEY}", "${env:OTHER}")
                                + TestFiles.KEY.replace("${env:APP_KEY}", "${env:OTHER_APP}")
                                + "routing: { attempts: 3 }\nmodels: { m: {} }\n")
                .variable("OTHER", "sk-2")
                .variable("OTHER_APP", "fedcba9876543210");

        assertThat(files.gatewayErrors())
                .containsExactly(
                        "gateway.d/more.yaml:2:5: channels[0]: the channel 'c' is also in gateway.yaml:2; names are unique",
                        "gateway.d/more.yaml:8:5: keys[0]: the key 'k' is also in gateway.yaml:8; names are unique",
                        "gateway.d/more.yaml:9:1: routing: stands also in gateway.yaml:9; keep one of the two",
                        "gateway.d/more.yaml:10:11: models.m: the model 'm' is also in gateway.yaml:10; names are unique");
    }

    @Test
    void refusesOneCredentialInTwoAccountsUnlessTheyAreCountedTogether() {
        String two = TestFiles.CHANNEL.replace(
                "[{ name: a, key: \"${env:KEY}\" }]",
                "[{ name: a, key: \"${env:KEY}\"%1$s }, { name: b, key: \"${env:KEY}\"%1$s }]");

        List<String> apart =
                TestFiles.gateway(two.formatted("") + TestFiles.KEY).gatewayErrors();
        List<String> together = TestFiles.gateway(two.formatted(", quota-of: q") + TestFiles.KEY)
                .gatewayErrors();

        assertThat(apart)
                .containsExactly("gateway.yaml:5:48: channels[0].accounts[1]: the same credential is in gateway.yaml:5;"
                        + " remove one, or give both the same quota-of");
        assertThat(together).isEmpty();
    }

    @Test
    void refusesDifferentLimitsForOneQuota() {
        String two = TestFiles.CHANNEL.replace(
                "[{ name: a, key: \"${env:KEY}\" }]",
                "[{ name: a, key: \"${env:KEY}\", quota-of: q, limits: { rpm: 1 } },"
                        + " { name: b, key: \"${env:APP_KEY}\", quota-of: q, limits: { rpm: 2 } }]");

        assertThat(TestFiles.gateway(two + TestFiles.KEY).gatewayErrors())
                .singleElement()
                .asString()
                .contains("channels[0].accounts[1]: the limits of quota-of 'q' differ from those in gateway.yaml:5");
    }

    @Test
    void refusesTheSampleKeyBesideARealChannel() {
        TestFiles clear =
                TestFiles.gateway(TestFiles.CHANNEL + "keys: [{ name: demo, key: " + SampleKey.TEXT + " }]\n");
        TestFiles hashed = TestFiles.gateway(TestFiles.CHANNEL + "keys: [{ name: demo, key-hash: \"sha256:"
                + KeyHash.ofKey(SampleKey.TEXT).hex() + "\" }]\n");

        assertThat(clear.gatewayErrors())
                .isEqualTo(hashed.gatewayErrors())
                .containsExactly(
                        "gateway.yaml:7:8: keys[0]: the key 'demo' is the public sample key, and the channel 'c' is"
                                + " not the built-in simulator; make a key with 'sluice keygen'");
    }

    @Test
    void refusesTwoNamesForOneKey() {
        assertThat(TestFiles.gateway(TestFiles.CHANNEL + """
                                keys:
                                  - { name: k, key: "${env:APP_KEY}" }
                                  - { name: l, key: "${env:APP_KEY}" }
                                """).gatewayErrors())
                .containsExactly("gateway.yaml:9:5: keys[1]: is the same key as the one in gateway.yaml:8");
    }

    @Test
    void refusesFilesThatWereEmptied() {
        assertThat(new TestFiles().gatewayErrors())
                .containsExactly("gateway.yaml: there is neither gateway.yaml nor a file in gateway.d");
        assertThat(TestFiles.gateway("# nothing\n").gatewayErrors())
                .containsExactly(
                        "gateway.yaml: channels: there is none, in no file; set allow-empty: true if that is meant",
                        "gateway.yaml: keys: there is none, in no file; set allow-empty: true if that is meant");
        assertThat(TestFiles.gateway("allow-empty: true\n").gatewayErrors()).isEmpty();
    }

    @Test
    void namesFileAndLineOfAKeyFile() {
        TestFiles files = TestFiles.gateway(
                        TestFiles.CHANNEL.replace("{ name: a, key: \"${env:KEY}\" }", "{ keys-file: keys.txt }")
                                + TestFiles.KEY)
                .referenced(
                        "keys.txt",
                        "\uFEFF# comment\r\nk1,n,0\r\n\r\n,x\r\nk 2\nk3,a/b\nk4,n,1,2,3\nk5,n\nk6,n\nk5,m\n");

        assertThat(files.gatewayErrors())
                .containsExactly(
                        "keys.txt:2: channels[0].accounts[0].keys-file: rpm is outside 1 to 1_099_511_627_776; a line is key,name,rpm,tpm",
                        "keys.txt:4: channels[0].accounts[0].keys-file: the key is empty; a line is key,name,rpm,tpm",
                        "keys.txt:5: channels[0].accounts[0].keys-file: the key holds a blank, a line break or another"
                                + " character that no header may carry; a line is key,name,rpm,tpm",
                        "keys.txt:6: channels[0].accounts[0].keys-file: the name is not a name; use 1 to 64 letters,"
                                + " digits and . _ - @ +; a line is key,name,rpm,tpm",
                        "keys.txt:7: channels[0].accounts[0].keys-file: has more than the four fields key,name,rpm,tpm",
                        "keys.txt:9: channels[0].accounts[0].keys-file: the account 'n' is also in keys.txt:8; names are unique",
                        "keys.txt:10: channels[0].accounts[0].keys-file: the same credential is in keys.txt:8; remove"
                                + " one, or give both the same quota-of");
    }
}
