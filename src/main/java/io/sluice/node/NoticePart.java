package io.sluice.node;

import io.sluice.config.NodeConfig;
import io.sluice.config.TlsConfig;
import io.sluice.domain.notice.Pace;
import io.sluice.notify.Clocks;
import io.sluice.notify.Identity;
import io.sluice.notify.NoticeWatchVerticle;
import io.sluice.notify.NotifyVerticle;
import io.vertx.core.Deployable;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Operators are told. */
final class NoticePart {
    private NoticePart() {}

    static List<Deployable> verticles(NodeShared node) {
        Identity identity = new Identity(node.config.name(), node.origin());
        Clocks clocks = new Clocks(node.nanoClock, node.clock);
        return List.of(
                new NotifyVerticle(
                        identity, node.initial, Pace.USUAL, clocks, node.metrics.notices(), node.random::nextDouble),
                new NoticeWatchVerticle(identity, node.initial, node.storedKeys, certificates(node.config), clocks));
    }

    /** Certificates whose end is told. */
    private static List<Path> certificates(NodeConfig config) {
        List<Path> files = new ArrayList<>();
        Stream.of(config.http().tls(), config.admin().tls())
                .filter(Objects::nonNull)
                .map(TlsConfig::cert)
                .forEach(files::add);
        if (config.cluster() != null && config.cluster().tls() != null) {
            files.add(config.cluster().tls().cert());
        }
        return files.stream().distinct().toList();
    }
}
