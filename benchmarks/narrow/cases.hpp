/// The cases of this program: what narrow operators and a batch without records cost.
///
/// Thread rule: each is called by one thread. Promise: each checks what it computes.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Five fused steps over numbers against the loop that one would write for them.
void fused_chain(report& results);
/// Lines with a pattern, at three selectivities, against a loop of `memchr` and `find`.
void grep(report& results);
/// What one batch without records costs on actors.
void empty_batch(report& results);

}  // namespace bench
