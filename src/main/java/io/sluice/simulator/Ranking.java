package io.sluice.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import java.util.ArrayList;
import java.util.Comparator;
import java.util.List;
import java.util.Locale;

/**
 * Documents in the order of their use for a query: that of the share of the query's words that stand in them.
 *
 * @param results the results as a JSON array
 * @param tokens tokens of query and documents
 */
record Ranking(String results, long tokens) {
    private record Scored(int index, double score, String text) {}

    /**
     * Ranks documents.
     *
     * @param request holds {@code query} and {@code documents}
     * @param top how many are answered at most
     * @param shown whether the documents stand in the answer
     */
    static Ranking of(Fields request, int top, boolean shown) throws RefusedRequest {
        String query = request.words("query");
        List<Scored> scored = new ArrayList<>();
        long tokens = ChatMessages.tokens(query);
        request.require("documents");
        for (JsonNode each : request.array("documents")) {
            String text =
                    each.isTextual() ? each.textValue() : each.path("text").asText();
            if (text.isEmpty()) {
                throw request.invalid("documents", "must be texts that are not empty");
            }
            tokens += ChatMessages.tokens(text);
            scored.add(new Scored(scored.size(), score(query, text), text));
        }
        if (scored.isEmpty()) {
            throw request.invalid("documents", "must not be empty");
        }
        scored.sort(Comparator.comparingDouble(Scored::score).reversed());
        StringBuilder results = new StringBuilder("[");
        for (Scored each : scored.subList(0, Math.min(top, scored.size()))) {
            results.append(results.length() == 1 ? "" : ",")
                    .append("{\"index\":" + each.index + ",\"relevance_score\":" + each.score)
                    .append(shown ? ",\"document\":{\"text\":" + Json.quote(each.text) + "}}" : "}");
        }
        return new Ranking(results.append(']').toString(), tokens);
    }

    private static double score(String query, String text) {
        String[] words = query.toLowerCase(Locale.ROOT).split("\\W+");
        String where = text.toLowerCase(Locale.ROOT);
        int found = 0;
        for (String word : words) {
            found += !word.isEmpty() && where.contains(word) ? 1 : 0;
        }
        return (0.5 + found) / (1 + Math.max(1, words.length));
    }
}
