package io.sluice.node;

import io.vertx.core.Context;
import io.vertx.core.Deployable;
import io.vertx.core.Future;
import io.vertx.core.Promise;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;

/**
 * One event-loop context with a router, a provider client and an ingress. Deployed as a unit, so that all three share
 * the context and a stream never changes thread; separate deployments would get arbitrary event loops.
 *
 * <p>The only class that calls a member's {@link Deployable#deploy}. Members start in the order given and stop in
 * reverse; when one does not start, those that stand are stopped and the lane fails. Used on its event loop only.
 */
final class Lane implements Deployable {
    private final List<Deployable> members;
    private final Deque<Deployable> standing = new ArrayDeque<>();

    /**
     * A lane of its three members, none of them deployed yet.
     *
     * @param router starts first
     * @param provider starts second
     * @param ingress starts last: nothing asks the others before it
     */
    Lane(Deployable router, Deployable provider, Deployable ingress) {
        this.members = List.of(router, provider, ingress);
    }

    @Override
    public Future<?> deploy(Context context) {
        Future<Void> started = Future.succeededFuture();
        for (Deployable member : members) {
            started = started.compose(before -> onLoop(context, () -> member.deploy(context)))
                    .onSuccess(done -> standing.push(member));
        }
        return started.recover(cause -> undeploy(context).transform(stopped -> Future.failedFuture(cause)));
    }

    @Override
    public Future<Void> undeploy(Context context) {
        Future<Void> stopped = Future.succeededFuture();
        while (!standing.isEmpty()) {
            Deployable member = standing.pop();
            // A member that cannot stop must not keep the others from it.
            stopped = stopped.eventually(() -> onLoop(context, () -> member.undeploy(context)));
        }
        return stopped;
    }

    /** Calls a member, and goes on after it, in turns of the lane's own, on whichever thread the member completes. */
    private static Future<Void> onLoop(Context context, Step step) {
        Promise<Void> done = Promise.promise();
        context.runOnContext(turn -> {
            try {
                step.run().<Void>mapEmpty().onComplete(result -> context.runOnContext(back -> done.handle(result)));
            } catch (Exception e) {
                done.fail(e);
            }
        });
        return done.future();
    }

    /** A call of a member that may throw as well as fail. */
    private interface Step {
        Future<?> run() throws Exception;
    }
}
