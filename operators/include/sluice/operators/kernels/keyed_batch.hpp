/// A batch on its way into states: its values by key, beside the states of the keys.
///
/// Thread rule: see kernel.hpp. Promise: changes no state.
#pragma once

#include <array>
#include <sluice/operators/kernels/ahead.hpp>
#include <sluice/operators/kernels/grouped_values.hpp>
#include <sluice/operators/kernels/pair_blocks.hpp>
#include <sluice/operators/key_table.hpp>
#include <sluice/operators/keyed_slots.hpp>

namespace sluice::kernels {

/// Groups a batch by key. A key with state has its position for a group, a new one comes after all
/// of them.
template <class K, class V, class S>
class keyed_batch final : private pair_blocks<K, V>::taker {
  using slots = keyed_slots<K, S>;
  using position = typename slots::position;

 public:
  /// @param states  outlive the batch
  keyed_batch(slots const& states, std::unique_ptr<pair_blocks<K, V>> records)
      : states_{states}, records_{std::move(records)} {}

  void read(partition const& in) {
    created_.clear();
    values_.begin(states_.positions());
    records_->read(in, *this);
    values_.lay_out();
  }
  std::span<V const> values(std::size_t group) const { return values_.of(group); }
  /// The keys without state with their groups, in the order in which they came; they may be moved
  /// from.
  std::vector<std::pair<K, position>>& created() { return created_.entries(); }

 private:
  void take(std::span<std::pair<K, V> const> block) override {
    constexpr std::size_t together = 256;
    auto const old = states_.positions();
    std::array<position, together> groups;
    while (!block.empty()) {
      auto const some = block.first(std::min(together, block.size()));
      auto* next = groups.data();
      for_each_ahead(some, states_,
                     [&](std::pair<K, V> const& pair, std::size_t hash, position likely) {
                       auto at = states_.find(pair.first, hash, likely);
                       if (at == slots::none) at = group_of_new(pair.first, hash, old);
                       *next++ = at;
                     });
      values_.add(std::span{groups}.first(some.size()), some, old + created_.size());
      block = block.subspan(some.size());
    }
  }
  position group_of_new(K const& key, std::size_t hash, std::size_t old) {
    auto const next = static_cast<position>(old + created_.size());
    return *created_.find_or_insert(key, hash, [&] { return std::pair{key, next}; }).first;
  }

  slots const& states_;
  std::unique_ptr<pair_blocks<K, V>> records_;
  grouped_values<V> values_;
  key_table<K, position> created_;
};

}  // namespace sluice::kernels
