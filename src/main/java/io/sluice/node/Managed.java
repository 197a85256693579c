package io.sluice.node;

import io.sluice.config.ConfigLoader;
import io.sluice.config.NodeConfig;
import io.sluice.config.StoreConfig;
import io.sluice.config.TransitConfig;
import io.sluice.domain.Secret;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.seal.Entropy;
import io.sluice.domain.seal.LocalMasterKeys;
import io.sluice.domain.seal.MasterKeyChain;
import io.sluice.domain.seal.MasterKeys;
import io.sluice.domain.seal.Seal;
import io.sluice.domain.seal.SealFailure;
import io.sluice.domain.seal.ServiceMasterKeys;
import io.sluice.managed.ManagedSecrets;
import io.sluice.managed.ManagedStart;
import io.sluice.managed.TransitService;
import java.io.IOException;
import java.security.SecureRandom;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The part of the configuration that is managed by API, as a node starts with it.
 *
 * @param secrets seals and opens its secrets
 * @param start what is known of it before the store was asked
 */
public record Managed(ManagedSecrets secrets, ManagedStart start) {
    private static final Logger LOG = LoggerFactory.getLogger(Managed.class);

    /** Before the name of a key of a service, in what is sealed. */
    private static final String TRANSIT = "transit-";

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
        MasterKeys keys = keys(config, random, entropy);
        ManagedSecrets secrets = new ManagedSecrets(keys == null ? null : new Seal(keys, entropy));
        return new Managed(secrets, ManagedStart.read(config.data(), secrets));
    }

    /** All that the node has; the first one seals. Null when there is none. */
    private static @Nullable MasterKeys keys(NodeConfig config, SecureRandom random, Entropy entropy)
            throws StartFailure {
        List<Secret> texts = MasterKeyFile.keys(config, random);
        MasterKeys local = texts.isEmpty() ? null : LocalMasterKeys.of(texts, entropy);
        TransitConfig transit = config.store().transit();
        if (transit == null) {
            return local;
        }
        try {
            MasterKeys service = new ServiceMasterKeys(
                    TRANSIT + transit.key(), new TransitService(transit, System::nanoTime), entropy);
            MasterKeys first = transit.seals() || local == null ? service : local;
            if (first == service) {
                answers(service);
            }
            return local == null ? service : new MasterKeyChain(first, List.of(first == service ? local : service));
        } catch (IOException e) {
            throw new StartFailure("store.transit cannot be used: " + e.getMessage());
        }
    }

    /** A service that is away keeps no node from starting: what it had sealed is opened when it answers. */
    private static void answers(MasterKeys service) {
        try {
            service.freshen();
        } catch (SealFailure e) {
            LOG.warn(
                    "{}; until that is mended, secrets cannot be stored, and what it has sealed is out of force",
                    e.getMessage());
        }
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
