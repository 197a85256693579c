package io.sluice.message;

import io.sluice.domain.notice.NoticeEvent;
import io.sluice.domain.notice.NoticeWord;
import io.sluice.domain.notice.NoticeWord.Stage;
import io.sluice.domain.notice.NoticeWord.Subject;
import io.sluice.domain.notice.Occurrence;
import io.sluice.domain.notice.Occurrence.Fact;
import io.sluice.domain.notice.SharedNotice;
import io.sluice.message.WireReader.WireException;
import java.util.ArrayList;
import java.util.List;

/** The bytes of what nodes say to one another about notices. */
final class NoticeCodecs {
    /** What a node saw. */
    static final ClusterCodec<SharedNotice> SHARED =
            new ClusterCodec<>(SharedNotice.class, 1, NoticeCodecs::write, NoticeCodecs::shared);

    /** How far telling is. */
    static final ClusterCodec<NoticeWord> WORD =
            new ClusterCodec<>(NoticeWord.class, 1, NoticeCodecs::write, NoticeCodecs::word);

    private NoticeCodecs() {}

    private static void write(WireWriter to, SharedNotice notice) {
        Occurrence seen = notice.occurrence();
        to.text(notice.node())
                .text(seen.event().word())
                .text(seen.subject())
                .small(seen.over() ? 1 : 0)
                .small(seen.level())
                .text(seen.text())
                .number(seen.atMillis())
                .small(seen.facts().size());
        seen.facts().forEach(fact -> to.text(fact.name()).text(fact.value()));
    }

    private static SharedNotice shared(WireReader from) {
        String node = from.text();
        NoticeEvent event = event(from.text());
        String subject = from.text();
        boolean over = from.small() == 1;
        int level = from.small();
        String text = from.text();
        long atMillis = from.number();
        List<Fact> facts = new ArrayList<>();
        for (int left = bounded(from.small(), Occurrence.MOST_FACTS); left > 0; left--) {
            facts.add(new Fact(from.text(), from.text()));
        }
        return new SharedNotice(node, new Occurrence(event, subject, over, level, text, facts, atMillis));
    }

    private static void write(WireWriter to, NoticeWord word) {
        to.text(word.node())
                .text(word.sink())
                .small(word.stage().ordinal())
                .text(word.event().word())
                .small(word.over() ? 1 : 0)
                .small(word.subjects().size());
        word.subjects().forEach(subject -> to.text(subject.name()).small(subject.level()));
    }

    private static NoticeWord word(WireReader from) {
        String node = from.text();
        String sink = from.text();
        Stage stage = Stage.values()[bounded(from.small(), Stage.values().length - 1)];
        NoticeEvent event = event(from.text());
        boolean over = from.small() == 1;
        List<Subject> subjects = new ArrayList<>();
        for (int left = bounded(from.small(), NoticeWord.MOST); left > 0; left--) {
            subjects.add(new Subject(from.text(), from.small()));
        }
        return new NoticeWord(node, sink, stage, event, over, subjects);
    }

    private static NoticeEvent event(String word) {
        return NoticeEvent.ofWord(word).orElseThrow(() -> new WireException("unknown event"));
    }

    private static int bounded(int number, int most) {
        if (number > most) {
            throw new WireException("a number beyond " + most);
        }
        return number;
    }
}
