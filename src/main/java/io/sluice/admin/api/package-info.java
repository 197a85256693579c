/**
 * The admin API, {@code /admin/v1}: what it may be asked is written in {@code src/main/resources/openapi/*.yaml}, and what is
 * written there is what requests are checked against. Everything here runs on the admin verticle's context.
 *
 * <p>How to add an area of the API:
 *
 * <ol>
 *   <li>Write {@code openapi/AREA.yaml} with {@code paths} (without {@code /admin/v1}) and {@code components}, and add its
 *       name to {@link io.sluice.admin.api.ApiDocument#AREAS}. Every operation needs an {@code operationId} and
 *       {@code x-role: viewer | operator | owner}, the least role that may do it. Every object of a body says
 *       {@code additionalProperties: false}, every text {@code maxLength}, every list {@code maxItems}, every number
 *       {@code minimum} and {@code maximum}; a test looks after that. Lists take
 *       {@code $ref: '#/components/parameters/Cursor'} and {@code '#/components/parameters/Limit'}. Usual failures are
 *       added by themselves.
 *   <li>{@code x-if-match: true} on whatever changes or deletes something that was read before: without {@code If-Match}
 *       the answer is 428, and the handler calls {@link io.sluice.admin.api.ApiRequest#requireMatch} inside its
 *       transaction. {@code x-idempotent: true} on creates: {@code Idempotency-Key} is then seen to by
 *       {@link io.sluice.admin.api.ApiRequest#change}. {@code x-team: true} when the handler keeps a caller with a team
 *       ({@link io.sluice.admin.api.Caller#team}) to what is that team's; such callers get 403 everywhere else.
 *   <li>Write a class {@code AREAApi} that is an {@link io.sluice.admin.api.ApiArea}: one {@link
 *       io.sluice.admin.api.ApiHandler} for each {@code operationId}. It is made with {@link
 *       io.sluice.admin.api.ApiServices}. Add it to {@code Areas} in {@code io.sluice.admin}. An operation without a role
 *       or a handler, or a handler without an operation, fails the start of the node.
 *   <li>A handler is called when the caller's role is enough and the request has the form that the document says. It gives
 *       an {@link io.sluice.admin.api.ApiAnswer}, or fails with a {@link io.sluice.admin.api.Problem}; whatever else it
 *       fails with is 500 and is logged, {@code StoreUnavailable} is 503. All changes go through {@link
 *       io.sluice.admin.api.ApiRequest#change}. Nothing of an answer, of a problem and of the audit log may be a secret,
 *       but what {@link io.sluice.admin.api.ApiAnswer#onlyNow} shows once.
 * </ol>
 *
 * {@code TokensApi} with {@code openapi/admin.yaml} is an example of it all.
 */
@NullMarked
package io.sluice.admin.api;

import org.jspecify.annotations.NullMarked;
