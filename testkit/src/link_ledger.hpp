/// Follows the credit of every link, message by message, from outside.
///
/// Thread rule: one thread. Promise: knows nothing but the messages, so it agrees with the links'
/// own books only if these are right.
#pragma once

#include "actors/src/messages.hpp"

#include <map>
#include <string>

namespace sluice::testkit {

class link_ledger {
 public:
  /// The message is about to be handled.
  /// @throws broken naming link and rule
  void delivered(caf::type_erased_tuple const& content);
  /// The item is kept from arriving as it was sent: what follows on its link is for the link to
  /// judge.
  void disturbed(caf::type_erased_tuple const& content);
  /// A process has begun, and counts from the beginning.
  void start_over() { links_.clear(); }
  std::string describe() const;

 private:
  struct account {
    epoch_number epoch = 0;
    flow::credit window;    // the first grant
    flow::credit granted;   // as the sender knows
    flow::credit received;  // by the receiver
    bool opened = false;
    bool disturbed = false;
  };
  account& at(epoch_number epoch, link_id link);
  void granted(epoch_number epoch, link_id link, flow::credit const& total);
  void data(msg::link_data const& data);

  std::map<link_id, account> links_;
};

}  // namespace sluice::testkit
