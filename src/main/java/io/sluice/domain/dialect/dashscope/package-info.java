/** Alibaba DashScope, native: requests to it and answers from it. */
@NullMarked
package io.sluice.domain.dialect.dashscope;

import org.jspecify.annotations.NullMarked;
