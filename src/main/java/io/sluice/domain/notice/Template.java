package io.sluice.domain.notice;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.function.UnaryOperator;
import java.util.stream.Collectors;

/**
 * Text with placeholders in braces, for example <code>[{severity}] {summary}</code>; a brace that is meant is written twice.
 * There is nothing else to it: no conditions, no code.
 */
public final class Template {
    /** What may stand between braces, and what each becomes. */
    public static final List<String> PLACEHOLDERS =
            List.of("severity", "state", "events", "summary", "count", "subjects", "text", "node", "time");

    private final String source;
    private final List<Piece> pieces;

    private record Piece(boolean isPlaceholder, String text) {}

    private Template(String source, List<Piece> pieces) {
        this.source = source;
        this.pieces = pieces;
    }

    /**
     * Reads a template.
     *
     * @throws IllegalArgumentException with the end of a sentence that begins with the text
     */
    public static Template parse(String source) {
        List<Piece> pieces = new ArrayList<>();
        StringBuilder plain = new StringBuilder();
        for (int i = 0; i < source.length(); i++) {
            char c = source.charAt(i);
            if ((c == '{' || c == '}') && i + 1 < source.length() && source.charAt(i + 1) == c) {
                plain.append(c);
                i++;
            } else if (c == '}') {
                throw new IllegalArgumentException("has a } that ends no placeholder; write }} for one that is meant");
            } else if (c == '{') {
                int end = source.indexOf('}', i);
                String name = end < 0 ? "" : source.substring(i + 1, end);
                if (!PLACEHOLDERS.contains(name)) {
                    throw new IllegalArgumentException("has a { that begins no placeholder; write {{ for one that is"
                            + " meant; there are "
                            + PLACEHOLDERS.stream().map(p -> "{" + p + "}").collect(Collectors.joining(", ")));
                }
                pieces.add(new Piece(false, plain.toString()));
                plain.setLength(0);
                pieces.add(new Piece(true, name));
                i = end;
            } else {
                plain.append(c);
            }
        }
        pieces.add(new Piece(false, plain.toString()));
        return new Template(source, List.copyOf(pieces));
    }

    /**
     * The text with values in the place of placeholders.
     *
     * @param values by name
     * @param escape makes a value harmless in the form of a sink; the template's own text is the operator's and stays
     */
    String fill(Map<String, String> values, UnaryOperator<String> escape) {
        StringBuilder filled = new StringBuilder();
        for (Piece piece : pieces) {
            filled.append(piece.isPlaceholder ? escape.apply(values.getOrDefault(piece.text, "")) : piece.text);
        }
        return filled.toString();
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof Template template && template.source.equals(source);
    }

    @Override
    public int hashCode() {
        return source.hashCode();
    }

    /** As it was written. */
    @Override
    public String toString() {
        return source;
    }
}
