package io.sluice.node;

import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.CertificateChanged;
import io.vertx.core.Future;
import io.vertx.core.VerticleBase;
import io.vertx.core.file.FileProps;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Looks at the certificate files twice a second and tells the servers when they have changed. Certificate and key are
 * two files, so a change is told only when both were the same in two looks.
 */
final class CertificateWatch extends VerticleBase {
    private static final Logger LOG = LoggerFactory.getLogger(CertificateWatch.class);
    private static final long LOOK_MILLIS = 500;

    private final List<Path> files;
    private List<Stamp> told = List.of();
    private List<Stamp> seen = List.of();

    /**
     * Not started yet.
     *
     * @param files certificates and keys of every server; empty for none
     */
    CertificateWatch(List<Path> files) {
        this.files = List.copyOf(files);
    }

    @Override
    public Future<?> start() {
        if (files.isEmpty()) {
            return Future.succeededFuture();
        }
        Bus bus = new Bus(vertx, Duration.ofSeconds(1));
        return stamps().onSuccess(now -> {
            told = now;
            seen = now;
            vertx.setPeriodic(LOOK_MILLIS, tick -> stamps().onSuccess(next -> compare(next, bus)));
        });
    }

    private void compare(List<Stamp> now, Bus bus) {
        boolean settled = now.equals(seen);
        seen = now;
        if (settled && !now.equals(told)) {
            told = now;
            LOG.info("certificate files have changed");
            bus.publish(Address.CERTIFICATE_CHANGED, new CertificateChanged());
        }
    }

    private Future<List<Stamp>> stamps() {
        return Future.all(files.stream()
                        .map(file -> vertx.fileSystem().props(file.toString()).map(Stamp::of))
                        .toList())
                .map(all -> all.<Stamp>list());
    }

    /**
     * What tells two states of a file apart.
     *
     * @param modifiedMillis when it was written, since 1970
     * @param size bytes
     */
    private record Stamp(long modifiedMillis, long size) {
        static Stamp of(FileProps props) {
            return new Stamp(props.lastModifiedTime(), props.size());
        }
    }
}
