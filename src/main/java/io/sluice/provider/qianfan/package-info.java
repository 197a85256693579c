/** Baidu Qianfan. */
@NullMarked
package io.sluice.provider.qianfan;

import org.jspecify.annotations.NullMarked;
