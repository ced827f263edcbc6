// What listeners tell the person at the terminal: a line for every batch, and trouble with the
// input.
//
// Thread rule: a listener's callbacks come one at a time; totals may be read once the context has
// stopped. Promise: a batch is counted when it is committed; batches after the last wanted one are
// not.
#pragma once

#include <cstdint>
#include <functional>
#include <sluice/sluice.hpp>
#include <string>

#include "console.hpp"

namespace word_count {

/// `1 line`, `1,200 lines`.
std::string counted(std::uint64_t n, std::string const& one);

class status_lines final : public sluice::streaming_listener {
 public:
  /// @param last  the last batch that counts
  /// @param done  called when it is completed; must return soon
  status_lines(console& out, sluice::batch_id last, std::function<void()> done);

  void on_batch_completed(sluice::batch_info const& batch) override;

  std::uint64_t batches() const { return batches_; }
  std::uint64_t lines() const { return lines_; }

 private:
  console& out_;
  sluice::batch_id const last_;
  std::function<void()> const done_;
  std::uint64_t batches_ = 0;
  std::uint64_t lines_ = 0;
};

class receiver_lines final : public sluice::streaming_listener {
 public:
  explicit receiver_lines(console& out) : out_{out} {}

  void on_receiver_started(sluice::receiver_info const& receiver) override;
  void on_receiver_restarted(sluice::receiver_info const& receiver) override;
  void on_receiver_error(sluice::receiver_info const& receiver) override;

 private:
  console& out_;
};

}  // namespace word_count
