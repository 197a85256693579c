package io.sluice.health;

import io.sluice.message.ClusterView;
import java.util.HashSet;
import java.util.Set;

/** Who is in the cluster, and who tells those that come what is known. Confined to one thread. */
final class Company {
    private Set<String> present = Set.of();

    /**
     * Takes a new view.
     *
     * @return whether this node has to tell: somebody came, and this node is the first by name of those that were there,
     *     or came itself
     */
    boolean mustTell(ClusterView view) {
        Set<String> now = new HashSet<>();
        String firstOfOld = "";
        String self = "";
        boolean joined = false;
        for (ClusterView.Member member : view.members()) {
            String run = member.name() + "/" + member.incarnation();
            now.add(run);
            boolean old = present.contains(run);
            if (member.self()) {
                self = run;
            } else {
                joined |= !old;
            }
            if (old && (firstOfOld.isEmpty() || run.compareTo(firstOfOld) < 0)) {
                firstOfOld = run;
            }
        }
        present = now;
        return joined && (firstOfOld.isEmpty() || firstOfOld.equals(self));
    }

    /** Whether there is anybody else. */
    boolean hasOthers() {
        return present.size() > 1;
    }
}
