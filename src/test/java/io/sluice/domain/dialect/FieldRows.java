package io.sluice.domain.dialect;

import com.fasterxml.jackson.databind.node.ObjectNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.pool.ProviderType;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;

/**
 * The rows of the table of fields: resource {@code /table/CLIENT.txt}, one line each of {@code field | without | with |
 * witness}, where {@code without} and {@code with} are what a request says besides the least that it must say, quotes single.
 * A target that carries the field as it is writes the witness. Lines that begin with {@code +} say of the row above how a type
 * of provider does it otherwise; one that begins with {@code -} says why the field may be left out.
 */
final class FieldRows {
    private FieldRows() {}

    /**
     * A row.
     *
     * @param client whose field it is
     * @param field its name
     * @param without a request without it
     * @param with the same with it
     * @param witness part of its value; empty where there is none to look for
     * @param otherwise how it is done where it is not carried as it is
     * @param leftOut why no answer differs where it is left out; empty where it never is
     */
    record Row(
            ChatDialect client,
            String field,
            ObjectNode without,
            ObjectNode with,
            String witness,
            Map<ProviderType, String> otherwise,
            String leftOut) {
        @Override
        public String toString() {
            return client.word() + " " + field;
        }
    }

    static List<Row> of(ChatDialect client) {
        List<Row> rows = new ArrayList<>();
        ObjectNode least = null;
        String[] cells = null;
        Map<ProviderType, String> otherwise = new EnumMap<>(ProviderType.class);
        String leftOut = "";
        List<String> lines = new ArrayList<>(
                Pair.resource("/table/" + client.word() + ".txt").lines().toList());
        lines.add("end | {} | {} | ");
        for (String line : lines) {
            if (line.isBlank() || line.startsWith("#")) {
                continue;
            }
            if (line.startsWith("+")) {
                int colon = line.indexOf(':');
                for (String type : line.substring(1, colon).split(",")) {
                    otherwise.put(
                            ProviderType.ofWord(type.strip()).orElseThrow(),
                            line.substring(colon + 1).strip());
                }
                continue;
            }
            if (line.startsWith("-")) {
                leftOut = line.substring(1).strip();
                continue;
            }
            if (least == null) {
                least = json(line);
                continue;
            }
            if (cells != null) {
                rows.add(new Row(
                        client,
                        cells[0].strip(),
                        request(least, cells[1]),
                        request(least, cells[2]),
                        cells[3].strip(),
                        Map.copyOf(otherwise),
                        leftOut));
            }
            cells = line.split("\\|", 4);
            otherwise.clear();
            leftOut = "";
        }
        return rows;
    }

    private static ObjectNode request(ObjectNode least, String more) {
        ObjectNode request = least.deepCopy();
        if (!more.isBlank()) {
            request.setAll(json(more.strip()));
        }
        return request;
    }

    private static ObjectNode json(String text) {
        return (ObjectNode) Objects.requireNonNull(Json.read(text.replace('\'', '"')), text);
    }

    /** Rows by the dialect of the client. */
    static Map<ChatDialect, List<Row>> all() {
        Map<ChatDialect, List<Row>> all = new LinkedHashMap<>();
        Pair.CLIENTS.forEach(client -> all.put(client, of(client)));
        return all;
    }
}
