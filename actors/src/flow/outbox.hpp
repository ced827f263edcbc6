/// The upstream ends of all links of one task.
///
/// Thread rule: one thread at a time; knows no actors. Promise: nothing is sent beyond what was
/// granted; what waits is one batch, because its owner takes no further batch while something
/// waits.
#pragma once

#include "inbox.hpp"

namespace sluice::flow {

class out_link {
 public:
  explicit out_link(std::uint32_t epoch) : epoch_{epoch} {}

  /// An old grant, and one of another epoch, changes nothing.
  /// @throws std::logic_error if the first grant is of nothing: the other end is broken
  void grant(std::uint32_t epoch, credit const& total) {
    if (epoch != epoch_) return;
    if (spending_.total_granted() == credit{} && total == credit{})
      throw std::logic_error{"link: a grant of nothing on a fresh link; it must be positive (3.9)"};
    spending_.grant(total);
  }
  void offer(share item) { waiting_.push_back(std::move(item)); }
  bool idle() const { return waiting_.empty(); }
  /// Sends what credit allows through `send(sequence, share)`.
  template <class Send>
  void pump(Send&& send) {
    while (!waiting_.empty() && spending_.may_send()) {
      auto item = std::move(waiting_.front());
      waiting_.pop_front();
      spending_.sent(item.part.records(), item.part.bytes());
      send(spending_.total_sent().batches, std::move(item));
    }
  }
  spending const& account() const { return spending_; }

 private:
  std::uint32_t epoch_;
  spending spending_;
  std::deque<share> waiting_;
};

}  // namespace sluice::flow
