package io.sluice.config;

import io.sluice.domain.Secret;
import java.nio.file.Path;
import java.util.Locale;
import org.jspecify.annotations.Nullable;

/**
 * A PostgreSQL that somebody else runs.
 *
 * @param host name or address, an IPv6 one without brackets
 * @param port 1 to 65535
 * @param user who logs in
 * @param database which one of its databases
 * @param password of the user; null for none
 * @param tls whether the connection is encrypted, and who the server must be
 * @param ca PEM file with the authorities that may vouch for it; null for those of the Java runtime
 */
public record StoreServer(
        String host,
        int port,
        String user,
        String database,
        @Nullable Secret password,
        Tls tls,
        @Nullable Path ca) {
    /** What a connection asks of the server. */
    public enum Tls {
        /** A certificate for its name, from an authority. */
        VERIFY_FULL,
        /** A certificate from an authority, for whatever name. */
        VERIFY_CA,
        /** Nothing: it is not encrypted. */
        DISABLE
    }

    /** Whether it is on this machine. */
    public boolean isLoopback() {
        String name = host.toLowerCase(Locale.ROOT);
        return name.equals("localhost") || name.startsWith("127.") || name.equals("::1");
    }

    /** As people write it, without the password. */
    @Override
    public String toString() {
        return user + "@" + (host.indexOf(':') >= 0 ? "[" + host + "]" : host) + ":" + port + "/" + database;
    }
}
