package io.sluice.cluster.link;

import static org.assertj.core.api.Assertions.assertThat;

import io.sluice.cluster.link.Handshake.Role;
import io.sluice.cluster.link.Handshake.Step;
import io.sluice.cluster.link.Link.Peer;
import io.sluice.domain.Secret;
import io.vertx.core.buffer.Buffer;
import java.security.SecureRandom;
import java.util.Optional;
import org.junit.jupiter.api.Test;

class HandshakeTest {
    private static final Secret NAME = Secret.of("the name of the cluster");

    private final SecureRandom random = new SecureRandom();

    private Handshake side(Role role, String name, int oldest, int newest, Secret clusterName) {
        byte[] nonce = new byte[Hello.NONCE];
        random.nextBytes(nonce);
        Hello hello = new Hello(oldest, newest, nonce, new Peer(name, 7), "1.2.3");
        return new Handshake(role, hello, clusterName, peer -> Optional.empty());
    }

    private Handshake dialler(String name) {
        return side(Role.DIALLER, name, 1, 1, NAME);
    }

    private Handshake listener(String name) {
        return side(Role.LISTENER, name, 1, 1, NAME);
    }

    private static Buffer answer(Step step) {
        assertThat(step).isInstanceOf(Step.Answered.class);
        return ((Step.Answered) step).answer();
    }

    @Test
    void twoWhoKnowTheNameFindEachOther() {
        Handshake a = dialler("a");
        Handshake b = listener("b");

        Buffer hello = answer(b.take(a.hello()));
        Step atB = b.take(answer(a.take(hello)));
        Step atA = a.take(((Step.Established) atB).last());

        assertThat(((Step.Established) atB).hello().peer()).isEqualTo(new Peer("a", 7));
        assertThat(((Step.Established) atA).hello().peer()).isEqualTo(new Peer("b", 7));
        assertThat(((Step.Established) atA).hello().program()).isEqualTo("1.2.3");
    }

    @Test
    void theNameItselfIsNeverSent() {
        Handshake a = dialler("a");
        Handshake b = listener("b");

        Buffer hello = answer(b.take(a.hello()));
        Buffer proof = answer(a.take(hello));
        Buffer last = ((Step.Established) b.take(proof)).last();

        Buffer wire =
                Buffer.buffer().appendBuffer(a.hello()).appendBuffer(hello).appendBuffer(proof);
        assertThat(wire.appendBuffer(last).toString()).doesNotContain(NAME.reveal());
    }

    @Test
    void anotherNameIsRefusedByTheListenerBeforeItProvesAnything() {
        Handshake a = side(Role.DIALLER, "a", 1, 1, Secret.of("another name"));
        Handshake b = listener("b");

        Step atB = b.take(answer(a.take(answer(b.take(a.hello())))));

        Step.Refusing refusing = (Step.Refusing) atB;
        assertThat(refusing.reason()).isEqualTo("wrong cluster name");
        assertThat(a.take(refusing.farewell())).isEqualTo(new Step.RefusedThere("wrong cluster name"));
    }

    @Test
    void aListenerThatCannotProveItselfIsRefused() {
        Handshake a = dialler("a");
        Handshake b = listener("b");
        a.take(answer(b.take(a.hello())));

        Step atA = a.take(Buffer.buffer().appendByte((byte) 'P').appendBytes(new byte[32]));

        assertThat(atA).isInstanceOfSatisfying(Step.Refusing.class, r -> assertThat(r.reason())
                .isEqualTo("wrong cluster name"));
    }

    /** A stranger hands back what it was given. */
    @Test
    void aProofIsOfNoUseInTheOtherDirection() {
        Handshake a = dialler("a");
        Handshake b = listener("b");
        Buffer proof = answer(a.take(answer(b.take(a.hello()))));

        assertThat(a.take(proof)).isInstanceOf(Step.Refusing.class);
    }

    /** A stranger dials with the hello that a member sent it, to have the member's own proof accepted. */
    @Test
    void aHelloHandedBackIsOfNoUse() {
        Handshake a = dialler("a");

        Step mirrored = a.take(a.hello());

        // A real node objects to its own name; without that, the proof of the mirror would still be of the wrong role.
        Buffer proof = answer(mirrored);
        assertThat(a.take(proof)).isInstanceOf(Step.Refusing.class);
    }

    @Test
    void whatWasRecordedIsOfNoUseOnAnotherConnection() {
        Handshake a = dialler("a");
        Handshake b = listener("b");
        Buffer proof = answer(a.take(answer(b.take(a.hello()))));
        Handshake later = listener("b");
        later.take(a.hello());

        assertThat(later.take(proof)).isInstanceOf(Step.Refusing.class);
    }

    @Test
    void aProofHoldsForTheNamesItWasMadeFor() {
        Handshake a = dialler("a");
        Handshake b = listener("b");
        Buffer renamed = Buffer.buffer(a.hello().getBytes());
        int nameAt = renamed.toString("ISO-8859-1").lastIndexOf("\1a") + 1;
        renamed.setByte(nameAt, (byte) 'c');

        Buffer proof = answer(a.take(answer(b.take(renamed))));

        assertThat(b.take(proof)).isInstanceOf(Step.Refusing.class);
    }

    @Test
    void bothSaySoWhenTheyShareNoVersion() {
        Handshake a = side(Role.DIALLER, "a", 3, 4, NAME);
        Handshake b = listener("b");

        Step.Refusing refusing = (Step.Refusing) b.take(a.hello());

        assertThat(refusing.reason()).isEqualTo("the dialler speaks link version 3 to 4, the listener 1");
        assertThat(a.take(refusing.farewell())).isEqualTo(new Step.RefusedThere(refusing.reason()));
    }

    @Test
    void aVersionAheadStillUnderstands() {
        Handshake a = side(Role.DIALLER, "a", 1, 2, NAME);
        Handshake b = listener("b");

        assertThat(b.take(answer(a.take(answer(b.take(a.hello())))))).isInstanceOf(Step.Established.class);
    }

    @Test
    void anythingElseIsForeign() {
        Buffer hello = dialler("a").hello();

        assertThat(listener("b").take(Buffer.buffer())).isInstanceOf(Step.Foreign.class);
        assertThat(listener("b").take(Buffer.buffer("GET / HTTP/1.1"))).isInstanceOf(Step.Foreign.class);
        assertThat(listener("b").take(Buffer.buffer("Rwhatever"))).isInstanceOf(Step.Foreign.class);
        for (int length = 1; length < hello.length(); length++) {
            assertThat(listener("b").take(hello.getBuffer(0, length)))
                    .as("the first %d bytes of a hello", length)
                    .isInstanceOf(Step.Foreign.class);
        }
    }

    @Test
    void whoIsNotWantedHearsWhy() {
        Handshake a = dialler("a");
        Hello hello = new Hello(1, 1, new byte[Hello.NONCE], new Peer("b", 1), "1");
        Handshake b = new Handshake(Role.LISTENER, hello, NAME, peer -> Optional.of("not " + peer.name()));

        Step atB = b.take(answer(a.take(answer(b.take(a.hello())))));

        assertThat(a.take(((Step.Refusing) atB).farewell())).isEqualTo(new Step.RefusedThere("not a"));
    }
}
