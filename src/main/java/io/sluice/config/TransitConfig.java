package io.sluice.config;

import io.sluice.domain.Secret;
import java.nio.file.Path;
import org.jspecify.annotations.Nullable;

/**
 * A key of the transit engine of HashiCorp Vault or OpenBao, as master key.
 *
 * @param address of the server, without a slash at the end
 * @param mount path of the engine, without slashes at its ends
 * @param key its name, 1 to 40 letters, digits and {@code _ -}
 * @param token may encrypt and decrypt with it
 * @param namespace of the server's; null for none
 * @param seals whether it seals new secrets, or opens those of before only
 * @param ca PEM file with the only authorities that vouch for the server; null for those of the Java runtime
 */
public record TransitConfig(
        String address,
        String mount,
        String key,
        Secret token,
        @Nullable String namespace,
        boolean seals,
        @Nullable Path ca) {}
