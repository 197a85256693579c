/** Baidu Qianfan, the older API with access tokens: requests to it and answers from it. */
@NullMarked
package io.sluice.domain.dialect.qianfan;

import org.jspecify.annotations.NullMarked;
