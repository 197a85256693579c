package io.sluice.store;

import io.sluice.config.StoreServer;
import io.sluice.config.StoreUse;
import io.sluice.domain.Secret;
import io.vertx.core.net.ClientSSLOptions;
import io.vertx.core.net.PemTrustOptions;
import io.vertx.core.net.TrustOptions;
import io.vertx.pgclient.PgConnectOptions;
import io.vertx.pgclient.SslMode;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import javax.net.ssl.TrustManagerFactory;
import org.jspecify.annotations.Nullable;

/** How a server is connected to. */
public final class PgTargets {
    private static final int STATEMENTS_KEPT = 256;
    private static final int IDLE_TRANSACTION_MILLIS = 60_000;

    private PgTargets() {}

    /**
     * A connection's settings.
     *
     * @param server where it is
     * @param use how it is used
     * @param node name of this node, which the server's own views show
     */
    public static PgConnectOptions of(StoreServer server, StoreUse use, String node) {
        Secret password = server.password();
        PgConnectOptions target = new PgConnectOptions()
                .setHost(server.host())
                .setPort(server.port())
                .setDatabase(server.database())
                .setUser(server.user())
                .setPassword(password == null ? "" : password.reveal())
                .setCachePreparedStatements(true)
                .setPreparedStatementCacheMaxSize(STATEMENTS_KEPT)
                .addProperty("application_name", ("sluice " + node).replaceAll("[^\\x20-\\x7e]", "?"))
                .addProperty("TimeZone", "UTC")
                .addProperty("client_min_messages", "warning")
                .addProperty(
                        "statement_timeout",
                        Long.toString(use.statementTimeout().toMillis()))
                // A node that stops answering inside a transaction must not hold its locks for ever.
                .addProperty("idle_in_transaction_session_timeout", Integer.toString(IDLE_TRANSACTION_MILLIS));
        return switch (server.tls()) {
            case DISABLE -> target.setSslMode(SslMode.DISABLE);
            case VERIFY_CA ->
                target.setSslMode(SslMode.VERIFY_CA)
                        .setSslOptions(new ClientSSLOptions().setTrustOptions(trust(server.ca())));
            case VERIFY_FULL ->
                target.setSslMode(SslMode.VERIFY_FULL)
                        .setSslOptions(new ClientSSLOptions()
                                .setTrustOptions(trust(server.ca()))
                                .setHostnameVerificationAlgorithm("HTTPS"));
        };
    }

    private static TrustOptions trust(@Nullable Path ca) {
        if (ca != null) {
            return new PemTrustOptions().addCertPath(ca.toString());
        }
        try {
            TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
            factory.init((KeyStore) null);
            return TrustOptions.wrap(factory.getTrustManagers()[0]);
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("the Java runtime has no certificate authorities", e);
        }
    }
}
