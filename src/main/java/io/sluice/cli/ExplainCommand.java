package io.sluice.cli;

import io.sluice.domain.dialect.EndpointFamily;
import io.sluice.domain.key.KeyRights;
import io.sluice.domain.key.VirtualKey;
import io.sluice.domain.pool.AccountState;
import io.sluice.domain.pool.Candidate;
import io.sluice.domain.pool.GatewayRevision;
import io.sluice.domain.pool.Model;
import io.sluice.domain.pool.Strategy;
import io.sluice.domain.quota.Limit;
import io.sluice.domain.quota.LimitSet;
import io.sluice.domain.quota.Scope;
import io.sluice.node.NodeSetup;
import java.io.PrintWriter;
import java.time.Duration;
import java.time.Instant;
import java.util.Collection;
import java.util.List;
import java.util.Locale;
import java.util.concurrent.Callable;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice explain}. */
@Command(
        name = "explain",
        description = "Shows who would serve a key's request for a model, in which order and under which limits.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ExplainCommand implements Callable<Integer> {
    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Option(names = "--key", required = true, paramLabel = "NAME", description = "name of a virtual key")
    private String key;

    @Option(names = "--model", required = true, paramLabel = "M", description = "model, as a client would ask for it")
    private String model;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure {
        NodeSetup setup = ConfigFiles.read(options.or(parent.options), warning -> {});
        PrintWriter out = spec.commandLine().getOut();
        explain(setup, key, model, Instant.now()).forEach(out::println);
        out.flush();
        return 0;
    }

    /** The lines, top to bottom. */
    static List<String> explain(NodeSetup setup, String keyName, String modelName, Instant now) throws CliFailure {
        GatewayRevision revision = setup.revision();
        VirtualKey key = revision.keys()
                .named(keyName)
                .orElseThrow(() ->
                        unknown("key", keyName, revision.keys().all().stream().map(VirtualKey::name)));
        Model model = revision.models().get(modelName);
        if (model == null) {
            throw unknown("model", modelName, revision.models().keySet().stream());
        }
        Stream.Builder<String> lines = Stream.builder();
        lines.add("revision " + revision.id());
        describe(key, modelName, now, lines);
        describe(model, lines);
        for (String name : model.fallbacks()) {
            Model fallback = revision.models().get(name);
            if (fallback == null) {
                lines.add("not its fallback " + name + ": no usable channel serves it");
            } else if (!key.allows(name)) {
                lines.add("not its fallback " + name + ": the key may not use it");
            } else {
                lines.add("then, when none of them can serve, its fallback");
                describe(fallback, lines);
            }
        }
        revision.warnings().stream().map(line -> "warning: " + line).forEach(lines);
        return lines.build().toList();
    }

    private static void describe(VirtualKey key, String model, Instant now, Stream.Builder<String> lines) {
        KeyRights rights = key.rights();
        lines.add("key " + key.name() + ": " + limits(key.quota().limits().all())
                + (key.team() == null ? "" : ", team " + key.team())
                + (rights.allowFrom().isEmpty() ? "" : ", from " + joined(rights.allowFrom()))
                + (key.priority() == 0 ? "" : ", priority " + key.priority())
                + (key.maxWait() == null ? "" : ", waits for room at most " + text(key.maxWait())));
        key.scopes(model).stream()
                .filter(scope -> !scope.id().equals(Scope.KEY_PREFIX + key.name()))
                .forEach(scope -> lines.add("  its " + scopeName(key, scope.id()) + ": " + limits(scope.limits())));
        if (!rights.endpoints().isEmpty()) {
            lines.add("  its endpoints: "
                    + rights.endpoints().stream()
                            .sorted()
                            .map(EndpointFamily::word)
                            .collect(Collectors.joining(", ")));
        }
        if (rights.disabled()) {
            lines.add("  refused (401): the key is disabled");
        }
        if (rights.expires() != null && !now.isBefore(rights.expires())) {
            lines.add("  refused (401): the key expired at " + rights.expires());
        }
        if (!key.allows(model)) {
            lines.add("  refused (403): the key may use "
                    + (rights.models().isEmpty() ? "all models" : joined(rights.models()))
                    + (rights.denyModels().isEmpty() ? "" : ", not " + joined(rights.denyModels())));
        }
    }

    /** A scope as it is read: {@code team research}, {@code model gpt-4o}, {@code team research for model gpt-4o}. */
    private static String scopeName(VirtualKey key, String id) {
        String own = Scope.KEY_PREFIX + key.name() + "|";
        return (id.startsWith(own) ? id.substring(own.length()) : id)
                .replace("|", " for ")
                .replace(':', ' ');
    }

    private static void describe(Model model, Stream.Builder<String> lines) {
        lines.add(
                "model " + model.name() + ": at most " + model.policy().attempts() + " attempts, none begun later than "
                        + text(model.policy().deadline()) + ", waiting for room at most "
                        + text(model.policy().maxWait()) + " (a stream "
                        + text(model.policy().maxWaitStream()) + ")"
                        + (model.policy().sticky() ? ", conversations stick" : ""));
        if (model.candidates().isEmpty()) {
            lines.add("  nobody serves it");
        }
        int priority = Integer.MIN_VALUE;
        for (Candidate candidate : model.candidates()) {
            if (candidate.channel().priority() != priority) {
                priority = candidate.channel().priority();
                lines.add("  priority " + priority + ", " + order(model.policy().strategy()));
            }
            lines.add("    " + candidate.accountId()
                    + (candidate.upstreamModel().equals(model.name()) ? "" : " as " + candidate.upstreamModel())
                    + ", weight " + candidate.channel().weight() + ": " + scopes(candidate.scopes())
                    + state(candidate.account().state()));
        }
    }

    private static String state(AccountState state) {
        return switch (state) {
            case ENABLED -> "";
            case DRAINING -> "; not asked: draining by the files";
            case DISABLED -> "; not asked: disabled by the files";
        };
    }

    private static String order(Strategy strategy) {
        return switch (strategy) {
            case SPREAD -> "spread by weight and headroom:";
            case FILL -> "each filled before the next:";
        };
    }

    private static String scopes(List<Scope> scopes) {
        String text = scopes.stream()
                .filter(scope -> !scope.limits().isEmpty())
                .map(scope -> limits(scope.limits()) + detail(scope.id()))
                .collect(Collectors.joining("; "));
        return text.isEmpty() ? "no limits" : text;
    }

    /** What the scope counts beyond the account itself. */
    private static String detail(String scope) {
        int bar = scope.indexOf('|');
        return bar < 0 ? "" : " for " + scope.substring(bar + 1).replace(':', ' ');
    }

    private static String limits(LimitSet limits) {
        String windows = limits.windows().stream().map(ExplainCommand::text).collect(Collectors.joining(", "));
        String concurrency = limits.concurrency() == 0 ? "" : limits.concurrency() + " at once";
        String both = Stream.of(windows, concurrency).filter(s -> !s.isEmpty()).collect(Collectors.joining(", "));
        return both.isEmpty() ? "no limits" : both;
    }

    private static String text(Limit limit) {
        return limit.amount() + " "
                + limit.dimension().name().toLowerCase(Locale.ROOT).replace('_', ' ') + " per "
                + (limit.zone() == null ? text(limit.window()) : "day (" + limit.zone() + ")");
    }

    private static String text(Duration duration) {
        return duration.toString().substring(2).toLowerCase(Locale.ROOT);
    }

    private static String joined(Collection<?> values) {
        return values.stream().map(Object::toString).collect(Collectors.joining(", "));
    }

    private static CliFailure unknown(String what, String name, Stream<String> known) {
        return new CliFailure(
                "there is no " + what + " '" + name + "'; there are: " + known.collect(Collectors.joining(", ")));
    }
}
