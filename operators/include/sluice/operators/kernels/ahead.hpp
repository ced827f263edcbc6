/// Looking keys up in groups.
///
/// Thread rule: see kernel.hpp. Promise: only the order in which memory is asked for differs from a
/// lookup record by record.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <sluice/operators/chunk.hpp>
#include <span>

namespace sluice::kernels {

/// Calls `act(record, hash, likely)` for every pair of `all`, in their order, where `likely` is the
/// position at which `table` will find the key. `act` may add keys if the table's finding by
/// `likely` allows for it.
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

/// With so many keys a table is beyond a core's own caches, and looking up in groups pays; with
/// fewer, it costs.
inline constexpr std::size_t many_keys = std::size_t{1} << 15U;

/// The same for the pairs of a partition and a table that `act` fills: one by one until it has many
/// keys, from then on in groups.
template <class Record, class Table, class F>
void for_each_while_filling(partition const& in, Table const& table, F&& act) {
  for (auto const& c : in.chunks) {
    auto const all = static_cast<chunk_of<Record> const&>(*c).all();
    std::size_t done = 0;
    for (; done != all.size() && table.size() < many_keys; ++done)
      act(all[done], Table::hash_of(all[done].first), Table::none);
    for_each_ahead(all.subspan(done), table, act);
  }
}

}  // namespace sluice::kernels
