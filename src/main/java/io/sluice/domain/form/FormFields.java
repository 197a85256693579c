package io.sluice.domain.form;

import static java.nio.charset.StandardCharsets.UTF_8;

import io.sluice.domain.json.RequestScanner;
import io.sluice.domain.json.TokenEstimate;
import java.io.ByteArrayOutputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** The fields of a form that Sluice decides on, and the size of what the model reads. */
final class FormFields {
    static final String MODEL = "model";

    private static final int LONGEST_MODEL = RequestScanner.MAX_MODEL * 4;
    private static final int LONGEST_WORD = 16;
    private static final Set<String> READ = Set.of(MODEL, "stream", "n");

    private final Set<String> seen = new HashSet<>();
    private final TokenEstimate text = new TokenEstimate();
    private final ByteArrayOutputStream value = new ByteArrayOutputStream(32);
    private PartHeaders part = new PartHeaders("", false);
    private @Nullable String model;
    private boolean stream;
    private int choices = 1;
    private boolean fileBegan;
    private long fileBytes;

    /** Whether Sluice decides on a field. */
    static boolean isRead(String name) {
        return READ.contains(name);
    }

    /** A part begins. */
    void begin(PartHeaders headers) {
        part = headers;
        fileBegan |= headers.isFile();
        value.reset();
        if (!READ.contains(headers.name())) {
            return;
        }
        if (headers.isFile()) {
            throw FormFaults.badValue(headers.name(), "expected a text, not a file.");
        }
        if (!seen.add(headers.name())) {
            throw FormFaults.duplicate(headers.name());
        }
    }

    /** Whether the present part is the model's name. */
    boolean isModel() {
        return part.name().equals(MODEL);
    }

    /** Whether the model's name has begun, or is over. */
    boolean sawModel() {
        return seen.contains(MODEL);
    }

    /** More of the present part. */
    void add(byte[] source, int from, int to) {
        if (part.isFile()) {
            fileBytes += to - from;
        } else if (READ.contains(part.name())) {
            if (value.size() + to - from > (isModel() ? LONGEST_MODEL : LONGEST_WORD)) {
                throw FormFaults.badValue(part.name(), "it is too long.");
            }
            value.write(source, from, to - from);
        } else if (part.name().equals("prompt")) {
            text.addText(source, from, to);
        }
    }

    /** The present part is over. */
    void end() {
        String word = value.toString(UTF_8);
        switch (part.name()) {
            case MODEL -> model = checked(word);
            case "stream" -> stream = word.equalsIgnoreCase("true") || word.equals("1");
            case "n" -> choices = number(word);
            default -> {}
        }
    }

    private static String checked(String name) {
        boolean fits = !name.isEmpty()
                && name.length() <= RequestScanner.MAX_MODEL
                && name.chars().noneMatch(c -> Character.isISOControl(c) || c == 0xfffd);
        if (!fits) {
            throw FormFaults.badValue(
                    MODEL, "expected 1 to " + RequestScanner.MAX_MODEL + " characters without control characters.");
        }
        return name;
    }

    private static int number(String word) {
        if (word.matches("[0-9]{1,3}")) {
            int number = Integer.parseInt(word);
            if (number >= 1 && number <= RequestScanner.MAX_CHOICES) {
                return number;
            }
        }
        throw FormFaults.badValue("n", "expected a number from 1 to " + RequestScanner.MAX_CHOICES + ".");
    }

    @Nullable
    String model() {
        return model;
    }

    boolean stream() {
        return stream;
    }

    int choices() {
        return choices;
    }

    boolean fileBegan() {
        return fileBegan;
    }

    long fileBytes() {
        return fileBytes;
    }

    long textTokens() {
        return text.tokens();
    }
}
