package io.sluice.domain.notice;

import io.sluice.domain.notice.Telling.Group;
import io.sluice.domain.notice.Telling.State;
import java.time.Duration;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.function.BiPredicate;

/**
 * Offices of a few nodes on one clock, which hear one another at once, and sinks that answer when they are told to. Keeps
 * what each sink took.
 */
final class FewNodes {
    private static final long TICK_NANOS = Duration.ofMillis(200).toNanos();

    private final Map<String, NoticeOffice> offices = new LinkedHashMap<>();
    private final List<Runnable> later = new ArrayList<>();
    final List<Taken> taken = new ArrayList<>();
    final List<String> lost = new ArrayList<>();
    /** Whether a message of a node reaches another. */
    BiPredicate<String, String> reaches = (from, to) -> true;
    /** Whether a node's message to a sink is taken. */
    BiPredicate<String, String> takes = (node, sink) -> true;
    /** How long a sink takes to answer. */
    Duration slowness = Duration.ZERO;

    private final List<Answer> answers = new ArrayList<>();
    private long now;

    /** A message that a sink took. */
    record Taken(String node, String sink, Telling telling, Duration at) {
        /** For example {@code begun account-disabled: a, b}. */
        String text() {
            StringBuilder text = new StringBuilder();
            for (Group group : telling.groups()) {
                text.append(text.isEmpty() ? "" : "; ")
                        .append(
                                group.state() == State.BEGUN
                                        ? ""
                                        : group.state().word() + " ")
                        .append(group.event().word())
                        .append(": ")
                        .append(String.join(
                                ", ",
                                group.occurrences().stream()
                                        .map(Occurrence::subject)
                                        .toList()));
            }
            return text + (telling.leftOut() > 0 ? " +" + telling.leftOut() : "");
        }
    }

    private record Answer(long at, Runnable run) {}

    FewNodes(NoticeRules rules, String... names) {
        for (String name : names) {
            start(name, rules);
        }
        members(names);
    }

    void start(String name, NoticeRules rules) {
        NoticeOffice office = new NoticeOffice(name, name, Pace.USUAL, new NoticeOffice.Outlet() {
            @Override
            public void share(SharedNotice notice) {
                later.add(() -> others(name, office -> office.heard(notice, now)));
            }

            @Override
            public void say(NoticeWord word) {
                later.add(() -> others(name, office -> office.heard(word, now)));
            }

            @Override
            public void tell(String sink, Telling telling) {
                answers.add(new Answer(now + slowness.toNanos(), () -> answered(name, sink, telling)));
            }

            @Override
            public void lost(String sink, int count) {
                lost.add(name + " " + sink + " " + count);
            }
        });
        office.rules(rules);
        offices.put(name, office);
    }

    private void answered(String node, String sink, Telling telling) {
        NoticeOffice office = offices.get(node);
        if (office == null) {
            return;
        }
        if (takes.test(node, sink)) {
            taken.add(new Taken(node, sink, telling, Duration.ofNanos(now)));
            office.delivered(sink, telling.id(), now);
        } else {
            office.failed(sink, telling.id(), now);
        }
    }

    private void others(String from, java.util.function.Consumer<NoticeOffice> hear) {
        offices.forEach((name, office) -> {
            if (reaches.test(from, name)) {
                hear.accept(office);
            }
        });
    }

    void members(String... names) {
        offices.values().forEach(office -> office.members(List.of(names)));
    }

    /** A node dies; the others see it when they are told by {@link #members}. */
    void dies(String name) {
        offices.remove(name);
    }

    NoticeOffice office(String name) {
        NoticeOffice office = offices.get(name);
        if (office == null) {
            throw new AssertionError("no node " + name);
        }
        return office;
    }

    void raise(String node, Occurrence seen) {
        office(node).raised(seen, now);
        settle();
    }

    void everywhere(Occurrence seen) {
        List.copyOf(offices.values()).forEach(office -> office.raised(seen, now));
        settle();
    }

    void pass(Duration time) {
        long end = now + time.toNanos();
        while (now < end) {
            now += TICK_NANOS;
            offices.values().forEach(office -> office.tick(now, now / 1_000_000));
            settle();
        }
    }

    /** Time passes in which nobody looks, and then everybody does once. */
    void jump(Duration time) {
        now += time.toNanos();
        pass(Duration.ofNanos(TICK_NANOS));
    }

    private void settle() {
        boolean again = true;
        while (again) {
            List<Runnable> batch = List.copyOf(later);
            later.clear();
            batch.forEach(Runnable::run);
            List<Answer> due =
                    answers.stream().filter(answer -> answer.at <= now).toList();
            answers.removeAll(due);
            due.forEach(answer -> answer.run.run());
            again = !batch.isEmpty() || !due.isEmpty();
        }
    }

    /** What sinks took, without who sent it, and forgets it. */
    List<String> took() {
        List<String> texts = taken.stream().map(Taken::text).toList();
        taken.clear();
        return texts;
    }

    /** What every sink was told of, with how often. */
    Map<String, Integer> tellings() {
        Map<String, Integer> all = new LinkedHashMap<>();
        for (Taken message : taken) {
            for (Group group : message.telling.groups()) {
                for (Occurrence one : new TreeSet<>(java.util.Comparator.comparing(Occurrence::subject)) {
                    private static final long serialVersionUID = 1L;

                    {
                        addAll(group.occurrences());
                    }
                }) {
                    all.merge(
                            message.sink + " " + group.state().word() + " "
                                    + group.event().word() + " " + one.subject(),
                            1,
                            Integer::sum);
                }
            }
        }
        return all;
    }
}
