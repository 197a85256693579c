package io.sluice.domain.dialect;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.catchThrowableOfType;

import com.fasterxml.jackson.databind.JsonNode;
import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.InexpressibleException;
import io.sluice.domain.chat.Losses;
import io.sluice.domain.pool.ProviderType;
import java.io.IOException;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * What becomes of each field for each type of provider, tried with the real codecs, is what {@code docs/translation.md} says.
 * {@code -Dsluice.golden=write} writes it anew.
 */
class FieldTableTest {
    private static final List<ProviderType> TYPES = List.of(
            ProviderType.OPENAI,
            ProviderType.ANTHROPIC,
            ProviderType.GEMINI,
            ProviderType.BEDROCK,
            ProviderType.DASHSCOPE,
            ProviderType.QIANFAN,
            ProviderType.OLLAMA);

    static List<FieldRows.Row> rows() {
        return Pair.CLIENTS.stream()
                .flatMap(client -> FieldRows.of(client).stream())
                .toList();
    }

    /** What becomes of a field. */
    private static String fate(FieldRows.Row row, Pair pair) {
        if (pair.passes()) {
            return "passes";
        }
        Losses before = new Losses(pair.client(), true);
        JsonNode without = pair.write(row.without(), before);
        Losses lenient = new Losses(pair.client(), true);
        JsonNode with = pair.write(row.with(), lenient);
        List<String> lost = new ArrayList<>(lenient.fields());
        lost.removeAll(before.fields());
        boolean refused = catchThrowableOfType(
                        InexpressibleException.class, () -> pair.write(row.with(), new Losses(pair.client(), false)))
                != null;
        String how = row.otherwise().get(pair.type());
        if (refused && before.fields().isEmpty()) {
            assertThat(lost)
                    .as("%s to %s: listed when lenient", row, pair.type())
                    .isNotEmpty();
            return "refused";
        }
        if (!lost.isEmpty()) {
            return "weakened";
        }
        if (with.equals(without)) {
            // What it is about may be refused itself.
            return before.fields().isEmpty() ? "left out" : "refused";
        }
        boolean literal = row.witness().isEmpty() || Json.text(with).contains(row.witness());
        return literal && how == null ? "carried" : "emulated";
    }

    @ParameterizedTest
    @MethodSource("rows")
    void noteIsOfWhatIsDone(FieldRows.Row row) {
        Map<ProviderType, String> fates = new EnumMap<>(ProviderType.class);
        TYPES.forEach(type -> fates.put(type, fate(row, new Pair(row.client(), type))));

        assertThat(row.otherwise().keySet())
                .as("%s: notes, one for each type that does it otherwise: %s", row, fates)
                .containsExactlyInAnyOrderElementsOf(TYPES.stream()
                        .filter(type -> "emulated".equals(fates.get(type)))
                        .toList());
        assertThat(row.leftOut().isEmpty())
                .as("%s: a reason, if it is left out: %s", row, fates)
                .isEqualTo(!fates.containsValue("left out"));
    }

    @Test
    void tableOfTheDocumentIsWhatTheCodecsDo() throws IOException {
        StringBuilder text = new StringBuilder();
        for (Map.Entry<ChatDialect, List<FieldRows.Row>> client :
                FieldRows.all().entrySet()) {
            table(client.getKey(), client.getValue(), text);
        }
        TranslationDocTest.check("fields", text.toString());
    }

    private static void table(ChatDialect client, List<FieldRows.Row> rows, StringBuilder text) {
        text.append("\n### From ").append(client.word()).append("\n\n| field |");
        TYPES.forEach(type -> text.append(' ')
                .append(type == ProviderType.OPENAI ? "openai, azure" : type.word())
                .append(" |"));
        text.append("\n|---|").append("---|".repeat(TYPES.size())).append('\n');
        List<String> notes = new ArrayList<>();
        for (FieldRows.Row row : rows) {
            text.append("| ").append(row.field()).append(" |");
            for (ProviderType type : TYPES) {
                String fate = fate(row, new Pair(client, type));
                text.append(' ').append(fate);
                String note = fate.equals("emulated")
                        ? row.otherwise().get(type)
                        : fate.equals("left out") ? row.leftOut() : null;
                if (note != null) {
                    if (!notes.contains(note)) {
                        notes.add(note);
                    }
                    text.append(" (").append(notes.indexOf(note) + 1).append(')');
                }
                text.append(" |");
            }
            text.append('\n');
        }
        text.append('\n');
        for (int i = 0; i < notes.size(); i++) {
            text.append(i + 1).append(". ").append(notes.get(i)).append('\n');
        }
    }
}
