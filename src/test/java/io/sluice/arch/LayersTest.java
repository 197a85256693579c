package io.sluice.arch;

import static com.tngtech.archunit.core.domain.JavaCall.Predicates.target;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.assignableTo;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAPackage;
import static com.tngtech.archunit.core.domain.JavaClass.Predicates.resideInAnyPackage;
import static com.tngtech.archunit.core.domain.properties.HasName.Predicates.name;
import static com.tngtech.archunit.core.domain.properties.HasOwner.Predicates.With.owner;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.classes;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.fields;
import static com.tngtech.archunit.lang.syntax.ArchRuleDefinition.noClasses;

import com.tngtech.archunit.core.importer.ImportOption;
import com.tngtech.archunit.junit.AnalyzeClasses;
import com.tngtech.archunit.junit.ArchTest;
import com.tngtech.archunit.lang.ArchRule;
import com.tngtech.archunit.library.dependencies.SlicesRuleDefinition;
import io.vertx.core.Deployable;
import io.vertx.core.Vertx;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;
import java.io.File;
import java.io.FileInputStream;
import java.io.FileOutputStream;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URL;

/** What the packages may know of one another. A rule that finds no class to look at fails. */
@AnalyzeClasses(packages = "io.sluice", importOptions = ImportOption.DoNotIncludeTests.class)
class LayersTest {
    private static final String ROOT = "io.sluice";
    private static final String DOMAIN = "io.sluice.domain..";

    private static final String[] TRANSLATION = {"io.sluice.domain.chat..", "io.sluice.domain.dialect.."};

    @ArchTest
    static final ArchRule domainIsPureJava = classes()
            .that()
            .resideInAPackage(DOMAIN)
            .and()
            .resideOutsideOfPackages(TRANSLATION)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(DOMAIN, "java..", "javax.crypto..", "org.jspecify.annotations..");

    /** Translation is about JSON: it alone knows a library for it. */
    @ArchTest
    static final ArchRule translationKnowsJsonTrees = classes()
            .that()
            .resideInAnyPackage(TRANSLATION)
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    DOMAIN,
                    "java..",
                    "org.jspecify.annotations..",
                    "com.fasterxml.jackson.core..",
                    "com.fasterxml.jackson.databind..");

    @ArchTest
    static final ArchRule domainTouchesNothingOutside = noClasses()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .dependOnClassesThat(
                    resideInAnyPackage("java.sql..", "java.nio.file..", "java.nio.channels..", "java.util.logging.."))
            .orShould()
            .dependOnClassesThat()
            .belongToAnyOf(
                    File.class,
                    FileInputStream.class,
                    FileOutputStream.class,
                    URL.class,
                    Socket.class,
                    ServerSocket.class,
                    ProcessBuilder.class);

    /** Time is an argument, so that everything can be tested at every instant. */
    @ArchTest
    static final ArchRule domainReadsNoClockAndNoDice = noClasses()
            .that()
            .resideInAPackage(DOMAIN)
            .should()
            .callMethod(System.class, "currentTimeMillis")
            .orShould()
            .callMethod(System.class, "nanoTime")
            .orShould()
            .callMethod(java.time.Instant.class, "now")
            .orShould()
            .callMethod(Math.class, "random")
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(java.util.Random.class)
            .orShould()
            .dependOnClassesThat()
            .areAssignableTo(Thread.class);

    @ArchTest
    static final ArchRule messagesKnowTheDomainAndVertx = classes()
            .that()
            .resideInAPackage("io.sluice.message")
            .should()
            .onlyDependOnClassesThat()
            .resideInAnyPackage(
                    "io.sluice.message",
                    DOMAIN,
                    "io.vertx.core..",
                    "java..",
                    "org.jspecify.annotations..",
                    "org.slf4j..");

    @ArchTest
    static final ArchRule verticlesKnowEachOtherByMessagesOnly = SlicesRuleDefinition.slices()
            .matching("io.sluice.(ingress|router|provider|quota|usage|admin|notify)..")
            .should()
            .notDependOnEachOther();

    /** The cluster serves the node's parts by messages, and decides nothing for them. */
    @ArchTest
    static final ArchRule theClusterKnowsNoPart = noClasses()
            .that()
            .resideInAPackage("io.sluice.cluster..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage(
                    "io.sluice.ingress..",
                    "io.sluice.router..",
                    "io.sluice.provider..",
                    "io.sluice.quota..",
                    "io.sluice.usage..",
                    "io.sluice.admin..",
                    "io.sluice.simulator..");

    /** What decides about limits must not lean on who Hazelcast thinks is there. */
    @ArchTest
    static final ArchRule groupAndMembersAreApart = SlicesRuleDefinition.slices()
            .matching("io.sluice.cluster.(group|member)..")
            .should()
            .notDependOnEachOther()
            .allowEmptyShould(true);

    @ArchTest
    static final ArchRule theLinkKnowsNobody = noClasses()
            .that()
            .resideInAPackage("io.sluice.cluster.link..")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.sluice.cluster.member..", "io.sluice.cluster.group..", "io.sluice.message..");

    @ArchTest
    static final ArchRule onlyMembersKnowHazelcast = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.cluster.member..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("com.hazelcast..", "io.vertx.spi.cluster.."));

    @ArchTest
    static final ArchRule onlyTheNodeKnowsTheParts = noClasses()
            .that()
            .resideOutsideOfPackages("io.sluice.node", "io.sluice.cli")
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.sluice.node..", "io.sluice.cli..");

    /** The simulator also runs as a process of its own and deploys its own servers. */
    @ArchTest
    static final ArchRule onlyTheNodeDeploys = noClasses()
            .that()
            .resideOutsideOfPackages("io.sluice.node", "io.sluice.simulator")
            .should()
            .callMethodWhere(target(name("deployVerticle")).and(target(owner(assignableTo(Vertx.class)))))
            .orShould()
            .callMethodWhere(target(name("deploy")).and(target(owner(assignableTo(Deployable.class)))));

    @ArchTest
    static final ArchRule onlyTheNodeCreatesVerticles = noClasses()
            .that()
            .resideOutsideOfPackages("io.sluice.node", "io.sluice.simulator")
            .should()
            .callConstructorWhere(target(owner(assignableTo(Deployable.class).and(resideInAPackage(ROOT + "..")))));

    /** While a request is served nothing is asked of the database: what is not in memory is not known. */
    @ArchTest
    static final ArchRule theRequestPathKnowsNoDatabase = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.sluice.ingress..", "io.sluice.router..", "io.sluice.provider..", "io.sluice.quota..", DOMAIN)
            .should()
            .dependOnClassesThat()
            .resideInAnyPackage("io.sluice.store..", "io.sluice.keys..", "io.vertx.sqlclient..", "io.vertx.pgclient..");

    @ArchTest
    static final ArchRule libraryInternalsStayInside = noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .should()
            .dependOnClassesThat(resideInAnyPackage("io.vertx..impl..", "io.vertx.core.internal..", "sun..", "jdk.."));

    @ArchTest
    static final ArchRule jsonTreesStayAtTheEdges = noClasses()
            .that()
            .resideOutsideOfPackages("io.sluice.config..", "io.sluice.admin..", "io.sluice.simulator..")
            .should()
            .dependOnClassesThat()
            .belongToAnyOf(JsonObject.class, JsonArray.class);

    /** The oracle must not share a mistake with what it measures. */
    @ArchTest
    static final ArchRule simulatorSharesNothing = noClasses()
            .that()
            .resideInAPackage("io.sluice.simulator..")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "io.sluice.quota..",
                    "io.sluice.provider..",
                    "io.sluice.ingress..",
                    "io.sluice.router..",
                    "io.sluice.message..",
                    "io.sluice.domain.quota..",
                    "io.sluice.domain.json..",
                    "io.sluice.domain.sse..",
                    "io.sluice.domain.failure.."));

    @ArchTest
    static final ArchRule onlyTheCommandLineSpeaksToTheTerminal = noClasses()
            .that()
            .resideOutsideOfPackages("io.sluice.cli..", "io.sluice.node..", ROOT)
            .should()
            .accessField(System.class, "out")
            .orShould()
            .accessField(System.class, "err")
            .orShould()
            .callMethod(System.class, "exit", int.class)
            .orShould()
            .callMethod(Throwable.class, "printStackTrace");

    @ArchTest
    static final ArchRule thereIsOneLog = noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .and()
            // It shuts a library's own log, which would go past the node's.
            .doNotHaveFullyQualifiedName("io.sluice.trace.Tracing")
            .should()
            .dependOnClassesThat(resideInAnyPackage(
                    "java.util.logging..",
                    "org.apache.logging..",
                    "org.apache.commons.logging..",
                    "io.vertx.core.logging.."));

    /** So that another one could take its place. */
    @ArchTest
    static final ArchRule theConsensusLibraryIsKnownToOnePackageOnly = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.cluster.raft")
            .should()
            .dependOnClassesThat(resideInAPackage("io.microraft.."));

    @ArchTest
    static final ArchRule logbackIsKnownToTheLogOnly = noClasses()
            .that()
            .resideOutsideOfPackage("io.sluice.log..")
            .should()
            .dependOnClassesThat(resideInAPackage("ch.qos.logback.."));

    @ArchTest
    static final ArchRule nobodySleepsOrWaits = noClasses()
            .that()
            .resideInAnyPackage(
                    "io.sluice.ingress..",
                    "io.sluice.router..",
                    "io.sluice.provider..",
                    "io.sluice.quota..",
                    "io.sluice.usage..",
                    "io.sluice.notify..",
                    "io.sluice.cluster..",
                    "io.sluice.message..",
                    DOMAIN)
            .should()
            .callMethod(Thread.class, "sleep", long.class)
            .orShould()
            .callMethodWhere(
                    target(name("join")).and(target(owner(assignableTo(java.util.concurrent.CompletableFuture.class)))))
            .orShould()
            .callMethodWhere(target(name("get")).and(target(owner(assignableTo(java.util.concurrent.Future.class)))))
            .orShould()
            .callMethodWhere(target(name("await")).and(target(owner(assignableTo(io.vertx.core.Future.class)))));

    @ArchTest
    static final ArchRule nothingIsJavaSerialised = noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .should()
            .dependOnClassesThat(assignableTo(java.io.ObjectInputStream.class))
            .orShould()
            .dependOnClassesThat(assignableTo(java.io.ObjectOutputStream.class));

    @ArchTest
    static final ArchRule noMutableStatics = fields().that()
            .areStatic()
            .and()
            .areDeclaredInClassesThat()
            .resideOutsideOfPackage("io.sluice.log..")
            .should()
            .beFinal();

    @ArchTest
    static final ArchRule namesSayWhatAThingIs = noClasses()
            .that()
            .resideInAPackage(ROOT + "..")
            .should()
            .haveNameMatching(".*\\.[A-Za-z0-9$]*(Manager|Utils?|Helper|Impl)$")
            .orShould()
            .haveNameMatching(".*\\.Abstract[A-Z][A-Za-z0-9$]*$");
}
