/// The cases of this program: what windows cost that slide batch by batch.
///
/// Thread rule: each is called by one thread. Promise: each checks what it computes.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Words in a window of 30 batches against a loop that keeps the counts up incrementally.
void word_count_window(report& results);
/// The ten most frequent words of such a window against counting alone.
void top_k_count(report& results);
/// A window that is ten times as long.
void window_length(report& results);
/// A window that is emitted ten times as often.
void window_slide(report& results);
/// Ten windows instead of one.
void window_concurrent(report& results);

}  // namespace bench
