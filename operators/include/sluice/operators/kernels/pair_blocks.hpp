/// Pairs on their way into keyed state, in blocks.
///
/// Thread rule: see kernel.hpp. Promise: all pairs of a partition in their order.
#pragma once

#include <memory>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/owned.hpp>
#include <sluice/operators/pipe.hpp>
#include <span>
#include <vector>

namespace sluice::kernels {

/// Reads a partition as pairs. One virtual call per block hides from a task where they come from.
template <class K, class V>
class pair_blocks {
 public:
  class taker {
   public:
    virtual void take(std::span<std::pair<K, V> const> block) = 0;

   protected:
    ~taker() = default;
  };

  virtual ~pair_blocks() = default;
  virtual void read(partition const& in, taker& by) = 0;
};

/// Pairs that an exchange has brought.
template <class K, class V>
class pairs_at_rest final : public pair_blocks<K, V> {
 public:
  void read(partition const& in, typename pair_blocks<K, V>::taker& by) override {
    for (auto const& c : in.chunks)
      by.take(static_cast<chunk_of<std::pair<K, V>> const&>(*c).all());
  }
};

/// Pairs that a pipe makes of the records of a partition. A block stays in a core's first cache,
/// and no batch is ever there as pairs.
template <class K, class V, class Pipe>
class pairs_of_pipe final : public pair_blocks<K, V> {
 public:
  explicit pairs_of_pipe(Pipe pipe) : pipe_{std::move(pipe)} { block_.reserve(per_block); }
  void read(partition const& in, typename pair_blocks<K, V>::taker& by) override {
    block_.clear();
    run_pipe(pipe_, in, [&](auto&& pair) {
      block_.emplace_back(to_owned(std::forward<decltype(pair)>(pair).first),
                          to_owned(std::forward<decltype(pair)>(pair).second));
      if (block_.size() != per_block) return;
      by.take(block_);
      block_.clear();
    });
    if (!block_.empty()) by.take(block_);
  }

 private:
  static constexpr std::size_t per_block = 512;

  Pipe pipe_;
  std::vector<std::pair<K, V>> block_;
};

}  // namespace sluice::kernels
