/**
 * Persons of an OpenID provider at the admin port: their tokens, and the log-in of a browser. {@link
 * io.sluice.admin.oidc.OidcProvider} is what others use. The provider is asked for its keys ahead of time and is not believed
 * further than that: answers are bounded, redirects are not followed.
 */
@NullMarked
package io.sluice.admin.oidc;

import org.jspecify.annotations.NullMarked;
