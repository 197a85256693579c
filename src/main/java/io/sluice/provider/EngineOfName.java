package io.sluice.provider;

import io.netty.buffer.ByteBufAllocator;
import io.netty.handler.ssl.ApplicationProtocolNegotiator;
import io.netty.handler.ssl.SslContext;
import io.netty.handler.ssl.SslProvider;
import io.vertx.core.net.JdkSSLEngineOptions;
import io.vertx.core.spi.tls.DefaultSslContextFactory;
import io.vertx.core.spi.tls.SslContextFactory;
import java.util.List;
import javax.net.ssl.SSLEngine;
import javax.net.ssl.SSLException;
import javax.net.ssl.SSLSessionContext;

/**
 * TLS with a host of this name, whatever address was connected to: the name is what is asked for by SNI, and what the
 * certificate has to be for. For clients that can be given an address or a name to connect to, but not both.
 */
final class EngineOfName extends JdkSSLEngineOptions {
    private final String name;

    /**
     * The engines of a client that connects to one host only.
     *
     * @param name of the host, or its literal address
     */
    EngineOfName(String name) {
        this.name = name;
    }

    @Override
    public JdkSSLEngineOptions copy() {
        return new EngineOfName(name);
    }

    @Override
    public SslContextFactory sslContextFactory() {
        return new DefaultSslContextFactory(SslProvider.JDK, false) {
            @Override
            public SslContext create() throws SSLException {
                return new Named(super.create(), name);
            }
        };
    }

    /** A context whose engines speak with one host. */
    private static final class Named extends SslContext {
        private final SslContext wrapped;
        private final String name;

        private Named(SslContext wrapped, String name) {
            this.wrapped = wrapped;
            this.name = name;
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator, String peerHost, int peerPort) {
            return wrapped.newEngine(allocator, name, peerPort);
        }

        @Override
        public SSLEngine newEngine(ByteBufAllocator allocator) {
            // Without a peer no host name would be checked.
            throw new UnsupportedOperationException("an engine without a peer");
        }

        @Override
        public boolean isClient() {
            return wrapped.isClient();
        }

        @Override
        public List<String> cipherSuites() {
            return wrapped.cipherSuites();
        }

        @Override
        @SuppressWarnings("deprecation")
        public ApplicationProtocolNegotiator applicationProtocolNegotiator() {
            return wrapped.applicationProtocolNegotiator();
        }

        @Override
        public SSLSessionContext sessionContext() {
            return wrapped.sessionContext();
        }
    }
}
