/// The cases of this program: the Yahoo streaming benchmark.
///
/// Thread rule: each is called by one thread. Promise: each compares the count of every campaign in
/// every window with what it must be.
#pragma once

#include "harness/bench.hpp"

namespace bench {

/// Lines of JSON in memory against a loop.
void ysb_json(report& results);
/// Lines of JSON from a TCP peer that sends as fast as it can.
void ysb_json_tcp(report& results);
/// Records of 64 bytes in memory.
void ysb_binary(report& results);
/// 10,000 campaigns with 100 ads each, in both forms.
void ysb_many_campaigns(report& results);
/// Ads by Zipf's law, in both forms.
void ysb_zipf(report& results);

}  // namespace bench
