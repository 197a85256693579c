package io.sluice.domain.dialect;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.domain.chat.ChatDialect;
import io.sluice.domain.chat.HarmlessFields;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import org.junit.jupiter.api.Test;

/** {@code docs/translation.md} says what the code does. {@code -Dsluice.golden=write} writes it anew. */
class TranslationDocTest {
    private static final Path DOC = Path.of("docs/translation.md");

    @Test
    void listOfHarmlessFieldsIsThatOfTheCode() throws IOException {
        StringBuilder table = new StringBuilder("| client | field | why no answer differs by it |\n|---|---|---|\n");
        for (HarmlessFields.Rule rule : HarmlessFields.rules()) {
            List<String> clients =
                    rule.clients().stream().map(ChatDialect::word).toList();
            table.append("| ")
                    .append(String.join(", ", clients))
                    .append(" | `")
                    .append(rule.field())
                    .append(rule.when().isEmpty() ? "" : ": " + rule.when())
                    .append("` | ")
                    .append(rule.reason())
                    .append(" |\n");
        }
        check("harmless", table.toString());
    }

    /** A section of the document is this; or becomes it. */
    static void check(String section, String expected) throws IOException {
        String text = Files.readString(DOC);
        String begin = "<!-- begin " + section + ": written by TranslationDocTest -->\n";
        int from = text.indexOf(begin) + begin.length();
        int to = text.indexOf("<!-- end " + section + " -->");
        assertThat(text).contains(begin).contains("<!-- end " + section + " -->");
        if ("write".equals(System.getProperty("sluice.golden"))) {
            Files.writeString(DOC, text.substring(0, from) + expected + text.substring(to));
            return;
        }
        assertThat(text.substring(from, to))
                .as("%s: run this test with -Dsluice.golden=write", DOC)
                .isEqualTo(expected);
    }
}
