package io.sluice.testkit;

import io.sluice.config.AdminConfig;
import io.sluice.config.HttpBounds;
import io.sluice.config.HttpConfig;
import io.sluice.config.NodeConfig;
import io.sluice.config.ObserveConfig;
import io.sluice.config.OidcConfig;
import io.sluice.config.TlsConfig;
import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Small node settings: loopback, free ports. */
public final class Nodes {
    private Nodes() {}

    /** A node of so many lanes. */
    public static NodeConfig lanes(int lanes) {
        return of(lanes, 0, 0, null, null, null, null);
    }

    /** A node with an admin port of a kind. */
    public static NodeConfig admin(@Nullable Secret token, @Nullable TlsConfig tls) {
        return of(2, 0, 0, token, tls, null, null);
    }

    /** A node whose admin API wants certificates of clients. */
    public static NodeConfig adminFor(TlsConfig tls, Path clientCa) {
        return of(2, 0, 0, null, tls, clientCa, null);
    }

    /** A node whose admin API takes the tokens of an OpenID provider too. */
    public static NodeConfig adminWith(OidcConfig oidc) {
        return of(2, 0, 0, null, null, null, oidc);
    }

    /** A node on given ports. */
    public static NodeConfig ports(int http, int admin) {
        return of(1, http, admin, null, null, null, null);
    }

    private static NodeConfig of(
            int lanes,
            int port,
            int adminPort,
            @Nullable Secret token,
            @Nullable TlsConfig tls,
            @Nullable Path clientCa,
            @Nullable OidcConfig oidc) {
        return new NodeConfig(
                "test",
                new HttpConfig("127.0.0.1", port, null, List.of(), HttpBounds.DEFAULT),
                new AdminConfig(
                        "127.0.0.1", adminPort, token, tls, clientCa, io.sluice.config.SessionConfig.DEFAULT, oidc),
                Path.of("target/test-data-" + Integer.getInteger("sluice.test.fork", 0)),
                Duration.ZERO,
                Duration.ofSeconds(2),
                lanes,
                io.sluice.config.QueueConfig.DEFAULT,
                null,
                io.sluice.config.StoreConfig.NONE,
                io.sluice.config.JournalConfig.DEFAULT,
                io.sluice.config.BudgetConfig.DEFAULT,
                null,
                NodeConfig.LogFormat.TEXT,
                ObserveConfig.DEFAULT);
    }
}
