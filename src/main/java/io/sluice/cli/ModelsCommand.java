package io.sluice.cli;

import io.sluice.config.Suggestion;
import io.sluice.domain.failure.GatewayException;
import io.sluice.domain.failure.GatewayFailure;
import io.sluice.domain.failure.GatewayFailure.UpstreamFailure;
import io.sluice.domain.pool.Account;
import io.sluice.domain.pool.Channel;
import io.sluice.node.ModelsRun;
import io.sluice.node.NodeSetup;
import java.io.PrintWriter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.Callable;
import java.util.function.Function;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import picocli.CommandLine.Command;
import picocli.CommandLine.Mixin;
import picocli.CommandLine.Model.CommandSpec;
import picocli.CommandLine.Option;
import picocli.CommandLine.Parameters;
import picocli.CommandLine.ParentCommand;
import picocli.CommandLine.Spec;

/** {@code sluice models}. */
@Command(
        name = "models",
        description = "Asks a channel's provider which models it offers, and prints them as YAML for the channel.",
        mixinStandardHelpOptions = true)
@SuppressWarnings("NullAway.Init") // picocli sets the fields
final class ModelsCommand implements Callable<Integer> {
    /** What the configuration takes as a model's name. */
    private static final Pattern NAME = Pattern.compile("[A-Za-z0-9@][A-Za-z0-9._:/@+-]{0,127}");

    /** What YAML reads as text without quotes, whatever its version; words for truth and nothing are shorter. */
    private static final Pattern PLAIN = Pattern.compile("[A-Za-z][A-Za-z0-9._/-]{5,}");

    @ParentCommand
    private SluiceCommand parent;

    @Mixin
    private NodeOptions options = new NodeOptions();

    @Parameters(paramLabel = "CHANNEL", description = "name of a channel")
    private String channel;

    @Option(names = "--account", paramLabel = "NAME", description = "whose credential asks (default: the first)")
    private @Nullable String account;

    @Spec
    private CommandSpec spec;

    @Override
    public Integer call() throws CliFailure, InterruptedException {
        NodeSetup setup = ConfigFiles.read(options.or(parent.options), warning -> {});
        Channel asked = named("channel", channel, setup.revision().channels(), Channel::name);
        Account asking = account == null
                ? asked.accounts().getFirst()
                : named("account", account, asked.accounts(), Account::name);
        List<String> offered = offered(asked, asking);
        PrintWriter out = spec.commandLine().getOut();
        yaml(asked, offered).forEach(out::println);
        out.flush();
        PrintWriter err = spec.commandLine().getErr();
        notes(asked, offered).forEach(note -> err.println("sluice: " + note));
        err.flush();
        return 0;
    }

    private static <T> T named(String what, String name, List<T> all, Function<T, String> names) throws CliFailure {
        for (T each : all) {
            if (names.apply(each).equals(name)) {
                return each;
            }
        }
        List<String> known = all.stream().map(names).toList();
        throw new CliFailure("there is no " + what + " '" + name + "' in use" + Suggestion.of(name, known));
    }

    private static List<String> offered(Channel channel, Account account) throws CliFailure, InterruptedException {
        try {
            return ModelsRun.of(channel, account);
        } catch (GatewayException e) {
            throw new CliFailure(
                    "channel '" + channel.name() + "', account '" + account.name() + "': " + reason(e.failure()));
        }
    }

    private static String reason(GatewayFailure failure) {
        if (!(failure instanceof UpstreamFailure upstream)) {
            return "the list of models could not be asked for";
        }
        String said = upstream.message().isBlank() ? "" : "; " + upstream.message();
        String status = upstream.status() == 0 ? "" : " (status " + upstream.status() + ")";
        return switch (upstream.kind()) {
            case ACCOUNT_REFUSED -> "the provider refuses the account's key" + status + said;
            case CONNECT, RESET, HEAD_TIMEOUT, BUSY ->
                "the provider cannot be reached; check base-url, proxy and tls" + said;
            case RATE_LIMITED -> "the provider asks to slow down" + status + said;
            case MODEL_MISSING, INEXPRESSIBLE -> "the provider has no list of models here" + status + said;
            default -> "the provider gave no list of models" + status + said;
        };
    }

    /** The channel's {@code models}: what it has of them already as it is, then the others by the provider's names. */
    static List<String> yaml(Channel channel, List<String> offered) {
        Map<String, List<String>> known = new LinkedHashMap<>();
        channel.redirects().forEach((name, upstream) -> known.computeIfAbsent(upstream, u -> new ArrayList<>())
                .add(name));
        List<String> lines = new ArrayList<>();
        lines.add("models:");
        for (String upstream : offered) {
            if (NAME.matcher(upstream).matches()) {
                for (String name : known.getOrDefault(upstream, List.of(upstream))) {
                    lines.add("  " + text(name) + ": "
                            + (name.equals(upstream) ? "{}" : "{ upstream: " + text(upstream) + " }"));
                }
            }
        }
        return lines.size() == 1 ? List.of("models: {}") : lines;
    }

    static List<String> notes(Channel channel, List<String> offered) {
        List<String> notes = new ArrayList<>();
        notes.add("channel '" + channel.name() + "' offers " + offered.size() + " models");
        offered.stream()
                .filter(name -> !NAME.matcher(name).matches())
                .forEach(name -> notes.add("left out, no name for a model: " + name.replaceAll("\\p{Cntrl}", "?")));
        channel.redirects().values().stream()
                .distinct()
                .filter(upstream -> !offered.contains(upstream))
                .forEach(upstream -> notes.add("in the channel's models, and not in the list: " + upstream));
        @Nullable
        String more =
                switch (channel.type()) {
                    case AZURE -> "Azure lists the models of the resource; upstream is the name of your deployment";
                    case BEDROCK ->
                        "some models of Bedrock are asked for by an inference profile, such as us.NAME, only";
                    default -> null;
                };
        if (more != null) {
            notes.add(more);
        }
        return notes;
    }

    private static String text(String name) {
        return PLAIN.matcher(name).matches() ? name : "\"" + name + "\"";
    }
}
