/// A full shuffle between two threads written by hand: what the library is compared with.
///
/// Thread rule: used by one thread, which does half of the work; the other half is done by a thread
/// that lives as long as the object. Promise: no lock and no allocation per block.
#pragma once

#include <array>
#include <atomic>
#include <cstdint>
#include <sluice/operators/hash.hpp>
#include <span>
#include <thread>
#include <utility>
#include <vector>

namespace bench {

using record = std::pair<std::uint64_t, std::uint64_t>;
using record_block = std::vector<record>;

/// What shuffled records add up to.
struct record_sums {
  std::uint64_t rows = 0;
  std::uint64_t products = 0;  ///< the sum of key * value

  record_sums& operator+=(record_sums const& other) {
    rows += other.rows;
    products += other.products;
    return *this;
  }
};
inline record_sums sums_of(record const& one) { return {1, one.first * one.second}; }
inline record_sums sums_of(record_block const& block) {
  record_sums all;
  for (auto const& one : block) all += sums_of(one);
  return all;
}

/// Blocks on their way from one thread to one other. Their memory is used again and again.
class block_ring {
 public:
  explicit block_ring(std::size_t block_records) {
    for (auto& each : blocks_) each.reserve(block_records);
  }
  /// The block to fill; null while all are on their way.
  record_block* to_fill() {
    auto const next = filled_.load(std::memory_order_relaxed);
    if (next - emptied_.load(std::memory_order_acquire) == blocks_.size()) return nullptr;
    return &blocks_[next % blocks_.size()];
  }
  void publish() { filled_.fetch_add(1, std::memory_order_release); }
  /// The block that comes next; null if none is there.
  record_block* to_empty() {
    auto const next = emptied_.load(std::memory_order_relaxed);
    if (next == filled_.load(std::memory_order_acquire)) return nullptr;
    return &blocks_[next % blocks_.size()];
  }
  void give_back() { emptied_.fetch_add(1, std::memory_order_release); }

 private:
  std::array<record_block, 4> blocks_;
  alignas(64) std::atomic<std::uint64_t> filled_ = 0;
  alignas(64) std::atomic<std::uint64_t> emptied_ = 0;
};

class hand_shuffle {
 public:
  hand_shuffle(std::span<record_block const> blocks, std::size_t block_records)
      : blocks_{blocks},
        block_records_{block_records},
        rings_{block_ring{block_records}, block_ring{block_records}},
        other_{[this] { serve(); }} {}
  ~hand_shuffle() {
    ended_ = true;
    ++begun_;
    begun_.notify_one();
    other_.join();
  }
  hand_shuffle(hand_shuffle const&) = delete;
  hand_shuffle& operator=(hand_shuffle const&) = delete;

  record_sums run() {
    ++begun_;
    begun_.notify_one();
    auto sums = half(0);
    for (auto now = done_.load(); now != begun_; now = done_.load()) done_.wait(now);
    return sums += sums_of_other_;
  }

 private:
  void serve() {
    for (std::uint64_t run = 1;; ++run) {
      begun_.wait(run - 1);
      if (ended_) return;
      sums_of_other_ = half(1);
      done_ = run;
      done_.notify_one();
    }
  }

  /// Parts the blocks of one half and adds up what belongs to that half.
  record_sums half(std::size_t me) {
    auto& away = rings_[1 - me];
    auto& here = rings_[me];
    record_sums sums;
    auto const take_what_came = [&] {
      auto* const came = here.to_empty();
      if (came == nullptr) return false;
      sums += sums_of(*came);
      auto const last = came->empty();  // which nothing else is
      came->clear();
      here.give_back();
      return last;
    };
    auto ended = false;
    auto const next_away = [&] {
      record_block* block = nullptr;
      while ((block = away.to_fill()) == nullptr) {
        ended |= take_what_came();
        std::this_thread::yield();
      }
      return block;
    };
    record_block mine;
    mine.reserve(block_records_);
    auto* theirs = next_away();
    auto const middle = blocks_.size() / 2;
    for (auto const& block : me == 0 ? blocks_.first(middle) : blocks_.subspan(middle)) {
      for (auto const& one : block) {
        auto const to = sluice::bucket_of(hash_(one.first), 2);
        auto& into = to == me ? mine : *theirs;
        into.push_back(one);
        if (into.size() != block_records_) continue;
        if (to == me) {
          sums += sums_of(mine);
          mine.clear();
        } else {
          away.publish();
          ended |= take_what_came();
          theirs = next_away();
        }
      }
    }
    sums += sums_of(mine);
    if (!theirs->empty()) {
      away.publish();
      next_away();
    }
    away.publish();
    while (!ended) {
      ended = take_what_came();
      if (!ended) std::this_thread::yield();
    }
    return sums;
  }

  std::span<record_block const> blocks_;
  std::size_t block_records_;
  sluice::key_hash<std::uint64_t> hash_;
  std::array<block_ring, 2> rings_;  // to the first half, to the second
  record_sums sums_of_other_;
  std::atomic<std::uint64_t> begun_ = 0;
  std::atomic<std::uint64_t> done_ = 0;
  std::atomic<bool> ended_ = false;
  std::thread other_;
};

}  // namespace bench
