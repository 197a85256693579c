package io.sluice.provider;

import io.sluice.domain.Secret;
import io.sluice.domain.pool.Tls;
import io.vertx.core.Vertx;
import io.vertx.core.net.TrustOptions;
import java.io.IOException;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.cert.X509Certificate;
import java.util.function.Function;
import javax.net.ssl.TrustManager;
import javax.net.ssl.TrustManagerFactory;
import javax.net.ssl.X509TrustManager;
import org.jspecify.annotations.Nullable;

/**
 * Authorities of the operator's, beside the system's or in their place. One store of all of them, so that the JDK's own
 * checks run over it, the host name's among them. Read on a worker, when the first connection is made.
 *
 * @param authorities certificates, PEM
 * @param system whether the system's are trusted too
 */
record UpstreamTrust(Secret authorities, boolean system) implements TrustOptions {
    @Override
    public TrustOptions copy() {
        return this;
    }

    @Override
    public TrustManagerFactory getTrustManagerFactory(Vertx vertx) throws GeneralSecurityException, IOException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        int number = 0;
        for (X509Certificate certificate : Tls.certificates(authorities.reveal())) {
            store.setCertificateEntry("operator-" + number++, certificate);
        }
        if (system) {
            for (TrustManager manager : factory(null).getTrustManagers()) {
                if (manager instanceof X509TrustManager trusting) {
                    for (X509Certificate certificate : trusting.getAcceptedIssuers()) {
                        store.setCertificateEntry("system-" + number++, certificate);
                    }
                }
            }
        }
        return factory(store);
    }

    private static TrustManagerFactory factory(@Nullable KeyStore store) throws GeneralSecurityException {
        TrustManagerFactory factory = TrustManagerFactory.getInstance(TrustManagerFactory.getDefaultAlgorithm());
        factory.init(store);
        return factory;
    }

    /** The same whoever is connected. */
    @Override
    public Function<String, TrustManager[]> trustManagerMapper(Vertx vertx)
            throws GeneralSecurityException, IOException {
        TrustManager[] managers = getTrustManagerFactory(vertx).getTrustManagers();
        return name -> managers;
    }
}
