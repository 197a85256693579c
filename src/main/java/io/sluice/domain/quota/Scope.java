package io.sluice.domain.quota;

/**
 * What one counter counts: an account, an account × model, a model group, a virtual key, a team.
 *
 * @param id unique and stable over revisions, for example {@code account:openai/team-a},
 *     {@code account:openai/team-a|model:gpt-4o}, {@code account:openai/team-a|group:0}, {@code key:my-app}, {@code team:research}
 * @param limits its limits in this revision
 */
public record Scope(String id, LimitSet limits) {
    /** How the id of a virtual key's scope begins. */
    public static final String KEY_PREFIX = "key:";

    /** How the id of a team's scope begins. */
    public static final String TEAM_PREFIX = "team:";
}
