/** Amazon Bedrock: {@code Converse}, signed or with an API key. */
@NullMarked
package io.sluice.provider.bedrock;

import org.jspecify.annotations.NullMarked;
