package io.sluice.node;

import io.sluice.config.ConfigLoader;
import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.LocalMasterKeys;
import io.sluice.domain.seal.Seal;
import io.sluice.managed.ManagedSecrets;
import io.sluice.managed.ManagedStart;
import java.security.SecureRandom;
import java.util.List;

/**
 * The part of the configuration that is managed by API, as a node starts with it.
 *
 * @param secrets seals and opens its secrets
 * @param start what is known of it before the store was asked
 */
public record Managed(ManagedSecrets secrets, ManagedStart start) {
    /**
     * Reads the master keys and the copy on disk. Blocks.
     *
     * @param config the node's own settings
     * @throws StartFailure when a master key cannot be read or made
     */
    static Managed of(NodeConfig config) throws StartFailure {
        if (config.store().kind() == StoreConfig.Kind.NONE) {
            return new Managed(new ManagedSecrets(null), ManagedStart.none(config.data()));
        }
        SecureRandom random = new SecureRandom();
        Entropy entropy = count -> {
            byte[] bytes = new byte[count];
            random.nextBytes(bytes);
            return bytes;
        };
        List<Secret> keys = MasterKeyFile.keys(config, random);
        ManagedSecrets secrets =
                new ManagedSecrets(keys.isEmpty() ? null : new Seal(LocalMasterKeys.of(keys, entropy), entropy));
        return new Managed(secrets, ManagedStart.read(config.data(), secrets));
    }

    /**
     * A setup with what is managed by API in its revision, as the copy on disk knows it. Blocks.
     *
     * @param setup of the files alone
     * @throws StartFailure when a master key cannot be read or made
     */
    public static NodeSetup in(NodeSetup setup) throws StartFailure {
        Managed managed = of(setup.config());
        GatewayRevision revision = managed.start().entries().isEmpty()
                ? null
                : ConfigLoader.loadGateway(
                                setup.dir(), setup.config(), managed.start().entries())
                        .value();
        // Files that went bad this instant are told by the watch, with all they say.
        return new NodeSetup(
                setup.dir(),
                setup.overrides(),
                setup.config(),
                revision == null ? setup.revision() : revision,
                managed);
    }
}
