/// A stream that counts keys and writes its progress into a directory.
///
/// Thread rule: used by one thread. Promise: what it counts is compared with plain counters.
#pragma once

#include <atomic>
#include <cstdint>
#include <memory>
#include <sluice/sluice.hpp>
#include <string>
#include <vector>

#include "harness/block_stream.hpp"
#include "harness/keys.hpp"

namespace bench {

/// A batch of keys, as the stream gets it: so few bytes that writing them down costs nothing.
struct key_range {
  std::uint32_t first = 0;
  std::uint32_t count = 0;
  std::uint32_t every = 1;  ///< only each n-th key of all
};

/// The keys 0 to, excluding, `size`, in an order in which neighbours are far from each other.
struct key_space {
  std::uint32_t size;

  std::uint32_t number(key_range const& r, std::uint32_t i) const {
    constexpr std::uint64_t scatter = 61'807;  // prime, and `size` is a power of ten
    return static_cast<std::uint32_t>((r.first + std::uint64_t{i}) * scatter % (size / r.every)) *
           r.every;
  }
};

/// Waits for checkpoints.
class checkpoint_watch final : public sluice::streaming_listener {
 public:
  void on_checkpoint(sluice::checkpoint_info const& info) override;
  [[nodiscard]] std::uint64_t seen() const { return seen_; }
  /// The batch at the end of the newest one.
  [[nodiscard]] sluice::batch_id newest() const { return newest_; }
  void await(std::uint64_t n) const;

 private:
  std::atomic<std::uint64_t> seen_ = 0;
  std::atomic<sluice::batch_id> newest_ = 0;
  std::atomic<bool> failed_ = false;
};

/// Options with a directory; an empty one: nothing is written down.
sluice::options durable_options(std::string directory,
                                std::chrono::milliseconds interval = std::chrono::hours{1});

class counting_stream {
 public:
  counting_stream(key_space keys, sluice::options const& how);

  /// Counts every key once.
  void load();
  /// One batch. @see run
  void send(key_range const& range);
  /// Returns when all that was sent is committed.
  void run() { context_.run_until_idle(); }
  /// Compares all results since the last call with plain counters.
  /// @param before  how often each key was counted by a process before
  void check(std::uint32_t before = 0);
  checkpoint_watch const& checkpoints() const { return *checkpoints_; }
  /// When batches were committed, in seconds; cleared by the caller.
  std::vector<double> commits;

 private:
  key_space keys_;
  std::vector<std::uint32_t> counted_;
  std::vector<key_range> sent_;
  std::uint64_t sum_ = 0;
  std::shared_ptr<sluice::batch_queue<key_range>> queue_;
  std::shared_ptr<checkpoint_watch> checkpoints_;
  sluice::streaming_context context_;
};

/// The stream of counts: of each record how often its key was there so far.
template <class Ranges>
auto counts_of(Ranges const& ranges, key_space keys) {
  using pair = std::pair<std::uint64_t, std::uint64_t>;
  return ranges
      .template flat_map<pair>([keys](key_range const& r, auto&& emit) {
        for (std::uint32_t i = 0; i != r.count; ++i) emit(pair{key_of(keys.number(r, i)), 1});
      })
      .map_with_state(sluice::state_spec([](std::uint64_t, std::optional<std::uint64_t> n,
                                            sluice::state<std::uint64_t>& sum) {
                        auto const now = (sum.exists() ? sum.get() : 0) + n.value_or(0);
                        sum.update(now);
                        return now;
                      }).partitions(1));
}

}  // namespace bench
