package io.sluice.domain.lease;

import java.util.List;

/**
 * A node's statement to the group, and its request for more. Sent again, unchanged and under the same number, until it
 * was answered; the next one begins only then. So it is taken exactly once, whatever is lost or repeated.
 *
 * @param client who speaks
 * @param sequence 1 for the client's first, then one more each
 * @param revision id of the client's configuration revision
 * @param definitions scopes it numbers or limits anew; taken before the statements
 * @param statements what it has to say, each scope once
 * @param last whether the node leaves: everything it holds and does not keep is free, and it is forgotten
 */
public record Renewal(
        ClientId client,
        long sequence,
        String revision,
        List<ScopeDefinition> definitions,
        List<ScopeStatement> statements,
        boolean last) {
    /** Copies the lists. */
    public Renewal {
        definitions = List.copyOf(definitions);
        statements = List.copyOf(statements);
    }
}
