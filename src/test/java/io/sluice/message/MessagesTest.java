package io.sluice.message;

import static org.assertj.core.api.Assertions.assertThat;
import static org.assertj.core.api.Assertions.assertThatIllegalStateException;
import static org.assertj.core.api.Assertions.assertThatThrownBy;

import io.sluice.domain.Secret;
import io.sluice.domain.budget.BudgetWindow;
import io.sluice.domain.chat.FetchedMedia;
import io.sluice.domain.dialect.Endpoint;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.health.PoolSnapshot;
import io.sluice.domain.json.RequestHead;
import io.sluice.domain.json.RequestScan;
import io.sluice.domain.key.KeyHash;
import io.sluice.domain.key.KeyRing;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.lease.Units;
import io.sluice.domain.notice.NoticeRules;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Origins;
import io.sluice.domain.pricing.Currencies;
import io.sluice.domain.quota.AccountLimits;
import io.sluice.domain.tokens.TokenUsage;
import io.sluice.testkit.Await;
import io.sluice.testkit.RevisionBuilder;
import io.sluice.testkit.TestNode;
import io.vertx.core.Future;
import io.vertx.core.Vertx;
import io.vertx.core.buffer.Buffer;
import io.vertx.core.eventbus.DeliveryOptions;
import java.lang.reflect.Constructor;
import java.lang.reflect.ParameterizedType;
import java.lang.reflect.Proxy;
import java.lang.reflect.RecordComponent;
import java.lang.reflect.Type;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** The bus contract: every message can be sent, by reference, and cannot be changed afterwards. */
class MessagesTest {
    private final Vertx vertx = Vertx.vertx();
    private final Bus bus = new Bus(vertx, Duration.ofSeconds(2));

    @BeforeEach
    void register() {
        MessageCodecs.registerAll(vertx.eventBus());
    }

    @AfterEach
    void close() {
        TestNode.await(vertx.close());
    }

    static Stream<Class<?>> types() {
        return Stream.concat(
                MessageCodecs.TYPES.stream(), MessageCodecs.CLUSTER.stream().map(ClusterCodec::type));
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyMessageGoesAndComesBackByReference(Class<?> type) {
        Object message = sample(type);
        vertx.eventBus().localConsumer("there").handler(received -> received.reply(received.body()));

        Object back = TestNode.await(
                        vertx.eventBus().request("there", message, new DeliveryOptions().setLocalOnly(true)))
                .body();

        assertThat(back).isSameAs(message);
    }

    /** A new address without its messages in the list of codecs fails here, not at its first use. */
    @Test
    void everyTypeOfEveryAddressIsRegistered() {
        Set<Class<?>> named = new HashSet<>();
        Stream.concat(
                        Arrays.stream(Address.class.getDeclaredFields())
                                .filter(f -> f.getType() == Address.class)
                                .map(java.lang.reflect.Field::getGenericType),
                        Arrays.stream(Address.class.getDeclaredMethods())
                                .filter(m -> m.getReturnType() == Address.class)
                                .map(java.lang.reflect.Method::getGenericReturnType))
                .flatMap(t -> Arrays.stream(((ParameterizedType) t).getActualTypeArguments()))
                .map(Class.class::cast)
                .filter(c -> c != Void.class)
                .forEach(c -> addConcrete(c, named));

        assertThat(named).hasSizeGreaterThan(15);
        assertThat(types().collect(Collectors.toSet())).isEqualTo(named);
    }

    private static void addConcrete(Class<?> type, Set<Class<?>> into) {
        if (type.isSealed()) {
            Arrays.stream(type.getPermittedSubclasses()).forEach(c -> addConcrete(c, into));
        } else {
            into.add(type);
        }
    }

    @ParameterizedTest
    @MethodSource("types")
    void everyMessageIsARecordWithoutMutableParts(Class<?> type) {
        assertThat(type.isRecord()).isTrue();
        for (RecordComponent component : type.getRecordComponents()) {
            Class<?> part = component.getType();
            if (part == List.class) {
                assertCopies(type, component);
            } else if (part.isArray()) {
                assertThat(type)
                        .as("only headroom carries an array, which its sender gives away")
                        .isEqualTo(Headroom.class);
            } else {
                assertThat(part.getName()).doesNotStartWith("java.util.").doesNotStartWith("io.vertx.");
            }
        }
    }

    private static void assertCopies(Class<?> type, RecordComponent list) {
        List<Object> mine = new ArrayList<>(List.of(sampleOf(argument(list.getGenericType()))));
        Object message = create(type, list, mine);

        mine.clear();

        try {
            assertThat((List<?>) list.getAccessor().invoke(message)).hasSize(1);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void theWireIsRefused() {
        LocalCodec<Heartbeat> codec = new LocalCodec<>(Heartbeat.class);

        assertThatIllegalStateException().isThrownBy(() -> codec.encodeToWire(Buffer.buffer(), new Heartbeat(1)));
        assertThatIllegalStateException().isThrownBy(() -> codec.decodeFromWire(0, Buffer.buffer()));
    }

    @Test
    void addressesAreDistinct() {
        List<String> names = new ArrayList<>();
        for (int lane = 0; lane < 2; lane++) {
            names.addAll(List.of(
                    Address.routePlan(lane).name(),
                    Address.providerOpen(lane).name(),
                    Address.ingressOpen(lane).name(),
                    Address.ingressDrain(lane).name(),
                    Address.heartbeat(lane).name()));
        }
        names.addAll(List.of(
                Address.QUOTA_RESERVE.name(),
                Address.QUOTA_SETTLE.name(),
                Address.QUOTA_HEADROOM.name(),
                Address.ATTEMPT_FINISHED.name(),
                Address.USAGE_RECORDED.name(),
                Address.READINESS_CHANGED.name(),
                Address.CERTIFICATE_CHANGED.name(),
                Address.REVISION_CHANGED.name(),
                Address.CONFIG_CHANGED.name(),
                Address.ACCOUNT_HEALTH.name()));

        assertThat(names).doesNotHaveDuplicates();
    }

    @Test
    void publishedMessageReachesEveryConsumer() {
        List<Object> seen = new CopyOnWriteArrayList<>();
        bus.consume(Address.READINESS_CHANGED, seen::add);
        bus.consume(Address.READINESS_CHANGED, seen::add);
        ReadinessChanged message = new ReadinessChanged(true, "");

        bus.publish(Address.READINESS_CHANGED, message);

        Await.until(() -> seen.size() == 2);
        assertThat(seen).allSatisfy(m -> assertThat(m).isSameAs(message));
    }

    @Test
    void nobodyAtTheAddressIsUnavailable() {
        assertThat(failureOf(bus.request(Address.heartbeat(7), new Heartbeat(7))))
                .isInstanceOf(GatewayFailure.Unavailable.class);
    }

    @Test
    void noReplyInTimeIsOverloaded() {
        bus.serve(Address.heartbeat(7), message -> Future.future(never -> {}));

        assertThat(failureOf(bus.request(Address.heartbeat(7), new Heartbeat(7), Duration.ofMillis(50))))
                .isInstanceOf(GatewayFailure.Overloaded.class);
    }

    @Test
    void defectOfTheCalleeIsInternal() {
        bus.serve(Address.heartbeat(7), message -> {
            throw new IllegalStateException("CANARY");
        });
        bus.serve(Address.heartbeat(8), message -> Future.failedFuture("CANARY"));

        for (int lane = 7; lane <= 8; lane++) {
            GatewayFailure failure = failureOf(bus.request(Address.heartbeat(lane), new Heartbeat(lane)));
            assertThat(failure).isInstanceOf(GatewayFailure.Internal.class);
            assertThat(failure.message()).doesNotContain("CANARY");
        }
    }

    private static GatewayFailure failureOf(Future<?> future) {
        Await.until(future::isComplete);
        GatewayFailure[] failure = new GatewayFailure[1];
        assertThatThrownBy(() -> {
                    throw future.cause();
                })
                .isInstanceOfSatisfying(GatewayException.class, e -> failure[0] = e.failure());
        return failure[0];
    }

    // --- samples: one value of any type that a message may hold ---

    private static final GatewayRevision REVISION = new RevisionBuilder()
            .channel("c", c -> c.serves("m"))
            .key("app", "sk-test-0123456789abcdef")
            .build();

    private static Object sample(Class<?> type) {
        return create(type, null, null);
    }

    private static Object create(Class<?> type, RecordComponent chosen, Object value) {
        RecordComponent[] components = type.getRecordComponents();
        Object[] arguments = new Object[components.length];
        for (int i = 0; i < components.length; i++) {
            arguments[i] = chosen != null && components[i].getName().equals(chosen.getName())
                    ? value
                    : sampleOf(components[i].getGenericType());
        }
        try {
            Constructor<?> constructor = type.getDeclaredConstructor(
                    Arrays.stream(components).map(RecordComponent::getType).toArray(Class[]::new));
            constructor.setAccessible(true);
            return constructor.newInstance(arguments);
        } catch (ReflectiveOperationException e) {
            throw new AssertionError("no " + type, e);
        }
    }

    private static Type argument(Type list) {
        return ((ParameterizedType) list).getActualTypeArguments()[0];
    }

    private static Object sampleOf(Type generic) {
        if (generic instanceof ParameterizedType parameterized) {
            Object first = sampleOf(parameterized.getActualTypeArguments()[0]);
            return parameterized.getRawType() == Map.class
                    ? Map.of(first, sampleOf(parameterized.getActualTypeArguments()[1]))
                    : List.of(first);
        }
        Class<?> type = (Class<?>) generic;
        if (type == int.class || type == Integer.class) {
            return 1;
        } else if (type == long.class || type == Long.class) {
            return 1L;
        } else if (type == boolean.class) {
            return true;
        } else if (type == String.class) {
            return "x";
        } else if (type == int[].class) {
            return new int[] {1};
        } else if (type == byte[].class) {
            return new byte[] {'{', '}'};
        } else if (type == Duration.class) {
            return Duration.ofSeconds(1);
        } else if (type == Instant.class) {
            return Instant.EPOCH;
        } else if (type == BudgetWindow.class) {
            return new BudgetWindow.Total();
        } else if (type == Units.class) {
            return Units.of(1, 2, 3, 4, 5);
        } else if (type == GatewayRevision.class) {
            return REVISION;
        } else if (type == VirtualKey.class) {
            return REVISION.keys().all().iterator().next();
        } else if (type == Candidate.class) {
            return REVISION.models().get("m").candidates().getFirst();
        } else if (type == GatewayFailure.UpstreamFailure.class) {
            return GatewayFailure.UpstreamFailure.of(GatewayFailure.UpstreamFailure.Kind.RATE_LIMITED, "x");
        } else if (type == GatewayFailure.class) {
            return new GatewayFailure.Internal();
        } else if (type == TokenUsage.class) {
            return new TokenUsage(1, 0, 1, 0);
        } else if (type == RequestScan.class) {
            return new RequestScan(
                    new byte[] {'{', '}'},
                    Endpoint.CHAT_COMPLETIONS,
                    RequestHead.NONE,
                    new RequestScan.Members(0, new int[0], 0),
                    "m",
                    false,
                    false,
                    -1,
                    1,
                    1,
                    0);
        } else if (type == PoolSnapshot.class) {
            return PoolSnapshot.UNKNOWN;
        } else if (type == FetchedMedia.class) {
            return new FetchedMedia();
        } else if (type.isEnum()) {
            return type.getEnumConstants()[0];
        } else if (type.isRecord()) {
            return sample(type);
        } else if (type.isInterface()) {
            return Proxy.newProxyInstance(
                    type.getClassLoader(), new Class<?>[] {type}, (proxy, method, arguments) -> null);
        }
        throw new AssertionError("no sample of " + type);
    }

    // --- what messages carry ---

    @Test
    void revisionCannotBeChangedByItsMaker() {
        List<String> notes = new ArrayList<>(List.of("note"));
        GatewayRevision revision = new GatewayRevision(
                "id",
                REVISION.channels(),
                new java.util.HashMap<>(REVISION.models()),
                REVISION.keys(),
                null,
                NoticeRules.NONE,
                Currencies.USD,
                notes,
                Origins.NONE);

        notes.clear();

        assertThat(revision.warnings()).containsExactly("note");
        assertThatThrownBy(() -> revision.models().clear()).isInstanceOf(UnsupportedOperationException.class);
    }

    @Test
    void printedMessageHoldsNoCredential() {
        Account account = new Account("c/a", "a", 0, Secret.of("CANARY-secret"), AccountLimits.NONE, null);
        VirtualKey key = new VirtualKey("app", KeyHash.ofKey("CANARY-key"));

        assertThat(account.toString()
                        + key
                        + new KeyRing(List.of(key))
                        + new PlanRoute(REVISION, key, "m", Endpoint.CHAT_COMPLETIONS, 0, 0))
                .doesNotContain("CANARY");
    }
}
