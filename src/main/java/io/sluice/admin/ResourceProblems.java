package io.sluice.admin;

import io.sluice.admin.api.Problem;
import io.sluice.domain.seal.SealFailure;
import io.sluice.managed.FilesInvalid;
import io.sluice.managed.Overtaken;
import io.sluice.managed.Plan;
import io.sluice.managed.Plan.Fault;
import io.vertx.core.Future;
import io.vertx.core.json.JsonArray;
import io.vertx.core.json.JsonObject;

/** What is in the way of changes of the configuration, as problems. */
final class ResourceProblems {
    private ResourceProblems() {}

    /** The plan; a failure when something is in its way. */
    static Future<Plan> checked(Plan plan) {
        return plan.faults().isEmpty() ? Future.succeededFuture(plan) : Future.failedFuture(of(plan));
    }

    private static Problem of(Plan plan) {
        Fault first = plan.faults().getFirst();
        if (first.rule().equals("files-win")) {
            return Problem.conflict(
                    "in-files",
                    first.detail() + "; change it there, or take another name. Files are not changed by API.");
        }
        JsonArray errors = new JsonArray(plan.faults().stream()
                .map(fault -> new JsonObject()
                        .put("in", "body")
                        .put("entry", fault.kind().word() + "/" + fault.name())
                        .put("field", fault.field())
                        .put("rule", fault.rule())
                        .put("detail", fault.detail()))
                .toList());
        boolean isInUse = plan.faults().stream().allMatch(fault -> fault.rule().equals("in-use"));
        return Problem.of(
                        isInUse ? 409 : 422,
                        isInUse ? "in-use" : "invalid-configuration",
                        (first.field().isEmpty() ? "" : first.field() + ": ") + first.detail())
                .with("errors", errors);
    }

    /** What a failure of the editor is to the client. */
    static <T> Future<T> told(Throwable failure) {
        return Future.failedFuture(
                switch (failure) {
                    case FilesInvalid files ->
                        Problem.conflict(
                                "files-invalid",
                                "The files have errors at the moment, so no change can be checked: "
                                        + files.getMessage());
                    case Overtaken overtaken ->
                        Problem.of(412, "stale", "It was changed at the same time. Read it again, and repeat.");
                    case SealFailure sealed ->
                        Problem.of(
                                503,
                                "not-sealed",
                                "Nothing is changed, for secrets cannot be sealed: " + sealed.getMessage() + ".");
                    default -> failure;
                });
    }
}
