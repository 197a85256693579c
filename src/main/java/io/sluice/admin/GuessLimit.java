package io.sluice.admin;

import java.net.InetAddress;
import java.net.UnknownHostException;
import java.time.Duration;
import java.util.HexFormat;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.function.LongSupplier;

/**
 * Slows down whoever guesses tokens: after some wrong ones, an address must wait before the next is looked at, each time twice
 * as long. A right one forgets them. Used on the admin verticle's context only.
 */
final class GuessLimit {
    private static final int FREE = 5;
    private static final Duration FIRST_WAIT = Duration.ofSeconds(1);
    private static final Duration LONGEST_WAIT = Duration.ofSeconds(30);
    private static final Duration FORGET = Duration.ofMinutes(15);
    private static final Duration TELL = Duration.ofMinutes(1);

    /** Addresses that are remembered; whoever has more of them makes the oldest be forgotten. */
    private static final int MOST = 10_000;

    private final LongSupplier nanoClock;
    private final Map<String, Guesses> byAddress = new LinkedHashMap<>();

    /** What came from one address. */
    private static final class Guesses {
        private int wrong;
        private long lastNanos;
        private long openNanos;
        private int untold;
        private long toldNanos;
    }

    GuessLimit(LongSupplier nanoClock) {
        this.nanoClock = nanoClock;
    }

    /** Seconds until a token of an address is looked at again; 0 for now. */
    long waitSeconds(String address) {
        Guesses guesses = byAddress.get(network(address));
        long left = guesses == null ? 0 : guesses.openNanos - nanoClock.getAsLong();
        return left <= 0 ? 0 : Math.ceilDiv(left, Duration.ofSeconds(1).toNanos());
    }

    /**
     * A token was wrong.
     *
     * @return how many are to be told, this one included; 0 when it was told of the address lately
     */
    int wrong(String address) {
        long now = nanoClock.getAsLong();
        forget(now);
        String network = network(address);
        Guesses guesses = byAddress.remove(network);
        if (guesses == null) {
            guesses = new Guesses();
            guesses.toldNanos = now - TELL.toNanos();
        }
        byAddress.put(network, guesses);
        guesses.wrong++;
        guesses.lastNanos = now;
        guesses.untold++;
        if (guesses.wrong >= FREE) {
            int doublings = Math.min(guesses.wrong - FREE, 10);
            guesses.openNanos = now + Math.min(FIRST_WAIT.toNanos() << doublings, LONGEST_WAIT.toNanos());
        } else {
            guesses.openNanos = now;
        }
        if (now - guesses.toldNanos < TELL.toNanos()) {
            return 0;
        }
        int untold = guesses.untold;
        guesses.untold = 0;
        guesses.toldNanos = now;
        return untold;
    }

    /** A token was right. */
    void right(String address) {
        byAddress.remove(network(address));
    }

    /** Oldest first, for each wrong one moves its address to the end. */
    private void forget(long now) {
        Iterator<Guesses> oldest = byAddress.values().iterator();
        while (oldest.hasNext()) {
            boolean old = now - oldest.next().lastNanos > FORGET.toNanos();
            if (!old && byAddress.size() < MOST) {
                return;
            }
            oldest.remove();
        }
    }

    /** One IPv6 customer has a whole /64. */
    private static String network(String address) {
        if (address.indexOf(':') < 0) {
            return address;
        }
        try {
            // An address is no name, so nobody is asked.
            byte[] bytes = InetAddress.getByName(address).getAddress();
            return bytes.length == 16 ? HexFormat.of().formatHex(bytes, 0, 8) : address;
        } catch (UnknownHostException e) {
            return address;
        }
    }
}
