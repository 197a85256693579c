package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.Model;
import io.sluice.domain.quota.Scope;
import io.sluice.domain.routing.AttemptPolicy.Call;
import java.time.Duration;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * What a request asks for, once it was read and allowed.
 *
 * @param scan its body
 * @param model the model it asks for
 * @param maxWait how long it may wait for room
 * @param ownership whose the stored responses are that it speaks of or makes; null when there are none
 * @param upload the form that is still to come; null for a request that is whole
 */
record Asked(
        RequestScan scan,
        Model model,
        Duration maxWait,
        @Nullable Ownership ownership,
        @Nullable ClientUpload upload) {
    /** What its key is charged to; what is asked of a stored response has no model. */
    List<Scope> keyScopes(VirtualKey key) {
        return scan.endpoint().kind() == Endpoint.Kind.STORED ? key.quota().scopes() : key.scopes(model.name());
    }

    /** It, as far as it matters for asking again. */
    Call call() {
        boolean repeatable =
                switch (scan.endpoint().kind()) {
                    case IMAGES, SPEECH, TRANSCRIPTION -> false;
                    case STORED -> StoredRequests.isLook(scan);
                    default ->
                        ownership == null
                                || !StoredRequests.isTrue(scan, "store") && !StoredRequests.isTrue(scan, "background");
                };
        return new Call(scan.stream(), repeatable);
    }
}
