/// The cases of this program: what a record costs when one dimension grows.
///
/// Thread rule: each is called by one thread. Promise: each checks what it computes, and the
/// smaller and the larger do the same work but for that dimension.
#pragma once

#include "harness/bench.hpp"

namespace bench {

// plan.cpp
/// Ten fused steps instead of one.
void fused_stages(report& results);
/// 20 and 200 partitions instead of 2.
void partitions(report& results);

// stages.cpp
/// Ten stages with a link between each two instead of one.
void linked_stages(report& results);

// batches.cpp
/// 10,000 and 100,000 records in a batch instead of 1,000.
void batch_records(report& results);
/// Ten times as many records through one stream.
void run_length(report& results);

// interval.cpp
/// Batches cut ten times as often, down to every millisecond, from the same records per second.
void batch_interval(report& results);

// keys.cpp
/// 10,000,000 keys instead of 1,000,000.
void key_growth_10m(report& results);
/// Ten times as many distinct values, decade by decade.
void distinct_values(report& results);

// idle.cpp
/// Streams that nothing comes into.
void idle_streams(report& results);

// workers.cpp
/// A second worker.
void workers(report& results);

}  // namespace bench
