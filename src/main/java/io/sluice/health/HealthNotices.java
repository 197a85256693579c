package io.sluice.health;

import io.sluice.domain.health.Word;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.List;

/** What operators are told of accounts. Used on the health verticle's event loop. */
final class HealthNotices {
    private final Bus bus;
    private final InstantSource wallClock;

    HealthNotices(Bus bus, InstantSource wallClock) {
        this.bus = bus;
        this.wallClock = wallClock;
    }

    /** The gateway found something out, here or on another node. */
    void said(Word word) {
        boolean back = word.state() == Word.State.ALIVE;
        NoticeEvent event = back ? NoticeEvent.ACCOUNT_RECOVERED : NoticeEvent.ACCOUNT_DISABLED;
        String text = back
                ? "The account " + word.subject() + " works again."
                : "The account " + word.subject() + " is out of service: " + word.reason() + ".";
        List<Detail> details = new ArrayList<>();
        if (!back) {
            details.add(new Detail("reason", word.reason()));
            details.add(new Detail("provider", word.evidence().text()));
        }
        bus.publish(
                Address.NOTICE_RAISED,
                new Notice(event, word.subject(), false, text, details, wallClock.millis()));
    }
}
