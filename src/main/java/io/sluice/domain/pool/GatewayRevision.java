package io.sluice.domain.pool;

import io.sluice.domain.key.KeyRing;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.stored.StoredIds;
import java.util.Collections;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One state of everything that routes, validated as a whole. A request keeps the revision it began with.
 *
 * @param id hash of the files, the resolved values and the stored entries, 12 hex digits
 * @param channels channels in file order, also those that are out by the files
 * @param models public name to model, in file order
 * @param keys the virtual keys
 * @param storedIds ids of stored responses, made with the installation's secrets; null when the files name none
 * @param notices who is told what
 * @param currencies in which currency the ledger counts
 * @param warnings what an operator should know, one sentence each
 * @param origins where the entries come from
 */
public record GatewayRevision(
        String id,
        List<Channel> channels,
        Map<String, Model> models,
        KeyRing keys,
        @Nullable StoredIds storedIds,
        NoticeRules notices,
        Currencies currencies,
        List<String> warnings,
        Origins origins) {
    /** Copies the collections. */
    public GatewayRevision {
        channels = List.copyOf(channels);
        models = Collections.unmodifiableMap(new LinkedHashMap<>(models));
        warnings = List.copyOf(warnings);
    }

    /** One more than the largest {@link Candidate#slot()}. */
    public int slots() {
        int most = 0;
        for (Model model : models.values()) {
            for (Candidate candidate : model.candidates()) {
                most = Math.max(most, candidate.slot() + 1);
            }
        }
        return most;
    }

    /** All accounts, ordered by {@link Account#index()}. */
    public List<Account> accounts() {
        return channels.stream().flatMap(c -> c.accounts().stream()).toList();
    }
}
