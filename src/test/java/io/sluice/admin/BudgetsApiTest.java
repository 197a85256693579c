package io.sluice.admin;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.key.Team;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.message.MessageCodecs;
import io.sluice.store.PgDatabase;
import io.sluice.testkit.Admins;
import io.sluice.testkit.Await;
import io.sluice.testkit.Nodes;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.sluice.testkit.TestPostgres;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonObject;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse;
import java.net.http.HttpResponse.BodyHandlers;
import java.time.InstantSource;
import java.util.List;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;

/** Budgets as operators see them, over a real database. */
class BudgetsApiTest {
    private static final HttpClient CLIENT = HttpClient.newHttpClient();
    private static Vertx vertx;
    private static PgDatabase database;
    private static int port;

    @BeforeAll
    static void start() {
        vertx = Vertx.vertx();
        MessageCodecs.registerAll(vertx.eventBus());
        database = TestPostgres.open(vertx);
        Team red = new Team(
                "red",
                null,
                AccountLimits.NONE,
                List.of(new Budget("team:red", 1_000, new BudgetWindow.Total())));
        Team blue = new Team(
                "blue",
                null,
                AccountLimits.NONE,
                List.of(new Budget("team:blue", 5_000_000, new BudgetWindow.Total())));
        AdminVerticle admin = new AdminVerticle(Admins.setup(
                Nodes.lanes(1), new RevisionBuilder().team(red).team(blue).build(), database, InstantSource.system()));
        TestNode.await(vertx.deployVerticle(admin));
        port = admin.port();
        Await.until(() -> send("GET", "/budgets").statusCode() == 200);
    }

    @AfterAll
    static void stop() {
        database.close();
        TestPostgres.await(vertx.close());
    }

    private static HttpResponse<String> send(String method, String path) {
        try {
            return CLIENT.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + "/admin/v1" + path))
                            .header("authorization", "Bearer " + Admins.TOKEN.reveal())
                            .method(method, BodyPublishers.noBody())
                            .build(),
                    BodyHandlers.ofString());
        } catch (Exception e) {
            throw new AssertionError(e);
        }
    }

    private static void sql(String text) {
        TestPostgres.await(database.use(connection -> connection.query(text).execute().mapEmpty()));
    }

    private static JsonObject budget(String scope) {
        return new JsonObject(send("GET", "/budgets").body())
                .getJsonArray("budgets").stream()
                        .map(JsonObject.class::cast)
                        .filter(each -> each.getString("scope").equals(scope))
                        .findFirst()
                        .orElseThrow();
    }

    @Test
    void showsWhatIsSpentHeldAndLeftAndFreesADeadNode() {
        sql("INSERT INTO spend (scope, bucket, micros) VALUES ('team:red', now(), 300)");
        sql("INSERT INTO budget_lease (scope, run, node, granted, used, renewed_at) VALUES"
                + " ('team:red', 7, 'gone', 500, 100, now() - interval '1 hour'), ('team:red', 8, 'alive', 90, 0, now())");

        JsonObject red = budget("team:red");
        assertThat(red.getLong("spent-micros")).isEqualTo(300);
        assertThat(red.getLong("held-micros")).isEqualTo(490);
        assertThat(red.getLong("left-micros")).isEqualTo(210);
        assertThat(red.getString("every")).isEqualTo("total");
        assertThat(budget("team:blue").getLong("left-micros")).isEqualTo(5_000_000);

        assertThat(send("DELETE", "/budgets/leases/alive").statusCode()).isEqualTo(409);
        assertThat(send("DELETE", "/budgets/leases/nobody").statusCode()).isEqualTo(404);
        assertThat(budget("team:red").getLong("held-micros")).isEqualTo(490);

        assertThat(send("DELETE", "/budgets/leases/gone").statusCode()).isEqualTo(204);
        assertThat(budget("team:red").getLong("held-micros")).isEqualTo(90);
        assertThat(send("GET", "/audit?kind=budget-leases").body()).contains("forget", "gone");
    }

    @Test
    void pagesGoByScope() {
        JsonObject first = new JsonObject(send("GET", "/budgets?limit=1").body());
        assertThat(first.getJsonArray("budgets")).hasSize(1);
        JsonObject second = new JsonObject(
                send("GET", "/budgets?limit=1&cursor=" + first.getString("next-cursor")).body());
        assertThat(second.getJsonArray("budgets").getJsonObject(0).getString("scope")).isEqualTo("team:red");
        assertThat(second.containsKey("next-cursor")).isFalse();
    }
}
