package io.sluice.node;

import io.sluice.config.TlsConfig;
import io.vertx.core.Deployable;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.stream.Stream;

/** Certificates of the node's servers, read anew when they change. */
final class CertificatePart {
    private CertificatePart() {}

    static List<Deployable> verticles(NodeShared node) {
        List<Path> files = Stream.of(
                        node.config.http().tls(), node.config.admin().tls())
                .filter(Objects::nonNull)
                .flatMap((TlsConfig tls) -> Stream.of(tls.cert(), tls.key()))
                .distinct()
                .toList();
        return List.of(new CertificateWatch(files));
    }
}
