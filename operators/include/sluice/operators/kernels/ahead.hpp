/// Looking keys up in groups.
///
/// Thread rule: see kernel.hpp. Promise: only the order in which memory is asked for differs from a
/// lookup record by record.
#pragma once

#include <array>
#include <cstdint>
#include <sluice/operators/chunk.hpp>

namespace sluice::kernels {

/// Calls `act(record, hash, likely)` for every pair of `in`, in their order, where `likely` is the
/// position at which `table` will find the key. `act` must not change the table.
///
/// Each lookup waits for memory twice, for the index and for the entry. In groups, all of a group
/// wait at the same time, and a wrong guess of the processor in one lookup does not hold up others.
template <class Record, class Table, class F>
void for_each_ahead(partition const& in, Table const& table, F&& act) {
  struct lookup {
    Record const* record;
    std::size_t hash;
    std::uint32_t likely;
  };
  std::array<lookup, 32> group;
  std::size_t n = 0;
  auto const look_up = [&] {
    for (std::size_t i = 0; i != n; ++i) group[i].likely = table.prefetch_entry(group[i].hash);
    for (std::size_t i = 0; i != n; ++i) act(*group[i].record, group[i].hash, group[i].likely);
    n = 0;
  };
  for_each_record<Record>(in, [&](Record const& record) {
    auto const hash = Table::hash_of(record.first);
    table.prefetch_index(hash);
    group[n] = {&record, hash, 0};
    if (++n == group.size()) look_up();
  });
  look_up();
}

}  // namespace sluice::kernels
