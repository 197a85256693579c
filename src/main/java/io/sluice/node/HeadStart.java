package io.sluice.node;

import io.micrometer.prometheusmetrics.PrometheusConfig;
import io.micrometer.prometheusmetrics.PrometheusMeterRegistry;
import io.sluice.metrics.GatewayMetrics;
import io.sluice.preset.PriceLists;
import io.vertx.core.Vertx;
import java.security.GeneralSecurityException;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.PBEKeySpec;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * What every node needs, whatever its files say: classes are loaded and linked, and price lists are read, by a thread of its
 * own while another one reads the files. Nothing depends on it; a start without it takes longer, and keeps event loops busy.
 */
public final class HeadStart {
    private static final Logger LOG = LoggerFactory.getLogger(HeadStart.class);
    private static final int ITERATIONS = 4_096;
    private static final int BITS = 256;

    private HeadStart() {}

    /** Begins. The thread ends by itself, and keeps no process alive. */
    public static void begin() {
        Thread.ofPlatform().daemon().name("head-start").start(HeadStart::run);
    }

    private static void run() {
        PriceLists.read();
        Vertx vertx = Node.vertx(1);
        new GatewayMetrics(new PrometheusMeterRegistry(PrometheusConfig.DEFAULT));
        vertx.close().onFailure(cause -> LOG.debug("while closing", cause));
        derive();
    }

    /** As PostgreSQL's driver does it on an event loop at every login: a fifth of a second until it is compiled. */
    private static void derive() {
        try {
            SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                    .generateSecret(new PBEKeySpec(new char[] {'-'}, new byte[16], ITERATIONS, BITS));
        } catch (GeneralSecurityException e) {
            LOG.debug("no PBKDF2 here", e);
        }
    }
}
