package io.sluice.budget;

import io.sluice.domain.budget.Budget;
import io.sluice.domain.budget.LeaseAnswer;
import io.sluice.domain.notice.NoticeEvent;
import io.sluice.message.Address;
import io.sluice.message.Bus;
import io.sluice.message.Notice;
import io.sluice.message.Notice.Detail;
import java.math.BigDecimal;
import java.time.InstantSource;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;

/** Tells operators when most of a budget is used, and when all of it is. Used on one event loop. */
final class BudgetNotices {
    private static final int ALL = 100;
    private static final int MOST = 80;

    private final Bus bus;
    private final InstantSource wallClock;
    private final Map<String, Integer> told = new HashMap<>();
    private final Map<String, LeaseAnswer> heard = new HashMap<>();

    BudgetNotices(Bus bus, InstantSource wallClock) {
        this.bus = bus;
        this.wallClock = wallClock;
    }

    /** The ledger has said how a budget stands. */
    void heard(Budget budget, LeaseAnswer answer) {
        int level = level(budget, answer);
        int before = told.getOrDefault(budget.scope(), 0);
        if (level >= MOST) {
            heard.put(budget.scope(), answer);
        } else {
            heard.remove(budget.scope());
        }
        if (level > before) {
            tell(budget, level, answer);
        } else if (level < MOST && before > 0) {
            told.remove(budget.scope());
            tell(budget, true, 0, name(budget) + " has budget again.", answer);
        }
    }

    private static int level(Budget budget, LeaseAnswer answer) {
        long spent = answer.spent();
        if (spent >= budget.amountMicros()) {
            return ALL;
        }
        return spent >= budget.amountMicros() / ALL * MOST ? MOST : 0;
    }

    /** A request was refused because no money was left, though a little may be. */
    void refused(List<Budget> budgets) {
        for (Budget budget : budgets) {
            LeaseAnswer last = heard.get(budget.scope());
            if (last != null
                    && told.getOrDefault(budget.scope(), 0) < ALL
                    && last.outcome().remaining() == 0
                    && last.elsewhere() == 0) {
                tell(budget, ALL, last);
            }
        }
    }

    private void tell(Budget budget, int level, LeaseAnswer answer) {
        told.put(budget.scope(), level);
        String renews = answer.renews() == null ? "" : " Money comes back at " + answer.renews() + ".";
        String text = name(budget)
                + (level == ALL
                        ? " has used its budget; its requests are refused."
                        : " has used " + MOST + " % of its budget.")
                + renews;
        tell(budget, false, level, text, answer);
    }

    private void tell(Budget budget, boolean over, int level, String text, LeaseAnswer answer) {
        List<Detail> details = new ArrayList<>();
        details.add(new Detail("spent", money(answer.spent())));
        details.add(new Detail("amount", money(budget.amountMicros())));
        bus.publish(
                Address.NOTICE_RAISED,
                new Notice(NoticeEvent.BUDGET_USED, budget.scope(), over, level, text, details, wallClock.millis()));
    }

    private static String name(Budget budget) {
        return budget.isOfKey()
                ? "The key " + budget.scope().substring(Budget.KEY_PREFIX.length())
                : "The team " + budget.scope().substring(Budget.TEAM_PREFIX.length());
    }

    private static String money(long micros) {
        return BigDecimal.valueOf(micros, 6).stripTrailingZeros().toPlainString();
    }
}
