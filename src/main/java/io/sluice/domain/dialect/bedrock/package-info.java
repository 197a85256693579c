/** Amazon Bedrock {@code Converse} and {@code ConverseStream}, as providers speak it. */
@NullMarked
package io.sluice.domain.dialect.bedrock;

import org.jspecify.annotations.NullMarked;
