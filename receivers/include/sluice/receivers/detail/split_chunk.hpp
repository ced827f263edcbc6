/// Cuts a chunk that lies across the end of a batch.
///
/// Thread rule: pure functions. Promise: same records, same order; the first part has exactly the
/// number of records that was asked for.
#pragma once

#include <concepts>
#include <cstddef>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/owned.hpp>
#include <string_view>
#include <utility>
#include <vector>

namespace sluice::detail {

/// Splits a chunk of more than `first` records, `first > 0`, into parts of which the first holds
/// `first` records. One part means that this chunk cannot be split.
using chunk_splitter = std::vector<chunk_ptr> (*)(chunk_ptr const& whole, std::size_t first);

/// For lines and for views; copies no text.
std::vector<chunk_ptr> split_text_chunk(chunk_ptr const& whole, std::size_t first);

/// Sizes of the parts: `first` twice, then doubling. When one cut after the other takes `first`
/// records, as under a size trigger, a record is copied a logarithmic number of times this way,
/// instead of once for every cut before its own.
std::vector<std::size_t> split_sizes(std::size_t records, std::size_t first);

/// Copies the records into the parts. Records that cannot be copied are cut by whole chunks.
template <class T>
std::vector<chunk_ptr> split_chunk(chunk_ptr const& whole, std::size_t first) {
  if constexpr (std::same_as<T, std::string_view>) {
    return split_text_chunk(whole, first);
  } else if constexpr (!std::copy_constructible<T>) {
    return {whole};
  } else {
    auto parts = std::vector<chunk_ptr>{};
    auto const sizes = split_sizes(whole->records(), first);
    auto next_size = sizes.begin();
    auto part = std::vector<T>{};
    part.reserve(*next_size);
    static_cast<chunk_of<T> const&>(*whole).for_each([&](T const& record) {
      part.push_back(record);
      if (part.size() < *next_size) return;
      // What is a view, or holds one, points into what the whole chunk keeps alive.
      auto keep = owned<T> ? std::vector<chunk_ptr>{} : std::vector<chunk_ptr>{whole};
      parts.push_back(std::make_shared<chunk_of<T>>(std::exchange(part, {}), std::move(keep)));
      if (++next_size != sizes.end()) part.reserve(*next_size);
    });
    return parts;
  }
}

}  // namespace sluice::detail
