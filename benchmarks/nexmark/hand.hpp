/// The queries written by hand: what the library is compared with.
///
/// Thread rule: a call uses one thread. Promise: the same rows as the stream, added up where they
/// arise; nothing is kept that the query does not need.
#pragma once

#include <boost/unordered/unordered_flat_map.hpp>
#include <sluice/operators/hash.hpp>
#include <span>

#include "checksum.hpp"
#include "events.hpp"
#include "query_stream.hpp"

namespace bench::nexmark {

template <class Key, class Value>
using hand_map =
    boost::unordered_flat_map<Key, Value, sluice::key_hash<Key>, sluice::key_equal<Key>>;

/// Calls the function with the blocks of each batch: a second of events.
template <class F>
void for_each_second(event_log const& log, batch_plan const& plan, F&& f) {
  std::span<event_block const> left{log.blocks};
  while (!left.empty()) {
    auto const some = left.first(std::min<std::size_t>(plan.blocks_per_batch, left.size()));
    f(some);
    left = left.subspan(some.size());
  }
}

using hand_loop = checksum (*)(event_log const&, batch_plan const&);

checksum hand_q0(event_log const& log, batch_plan const& plan);
checksum hand_q1(event_log const& log, batch_plan const& plan);
checksum hand_q2(event_log const& log, batch_plan const& plan);
checksum hand_q22(event_log const& log, batch_plan const& plan);

checksum hand_q5(event_log const& log, batch_plan const& plan);
checksum hand_q7(event_log const& log, batch_plan const& plan);
checksum hand_q8(event_log const& log, batch_plan const& plan);
checksum hand_q11(event_log const& log, batch_plan const& plan);
/// Counts only, see `counts_of_q12`.
checksum hand_q12(event_log const& log, batch_plan const& plan);

checksum hand_q3(event_log const& log, batch_plan const& plan);
checksum hand_q4(event_log const& log, batch_plan const& plan);
checksum hand_q17(event_log const& log, batch_plan const& plan);
checksum hand_q20(event_log const& log, batch_plan const& plan);

}  // namespace bench::nexmark
