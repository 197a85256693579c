package io.sluice.store;

import io.sluice.message.UsageRecord;
import io.vertx.core.Future;
import java.util.List;

/** Where usage records end up; what has been written before is left as it is. */
@FunctionalInterface
public interface UsageSink {
    /**
     * Writes records, all or none of them. Called again with the same ones until it has succeeded, also in the next run of the
     * program, so an id that is there already is no failure.
     *
     * @param records in the order in which they were made; not empty, at most some thousands
     * @return done when they are kept; fails with {@link Refused} when one of them is the cause, with anything else when they
     *     are to be offered again later
     */
    Future<Void> write(List<UsageRecord> records);

    /** Records that can never be written, because of what is in one of them. */
    final class Refused extends RuntimeException {
        private static final long serialVersionUID = 1L;

        /**
         * Says why.
         *
         * @param message one sentence for operators, without secrets
         */
        public Refused(String message) {
            super(message, null, false, false);
        }
    }
}
