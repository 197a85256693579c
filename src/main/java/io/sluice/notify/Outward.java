package io.sluice.notify;

import io.sluice.domain.notice.NoticeOffice;
import io.sluice.domain.notice.NoticeWord;
import io.sluice.domain.notice.SharedNotice;
import io.sluice.domain.notice.Telling;
import io.sluice.message.Address;
import io.sluice.message.Bus;

/**
 * Where decisions of the office go.
 *
 * @param bus to other nodes
 * @param couriers to sinks
 */
record Outward(Bus bus, Couriers couriers) implements NoticeOffice.Outlet {
    @Override
    public void share(SharedNotice notice) {
        bus.announce(Address.NOTICE_SHARED, notice);
    }

    @Override
    public void say(NoticeWord word) {
        bus.announce(Address.NOTICE_WORD, word);
    }

    @Override
    public void tell(String sink, Telling telling) {
        couriers.bring(sink, telling);
    }

    @Override
    public void lost(String sink, int count) {
        couriers.lost(sink, count);
    }
}
