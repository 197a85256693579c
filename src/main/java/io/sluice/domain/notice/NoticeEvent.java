package io.sluice.domain.notice;

import java.util.Locale;

/** What operators can be told of. */
public enum NoticeEvent {
    /** An account was found dead, and is out. */
    ACCOUNT_DISABLED(Severity.ERROR),
    /** An account that was out is back. */
    ACCOUNT_RECOVERED(Severity.INFO),
    /** An account has been cooling for long. */
    ACCOUNT_COOLING(Severity.WARNING),
    /** A channel has no account that can serve. */
    CHANNEL_UNUSABLE(Severity.CRITICAL),
    /** The pool of a model is near its limit. */
    POOL_NEAR_LIMIT(Severity.WARNING),
    /** A key or team has used most of its budget, or all of it. */
    BUDGET_USED(Severity.WARNING),
    /** Changed files were not taken. */
    CONFIG_REJECTED(Severity.ERROR),
    /** A node came to the cluster. */
    NODE_JOINED(Severity.INFO),
    /** A node left the cluster, or is not seen any more. */
    NODE_LEFT(Severity.WARNING),
    /** This part of the cluster has no majority: nobody grants room. */
    NODE_MINORITY(Severity.CRITICAL),
    /** Usage records wait for the database for long. */
    LEDGER_LAGGING(Severity.ERROR),
    /** A certificate ends soon. */
    CERTIFICATE_EXPIRING(Severity.WARNING),
    /** A virtual key ends soon. */
    KEY_EXPIRING(Severity.WARNING),
    /** Somebody tries whether messages arrive. */
    TEST(Severity.INFO);

    private final Severity severity;

    NoticeEvent(Severity severity) {
        this.severity = severity;
    }

    /** How bad it is where the files say nothing else. */
    public Severity severity() {
        return severity;
    }

    /** Its word in files and messages, for example {@code account-disabled}. */
    public String word() {
        return name().toLowerCase(Locale.ROOT).replace('_', '-');
    }

    /** How bad something is; the larger ordinal is the worse. */
    public enum Severity {
        /** Good to know. */
        INFO,
        /** Look at it some time. */
        WARNING,
        /** Look at it soon. */
        ERROR,
        /** Look at it now. */
        CRITICAL
    }
}
