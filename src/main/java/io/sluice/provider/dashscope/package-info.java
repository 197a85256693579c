/** Alibaba DashScope, native. */
@NullMarked
package io.sluice.provider.dashscope;

import org.jspecify.annotations.NullMarked;
