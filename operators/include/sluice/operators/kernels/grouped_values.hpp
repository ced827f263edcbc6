/// The values of a batch, brought together by group.
///
/// Thread rule: see kernel.hpp. Promise: contiguous per group, in the order of their arrival.
#pragma once

#include <algorithm>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <stdexcept>
#include <type_traits>
#include <utility>
#include <vector>

namespace sluice::kernels {

/// Values side by side, of bool too; what is made bigger is not written before it is used.
template <class V>
class plain_list {
 public:
  void resize(std::size_t n) {
    if (n > room_) {
      auto const bigger = std::max(n, room_ * 2);
      auto moved = std::make_unique_for_overwrite<V[]>(bigger);
      std::copy_n(values_.get(), size_, moved.get());
      values_ = std::move(moved);
      room_ = bigger;
    }
    size_ = n;
  }
  void clear() { size_ = 0; }
  std::size_t size() const { return size_; }
  V& operator[](std::size_t i) { return values_[i]; }
  V* data() { return values_.get(); }
  std::span<V const> all() const { return {values_.get(), size_}; }

 private:
  std::unique_ptr<V[]> values_;
  std::size_t size_ = 0;
  std::size_t room_ = 0;
};

/// Groups are numbers. A value is written twice: where it arrives, and among its group.
template <class V>
class grouped_values {
  static constexpr bool plain =
      std::is_trivially_copyable_v<V> && std::is_default_constructible_v<V>;
  using list = std::conditional_t<plain, plain_list<V>, std::vector<V>>;

 public:
  /// @param groups  how many groups there may be; more are added by number
  void begin(std::size_t groups) {
    ends_.assign(groups, 0);
    groups_.clear();
    arrived_.clear();
    values_.clear();
  }
  /// The values of `pairs`, each for one of `groups`, of which there are `count` by now.
  template <class Pair>
  void add(std::span<std::uint32_t const> groups, std::span<Pair const> pairs, std::size_t count) {
    if (count > ends_.size()) ends_.resize(count, 0);
    for (auto group : groups) ++ends_[group];
    auto const before = groups_.size();
    groups_.resize(before + groups.size());
    std::copy(groups.begin(), groups.end(), groups_.data() + before);
    if constexpr (plain) {
      arrived_.resize(before + pairs.size());
      auto* to = arrived_.data() + before;
      for (auto const& pair : pairs) *to++ = pair.second;
    } else {
      for (auto const& pair : pairs) arrived_.push_back(pair.second);
    }
  }
  /// The values stay where they are until the next `begin`.
  void lay_out() {
    auto const all = groups_.all();
    if (all.size() > std::numeric_limits<std::uint32_t>::max())
      throw std::length_error{
          "update_state_by_key: more than 2^32 - 1 records of one batch in one partition"};
    std::size_t sum = 0;
    for (auto& end : ends_) end = static_cast<std::uint32_t>(std::exchange(sum, sum + end));
    if constexpr (plain) {
      values_.resize(all.size());
      auto* const to = values_.data();
      place([&](std::size_t i, std::uint32_t at) { to[at] = arrived_[i]; },
            [&](std::uint32_t at) { __builtin_prefetch(&to[at], 1); });
    } else {
      std::vector<V*> placed(all.size());
      place([&](std::size_t i, std::uint32_t at) { placed[at] = &arrived_[i]; },
            [](std::uint32_t) {});
      values_.reserve(placed.size());
      for (auto* value : placed) values_.push_back(std::move(*value));
    }
  }
  std::span<V const> of(std::size_t group) const {
    auto const first = group == 0 ? 0 : ends_[group - 1];
    return all_values().subspan(first, ends_[group] - first);
  }

 private:
  // Few groups are in a core's cache anyway. With many, each value waits for the end of its group
  // and then for its place, so both are asked for ahead.
  template <class Put, class Prefetch>
  void place(Put put, Prefetch prefetch) {
    constexpr std::size_t few = std::size_t{1} << 16;
    constexpr std::size_t near = 16;
    auto const all = groups_.all();
    std::size_t i = 0;
    if (ends_.size() > few)
      for (; i + 2 * near < all.size(); ++i) {
        __builtin_prefetch(&ends_[all[i + 2 * near]], 1);
        prefetch(ends_[all[i + near]]);
        put(i, ends_[all[i]]++);
      }
    for (; i != all.size(); ++i) put(i, ends_[all[i]]++);
  }

  std::span<V const> all_values() const {
    if constexpr (plain)
      return values_.all();
    else
      return values_;
  }

  std::vector<std::uint32_t> ends_;   // by group: how many, then where its next goes, then its end
  plain_list<std::uint32_t> groups_;  // by arrival
  list arrived_;
  list values_;
};

}  // namespace sluice::kernels
