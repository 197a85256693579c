package io.sluice.domain.json;

import java.util.Random;

/** Random JSON text, written as people and programs write it: white space, escapes, every kind of number. */
final class RandomJson {
    private static final String[] NUMBERS = {
        "0", "-0", "1", "1.0", "-12.5e-3", "1e999999999", "9007199254740993", "1E+2", "123456789012345678901234567890"
    };
    private static final String[] PIECES = {
        "a",
        "Zz ",
        "\\n",
        "\\u0041",
        "\\ud83d\\ude00",
        "\\\"",
        "\\\\",
        "\\/",
        "中文",
        "é",
        "😀",
        "{",
        "}",
        "[",
        ":",
        ",",
        "data:"
    };
    private static final String[] SPACES = {"", "", "", " ", "\n", "\t ", "\r\n"};

    private final Random random;
    private final StringBuilder out = new StringBuilder();

    RandomJson(Random random) {
        this.random = random;
    }

    static String document(Random random) {
        RandomJson json = new RandomJson(random);
        json.value(0);
        return json.out.toString();
    }

    static String string(Random random) {
        RandomJson json = new RandomJson(random);
        json.string();
        return json.out.toString();
    }

    static String value(Random random) {
        RandomJson json = new RandomJson(random);
        json.value(2);
        return json.out.toString();
    }

    static String space(Random random) {
        return SPACES[random.nextInt(SPACES.length)];
    }

    private void value(int level) {
        out.append(space(random));
        switch (random.nextInt(level > 5 ? 5 : 9)) {
            case 0 -> out.append("true");
            case 1 -> out.append(random.nextBoolean() ? "false" : "null");
            case 2 -> out.append(NUMBERS[random.nextInt(NUMBERS.length)]);
            case 3, 4 -> string();
            case 5, 6 -> container('[', ']', level, false);
            default -> container('{', '}', level, true);
        }
        out.append(space(random));
    }

    private void container(char open, char close, int level, boolean named) {
        out.append(open);
        int count = random.nextInt(4);
        for (int i = 0; i < count; i++) {
            out.append(i == 0 ? "" : ",").append(space(random));
            if (named) {
                string();
                out.append(space(random)).append(':');
            }
            value(level + 1);
        }
        out.append(space(random)).append(close);
    }

    private void string() {
        out.append('"');
        for (int i = random.nextInt(5); i > 0; i--) {
            out.append(PIECES[random.nextInt(PIECES.length)]);
        }
        out.append('"');
    }
}
