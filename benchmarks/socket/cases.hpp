/// The cases of this program: lines from a peer that sends as fast as it can.
///
/// Thread rule: each is called by one thread. Promise: each checks that every line arrived, or was
/// counted.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Reading lines against a loop of `read` and `memchr`.
void socket_source(report& results);
/// What is processed under a flood, by overflow policy.
void overload(report& results);
/// Memory, and the peer's progress, while an output stands still.
void stalled_sink(report& results);

}  // namespace bench
