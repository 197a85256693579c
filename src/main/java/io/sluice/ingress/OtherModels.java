package io.sluice.ingress;

import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.pool.FallbackCause;
import io.sluice.domain.pool.Model;
import io.sluice.message.PlanRoute;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Which other models may go on with one request, by the cause for which its own did not. */
final class OtherModels {
    private final Incoming incoming;
    private final Model model;
    private final Set<String> asked = new HashSet<>();

    /**
     * None was asked yet.
     *
     * @param incoming the request
     * @param model the model it asks for
     */
    OtherModels(Incoming incoming, Model model) {
        this.incoming = incoming;
        this.model = model;
    }

    /**
     * The next model.
     *
     * @param cause why another one is wanted; null for no cause that has any
     * @param question for whom the request's own candidates were found; null when there was no choice
     * @return null when there is none that the key may use
     */
    @Nullable
    String next(@Nullable FallbackCause cause, @Nullable PlanRoute question) {
        if (incoming.caller().place() != null) {
            return null;
        }
        // What only one account keeps no other model has, and another model counts otherwise.
        if (cause == null
                || question == null
                || question.account() != null
                || question.endpoint().kind() == Endpoint.Kind.COUNT_TOKENS) {
            return null;
        }
        for (String name : model.fallbacksOn(cause)) {
            if (!asked.contains(name)
                    && incoming.key().allows(name)
                    && incoming.revision().models().containsKey(name)) {
                return name;
            }
        }
        return null;
    }

    /** A model is asked now. */
    void taken(String name) {
        asked.add(name);
    }
}
