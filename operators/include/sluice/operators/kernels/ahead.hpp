/// Looking keys up in groups.
///
/// Thread rule: see kernel.hpp. Promise: only the order in which memory is asked for differs from a
/// lookup record by record.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

namespace sluice::kernels {

/// Calls `act(record, hash, likely)` for every pair of `all`, in their order, where `likely` is the
/// position at which `table` will find the key. `act` must not change the table.
///
/// Each lookup waits for memory twice, for the index and for the entry. In groups, all of a group
/// wait at the same time, and a wrong guess of the processor in one lookup does not hold up others.
template <class Record, class Table, class F>
void for_each_ahead(std::span<Record const> all, Table const& table, F&& act) {
  constexpr std::size_t together = 32;
  std::array<std::size_t, together> hashes;
  std::array<std::uint32_t, together> likely;
  while (!all.empty()) {
    auto const group = all.first(std::min(together, all.size()));
    for (std::size_t i = 0; i != group.size(); ++i) {
      hashes[i] = Table::hash_of(group[i].first);
      table.prefetch_index(hashes[i]);
    }
    for (std::size_t i = 0; i != group.size(); ++i) likely[i] = table.prefetch_entry(hashes[i]);
    for (std::size_t i = 0; i != group.size(); ++i) act(group[i], hashes[i], likely[i]);
    all = all.subspan(group.size());
  }
}

}  // namespace sluice::kernels
