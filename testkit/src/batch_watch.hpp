/// Counts what the batches of a run have taken in, and sees that none comes back changed.
///
/// Thread rule: one thread. Promise: a batch counts once, however often it is done.
#pragma once

#include <map>
#include <sluice/actors/listener.hpp>
#include <sluice/testkit/outcome.hpp>

namespace sluice::testkit {

class batch_watch final : public streaming_listener {
 public:
  void on_batch_completed(batch_info const& info) override {
    counts const now{info.records, info.skipped, info.dead_letters};
    auto const [known, is_new] = batches_.try_emplace(info.batch.id, now);
    if (is_new || known->second.records == now.records || failure_) return;
    failure_ = "batch " + std::to_string(info.batch.id) + " had " +
               std::to_string(known->second.records) + " records and comes back with " +
               std::to_string(now.records);
  }
  /// A process has ended, with events that nobody has heard.
  void lost_some() { complete_ = false; }
  std::optional<std::string> const& failure() const { return failure_; }

  void count_into(outcome& to) const {
    to.counted = complete_;
    for (auto const& [id, c] : batches_) {
      to.records_in += c.records;
      to.skipped += c.skipped;
      to.dead_letters += c.dead_letters;
    }
  }

 private:
  struct counts {
    std::uint64_t records;
    std::uint64_t skipped;
    std::uint64_t dead_letters;
  };
  std::map<batch_id, counts> batches_;
  std::optional<std::string> failure_;
  bool complete_ = true;
};

}  // namespace sluice::testkit
