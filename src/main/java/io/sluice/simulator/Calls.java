package io.sluice.simulator;

import java.util.ArrayList;
import java.util.List;

/**
 * Decides which tools an answer calls: the one that the request names; the script's; each whose name stands in the
 * user's last words; the first one when a call is demanded. After tool results only a demand leads to another call.
 */
final class Calls {
    private Calls() {}

    static List<Reply.Call> of(Turn turn, CredentialScript script, String id) {
        List<Reply.Call> calls = new ArrayList<>();
        if (turn.offers.isEmpty() || turn.choice == Turn.Choice.NONE) {
            return calls;
        }
        boolean demanded = turn.choice != Turn.Choice.AUTO;
        if (!demanded && !turn.results.isEmpty()) {
            return calls;
        }
        CredentialScript.ToolCall scripted = script.toolCall();
        if (scripted != null) {
            String name = turn.choice == Turn.Choice.NAMED ? turn.named : scripted.name();
            calls.add(new Reply.Call(id + "_0", name, Reply.fragments(scripted.arguments())));
            return calls;
        }
        for (Turn.Offer offer : turn.offers) {
            boolean meant = turn.choice == Turn.Choice.NAMED
                    ? offer.name().equals(turn.named)
                    : turn.question.contains(offer.name());
            if (meant && (calls.isEmpty() || !turn.single)) {
                calls.add(call(offer, id + "_" + calls.size()));
            }
        }
        if (calls.isEmpty() && demanded) {
            calls.add(call(turn.offers.get(0), id + "_0"));
        }
        return calls;
    }

    private static Reply.Call call(Turn.Offer offer, String id) {
        return new Reply.Call(
                id,
                offer.name(),
                Reply.fragments(Schemas.example(offer.schema()).toString()));
    }
}
