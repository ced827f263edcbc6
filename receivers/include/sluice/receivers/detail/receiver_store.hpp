/// The part of a receiver's buffer that knows the type of its records.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <sluice/operators/footprint.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/receivers/detail/receiver_core.hpp>
#include <utility>
#include <vector>

namespace sluice::detail {

template <class T>
class receiver_store final : public receiver_core {
  static_assert(
      owned<T>,
      "receiver<T>: T, or something in it, is a view such as std::string_view. Stored "
      "records outlive what they were read from: use the owned type, such as std::string.");

 public:
  void store(T record, position at) {
    auto const bytes =
        sizeof(T) + heap_footprint<T>::of(record) + (at ? sizeof(std::uint64_t) : std::size_t{0});
    auto lock = begin_store(bytes, 1, at);
    if (!lock || leave_out(1, at) != 0) return;
    open_.push_back(std::move(record));
    end_store(std::move(lock), bytes, at);
  }

  void store(std::vector<T> records, position at) {
    if (records.empty()) return;
    auto const bytes = footprint_of(records);
    auto const size = records.size();
    if (leaves_out()) return store_rest(std::move(records), bytes, at);
    auto blocks = divide(std::move(records), bytes);
    if (auto lock = begin_store(bytes, size, at)) end_store(std::move(lock), std::move(blocks), at);
  }

 private:
  // What is left out must be known before the rest is divided, and not be forgotten if there is no
  // room.
  void store_rest(std::vector<T> records, std::size_t bytes, position at) {
    auto lock = begin_store(bytes, records.size(), at);
    if (!lock) return;
    auto const left_out = static_cast<std::ptrdiff_t>(leave_out(records.size(), at));
    records.erase(records.begin(), records.begin() + left_out);
    if (records.empty()) return;
    auto blocks = divide(std::move(records), bytes);
    end_store(std::move(lock), std::move(blocks), at);
  }

  // Blocks of about the usual size can be dealt to several workers.
  std::vector<chunk_ptr> divide(std::vector<T> records, std::size_t bytes) const {
    if (bytes < 2 * block_bytes()) return {make_chunk(std::move(records))};
    auto const mean = bytes / records.size();
    auto const step = block_bytes() / (mean + 1) + 1;
    auto blocks = std::vector<chunk_ptr>{};
    for (auto from = std::size_t{0}; from < records.size(); from += step) {
      auto const to = std::min(from + step, records.size());
      auto const at = [&](std::size_t i) {
        return std::make_move_iterator(records.begin() + static_cast<std::ptrdiff_t>(i));
      };
      blocks.push_back(make_chunk(std::vector<T>(at(from), at(to))));
    }
    return blocks;
  }

  chunk_ptr take_open() override {
    auto records = std::exchange(open_, {});
    // What a vector reserves is memory that nobody accounts for.
    if (records.capacity() - records.size() > records.size() / 4) records.shrink_to_fit();
    return make_chunk(std::move(records));
  }

  std::vector<T> open_;
};

}  // namespace sluice::detail
