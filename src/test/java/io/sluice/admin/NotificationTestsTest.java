package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.MessageCodecs;
import io.sluice.message.NoticeTested;
import io.sluice.message.NoticeTested.Result;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.Duration;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;

/** The path on the admin port, with a scripted notifier on the bus. */
class NotificationTestsTest {
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(2));
    private final HttpClient client = HttpClient.newHttpClient();
    private final AdminVerticle admin = new AdminVerticle(Admins.setup(Nodes.lanes(2), new RevisionBuilder().build()));

    @BeforeEach
    void start() {
        MessageCodecs.registerAll(vertx.eventBus());
        TestNode.await(vertx.deployVerticle(admin));
    }

    @AfterEach
    void close() {
        client.close();
        TestNode.await(vertx.close());
    }

    private void sinks(String... names) {
        bus.serve(
                Address.NOTICE_TEST,
                asked -> Future.succeededFuture(new NoticeTested(
                        List.of(names).stream()
                                .filter(name ->
                                        asked.sink().isEmpty() || asked.sink().equals(name))
                                .map(name -> new Result(name, !name.equals("bad"), name.equals("bad") ? "why" : ""))
                                .toList(),
                        List.of(names))));
    }

    private HttpRequest.Builder post(String query) {
        return HttpRequest.newBuilder(
                        URI.create("http://127.0.0.1:" + admin.port() + "/admin/v1/notifications/test" + query))
                .header("authorization", "Bearer " + Admins.TOKEN.reveal())
                .POST(BodyPublishers.noBody());
    }

    private HttpResponse<String> send(HttpRequest.Builder request) throws IOException, InterruptedException {
        return client.send(request.build(), BodyHandlers.ofString());
    }

    @Test
    void saysOfEachSinkWhetherItTookIt() throws Exception {
        sinks("good", "bad");

        HttpResponse<String> all = send(post(""));
        assertThat(all.statusCode()).isEqualTo(200);
        assertThat(new JsonObject(all.body()))
                .isEqualTo(new JsonObject("{\"results\":[{\"sink\":\"good\",\"delivered\":true},"
                        + "{\"sink\":\"bad\",\"delivered\":false,\"why\":\"why\"}]}"));
        assertThat(new JsonObject(send(post("?sink=good")).body()).getJsonArray("results"))
                .hasSize(1);
    }

    @Test
    void saysWhichSinksThereAre() throws Exception {
        sinks("good", "bad");

        HttpResponse<String> none = send(post("?sink=other"));

        assertThat(none.statusCode()).isEqualTo(404);
        assertThat(none.body()).contains("There is no sink 'other'; there are good, bad.");
    }

    @Test
    void saysThatThereIsNone() throws Exception {
        sinks();

        assertThat(send(post("")).body()).contains("The files name no sink");
    }

    @Test
    void isNotForWebPagesNorForLooking() throws Exception {
        sinks("good");

        assertThat(send(post("").header("origin", "http://evil.example")).statusCode())
                .isEqualTo(403);
        HttpResponse<String> get = send(post("").GET());
        assertThat(get.statusCode()).isEqualTo(405);
        assertThat(get.headers().firstValue("allow")).contains("POST");
    }
}
