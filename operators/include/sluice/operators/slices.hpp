/// Slicing a vector into partitions.
#pragma once

#include <sluice/operators/chunk.hpp>

namespace sluice {

/// Slices a vector into `partitions` contiguous runs of nearly equal length.
template <class T>
std::vector<partition> slice_vector(std::vector<T> records, std::size_t partitions) {
  std::vector<partition> parts(partitions);
  auto const n = records.size();
  for (std::size_t p = 0; p != partitions; ++p) {
    auto const from = n * p / partitions;
    auto const to = n * (p + 1) / partitions;
    if (from == to) continue;
    std::vector<T> slice;
    slice.reserve(to - from);
    for (auto i = from; i != to; ++i) slice.push_back(std::move(records[i]));
    parts[p].chunks.push_back(make_chunk(std::move(slice)));
  }
  return parts;
}

}  // namespace sluice
