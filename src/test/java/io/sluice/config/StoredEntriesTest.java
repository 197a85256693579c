package io.sluice.config;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.config.StoredEntry.Kind;
import io.sluice.domain.pool.Channel;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins.Origin;
import io.sluice.domain.pool.Origins.OutOfForce;
import io.sluice.domain.pool.Origins.Reason;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.IntStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;

/** What is managed by API beside files: who wins, what is left out, and that the files alone decide about the whole. */
class StoredEntriesTest {
    private static final String DOCUMENT = """
            {"type":"openai","base-url":"https://api.example.com/v1","accounts":[{"name":"main","key":"%s"%s}],
             "models":{"%s":{}}%s}""";

    private static StoredEntry channel(String name, String key, String model) {
        return entry(Kind.CHANNEL, name, DOCUMENT.formatted(key, "", model, ""));
    }

    private static StoredEntry entry(Kind kind, String name, String document) {
        return new StoredEntry(kind, name, 3, document, null);
    }

    private static TestFiles files() {
        return TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY);
    }

    private static String out(GatewayRevision revision, String name) {
        return revision.origins().outOfForce().stream()
                .filter(entry -> entry.name().equals(name))
                .map(OutOfForce::reasons)
                .map(reasons -> reasons.getFirst().toString())
                .findFirst()
                .orElseThrow();
    }

    @Test
    void addsToWhatFilesSay() {
        GatewayRevision revision = files().stored(
                        channel("s", "sk-s", "m"), entry(Kind.MODEL, "m", "{\"fallbacks\":[\"n\"]}"))
                .revision();

        assertThat(revision.channels()).extracting(Channel::name).containsExactly("c", "s");
        assertThat(revision.models().get("m").candidates())
                .extracting(candidate -> candidate.accountId())
                .containsExactly("c/a", "s/main");
        assertThat(revision.models().get("m").fallbacks()).containsExactly("n");
        assertThat(revision.warnings()).noneMatch(warning -> warning.contains("clear text: store:"));
        assertThat(revision.origins().of("channels", "c")).isEqualTo(new Origin("gateway.yaml:2", 0));
        assertThat(revision.origins().of("channels", "s")).isEqualTo(new Origin("store", 3));
        assertThat(revision.origins().of("accounts", "s/main")).isEqualTo(new Origin("store", 3));
        assertThat(revision.origins().of("models", "m")).isEqualTo(new Origin("store", 3));
        assertThat(revision.origins().of("models", "n")).isNull();
    }

    @Test
    void givesTheRevisionAnIdOfItsOwn() {
        GatewayRevision bare = files().revision();
        GatewayRevision first = files().stored(channel("s", "sk-s", "m")).revision();
        GatewayRevision second = files().stored(channel("s", "sk-t", "m")).revision();
        GatewayRevision again = files().stored(channel("s", "sk-s", "m")).revision();

        assertThat(List.of(bare.id(), first.id(), second.id())).doesNotHaveDuplicates();
        assertThat(again.id()).isEqualTo(first.id());
        assertThat(first.origins().files()).isEqualTo(bare.id());
        assertThat(bare.origins().files()).isEqualTo(bare.id());
    }

    @Test
    void losesItsNameToAFile() {
        GatewayRevision revision = files().stored(
                        channel("c", "sk-s", "other"), entry(Kind.TEAM, "t", "{\"limits\":{\"rpm\":3}}"))
                .revision();

        assertThat(revision.channels()).hasSize(1);
        assertThat(revision.models()).doesNotContainKey("other");
        assertThat(revision.origins().outOfForce())
                .containsExactly(new OutOfForce(
                        "channels",
                        "c",
                        3,
                        List.of(new Reason(
                                "gateway.yaml:2", "", "has this name, and files win; remove one of the two"))));
        assertThat(revision.warnings())
                .contains(
                        "store:channels/c: is out of force: gateway.yaml:2: has this name, and files win; remove one of the"
                                + " two");
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "\"weight\":0| store:channels/s: weight: '0' is outside 1 to 1000",
                "\"wieght\":1| store:channels/s: wieght: is unknown; did you mean 'weight'?",
                "\"headers\":{\"x\":\"${env:HOME}\"}| store:channels/s: headers.x: holds '${'",
                "\"proxy\":\"${file:/etc/passwd}\"| store:channels/s: proxy: holds '${'",
                "\"tls\":{\"ca\":\"/etc/passwd\"}| store:channels/s: tls.ca: names a file",
                "\"system-prompt\":null| store:channels/s: system-prompt: is null",
                "\"proxy\":\"http://10.0.0.1:80\"| store:channels/s: proxy: the secret names a proxy in a private network",
                "\"api-version\":\"2024-10-21\"| store:channels/s: api-version: belongs to type azure only",
            })
    void isLeftOutWhenItIsWrongByItself(String more, String reason) {
        StoredEntry wrong = entry(Kind.CHANNEL, "s", DOCUMENT.formatted("sk-s", "", "m", "," + more));

        GatewayRevision revision =
                files().stored(wrong, channel("good", "sk-good", "m")).revision();

        assertThat(revision.channels()).extracting(Channel::name).containsExactly("c", "good");
        assertThat(out(revision, "s")).startsWith(reason);
    }

    @Test
    void namesThePlaceWithinTheEntry() {
        StoredEntry wrong = entry(Kind.CHANNEL, "s", DOCUMENT.formatted("sk-s", ",\"limits\":{\"rpm\":-1}", "m", ""));

        assertThat(out(files().stored(wrong).revision(), "s"))
                .startsWith("store:channels/s: accounts[0].limits.rpm: '-1' is ");
    }

    @Test
    void namesNoKeyFile() {
        StoredEntry wrong = entry(
                Kind.CHANNEL,
                "s",
                "{\"preset\":\"deepseek\",\"models\":{\"m\":{}},\"accounts\":[{\"keys-file\":\"/etc/passwd\"}]}");

        assertThat(out(files().stored(wrong).revision(), "s"))
                .startsWith("store:channels/s: accounts[0].keys-file: names a file");
    }

    @ParameterizedTest
    @CsvSource({"http://127.0.0.1:9", "https://10.1.2.3", "https://nas", "https://x.internal", "'https://[::1]'"})
    void reachesAPrivateNetworkWhenThatIsSaid(String url) {
        String document = "{\"type\":\"openai\",\"base-url\":\"" + url + "\",\"models\":{\"m\":{}},\"accounts\":"
                + "[{\"name\":\"main\",\"key\":\"sk-s\"}]%s}";

        GatewayRevision refused =
                files().stored(entry(Kind.CHANNEL, "s", document.formatted(""))).revision();
        GatewayRevision allowed = files().stored(
                        entry(Kind.CHANNEL, "s", document.formatted(",\"allow-private\":true")))
                .revision();

        assertThat(out(refused, "s")).contains("is in a private network; set allow-private: true");
        assertThat(allowed.channels()).hasSize(2);
        assertThat(allowed.channels().getLast().baseUrl().publicOnly()).isFalse();
    }

    @Test
    void isBoundToPublicAddressesWhereNothingIsSaid() {
        GatewayRevision revision = files().stored(channel("s", "sk-s", "m")).revision();

        assertThat(revision.channels())
                .extracting(c -> c.baseUrl().publicOnly())
                .containsExactly(false, true);
    }

    @Test
    void isLeftOutWithWhatItNeeds() {
        StoredEntry first = entry(Kind.MODEL, "x", "{\"fallbacks\":[\"gone\"]}");
        StoredEntry second = entry(Kind.MODEL, "w", "{\"fallbacks\":[\"x\"]}");

        GatewayRevision revision =
                files().stored(first, second, entry(Kind.MODEL, "m", "{}")).revision();

        assertThat(out(revision, "x")).startsWith("store:models/x: fallbacks[0]: no channel serves the model 'gone'");
        assertThat(out(revision, "w")).startsWith("store:models/w: fallbacks[0]: no channel serves the model 'x'");
        assertThat(revision.origins().of("models", "m")).isNotNull();
    }

    @Test
    void isLeftOutWhenAFileHasItsCredential() {
        GatewayRevision revision = files().stored(channel("s", "sk-1", "m"), channel("t", "sk-t", "m"))
                .revision();

        assertThat(out(revision, "s"))
                .startsWith("store:channels/s: accounts[0]: the same credential is in gateway.yaml:5");
        assertThat(revision.channels()).extracting(Channel::name).containsExactly("c", "t");
    }

    /** The circle closes at a line of the files, which are good without the stored model. */
    @Test
    void isLeftOutWhenItsFaultShowsInAFile() {
        TestFiles files = TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY + """
                models:
                  m: { fallbacks: [n] }
                  o: { fallbacks: [m] }
                """);

        GatewayRevision revision = files.stored(
                        entry(Kind.MODEL, "n", "{\"fallbacks\":[\"o\"]}"), channel("s", "sk-s", "m"))
                .revision();

        assertThat(out(revision, "n")).contains("the fallbacks go in a circle");
        assertThat(revision.channels()).hasSize(2);
        assertThat(revision.origins().outOfForce()).hasSize(1);
    }

    /** Of two that do not go together one stays: the first by name. */
    @Test
    void losesOneOfTwoThatCollide() {
        GatewayRevision revision = files().stored(channel("b", "sk-s", "m"), channel("a", "sk-s", "m"))
                .revision();

        assertThat(revision.channels()).extracting(Channel::name).containsExactly("c", "a");
    }

    @Test
    void isLeftOutWhenItsSecretsCannotBeOpened() {
        StoredEntry sealed = new StoredEntry(Kind.CHANNEL, "s", 2, "{}", "the master key 'k1' is not here");

        GatewayRevision revision = files().stored(sealed).revision();

        assertThat(out(revision, "s")).isEqualTo("the master key 'k1' is not here");
    }

    @Test
    void neverMakesBrokenFilesGood() {
        TestFiles files =
                TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY + "models: { m: { fallbacks: [late] } }\n");

        assertThat(files.stored(channel("s", "sk-s", "late")).loadGateway().errors())
                .singleElement()
                .asString()
                .contains("no channel serves the model 'late'");
    }

    @Test
    void takesTheTextOfACertificateForItsFile() {
        StoredEntry wrong = entry(
                Kind.CHANNEL,
                "s",
                DOCUMENT.formatted("sk-s", "", "m", ",\"tls\":{\"ca\":\"-----BEGIN CERTIFICATE-----\\nAA\\n\"}"));

        assertThat(out(files().stored(wrong).revision(), "s")).startsWith("store:channels/s: tls.ca: the file holds ");
    }

    @Test
    void isReadFromAnyJson() {
        for (String text :
                List.of("", "[]", "{", "{\"a\":1,\"a\":2}", "{} {}", "[".repeat(100), "{\"a\":" + "[".repeat(90))) {
            GatewayRevision revision =
                    files().stored(entry(Kind.CHANNEL, "s", text)).revision();

            assertThat(out(revision, "s")).as(text).startsWith("store:channels/s: ");
        }
    }

    @Test
    void pricesAndTeamsTooAreStored() {
        TestFiles files = TestFiles.gateway(TestFiles.CHANNEL + TestFiles.KEY + "prices: { 'gpt-*': { call: 1 } }\n");

        GatewayRevision revision = files.stored(
                        entry(Kind.PRICE, "m*", "{\"input\":1.50,\"output\":6}"),
                        entry(Kind.PRICE, "gpt-*", "{\"call\":2}"),
                        entry(Kind.PRICE, "n", "{\"input\":-1,\"output\":6}"),
                        entry(Kind.TEAM, "t", "{\"limits\":{\"rpm\":3}}"))
                .revision();

        assertThat(revision.models().get("m").candidates().getFirst().price()).isNotNull();
        assertThat(revision.origins().of("prices", "m*")).isEqualTo(new Origin("store", 3));
        assertThat(revision.origins().of("prices", "gpt-*")).isEqualTo(new Origin("gateway.yaml:9", 0));
        assertThat(revision.origins().of("teams", "t")).isEqualTo(new Origin("store", 3));
        assertThat(out(revision, "gpt-*")).startsWith("gateway.yaml:9: has this name");
        assertThat(out(revision, "n")).startsWith("store:prices/n: input: '-1' ");
    }

    @Test
    void goesByThousands() {
        List<StoredEntry> many = new ArrayList<>();
        IntStream.range(0, 1000).forEach(i -> many.add(channel("s" + i, "sk-many-" + i, "m" + i)));

        GatewayRevision revision =
                files().stored(many.toArray(StoredEntry[]::new)).revision();

        assertThat(revision.channels().size()).isEqualTo(1001);
        assertThat(revision.models()).containsKeys("m0", "m999");
    }
}
