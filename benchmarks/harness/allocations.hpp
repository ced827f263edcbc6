/// How often this program has asked for heap memory.
///
/// Thread rule: any thread. Promise: every form of `operator new` counts, whoever calls it: the
/// program, the library, its actors; nothing else does. Counting costs some nanoseconds.
#pragma once

#include <cstdint>

namespace bench {

/// Calls of `operator new` of all threads so far.
std::uint64_t heap_allocations();

}  // namespace bench
