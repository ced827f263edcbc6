/// The downstream ends of all links of one task.
///
/// Thread rule: one thread at a time; knows no actors. Promise: a batch is handed out when every
/// link has delivered its share, in order; older epochs, duplicates and gaps never get in.
#pragma once

#include "credit.hpp"
#include "supervision/src/mutant.hpp"

#include <deque>
#include <optional>
#include <sluice/operators/kernel.hpp>
#include <stdexcept>
#include <vector>

namespace sluice::flow {

/// One upstream partition's share of one batch as it waits here.
struct share {
  batch_context now;
  partition part;
  batch_id committed = 0;  ///< no batch up to this one comes again
};

enum class arrival { accepted, stale_epoch, duplicate };

class in_link {
 public:
  in_link(std::uint32_t epoch, credit const& window) : epoch_{epoch}, granting_{window} {}

  /// @throws std::logic_error on a gap: the link is broken, nothing may be skipped silently
  arrival accept(std::uint32_t epoch, std::uint64_t sequence, share item) {
    if (epoch != epoch_) return arrival::stale_epoch;
    auto const take_all = is_mutant(mutant::repeated_item_taken);
    if (sequence <= received_ && !take_all) return arrival::duplicate;
    if (sequence != received_ + 1 && !take_all)
      throw std::logic_error{"link: item " + std::to_string(sequence) + " came after item " +
                             std::to_string(received_)};
    ++received_;
    waiting_.push_back(std::move(item));
    return arrival::accepted;
  }
  bool has_share() const { return !waiting_.empty(); }
  share const& front() const { return waiting_.front(); }
  /// Takes the oldest share; its credit returns with `settle`.
  partition take() {
    auto part = std::move(waiting_.front().part);
    waiting_.pop_front();
    taken_.push_back({1, part.records(), part.bytes()});
    return part;
  }
  /// The oldest taken share has been processed. @return the grant to send, if it is time for one
  std::optional<credit> settle() {
    if (is_mutant(mutant::commit_before_prepare) && taken_.empty()) return std::nullopt;
    granting_.processed(taken_.front().records, taken_.front().bytes);
    if (is_mutant(mutant::credit_minted_on_restart) && epoch_ > 1)
      granting_.processed(taken_.front().records, taken_.front().bytes);
    taken_.pop_front();
    if (granting_.renew()) return granting_.total();
    return std::nullopt;
  }
  credit const& granted() const { return granting_.total(); }

 private:
  std::uint32_t epoch_;
  granting granting_;
  std::uint64_t received_ = 0;
  std::deque<share> waiting_;
  std::deque<credit> taken_;
};

/// Links by port and sender.
class inbox {
 public:
  struct ready_batch {
    batch_context now;
    batch_id committed = 0;
    std::vector<std::vector<partition>> by_port;
  };

  /// Adds a link to port `port`; links are numbered in the order of their addition.
  std::size_t add(std::size_t port, std::uint32_t epoch, credit const& window) {
    links_.emplace_back(epoch, window);
    if (ports_.size() <= port) ports_.resize(port + 1);
    ports_[port].push_back(links_.size() - 1);
    return links_.size() - 1;
  }
  in_link& link(std::size_t index) { return links_.at(index); }
  std::size_t size() const { return links_.size(); }

  arrival accept(std::size_t index, std::uint32_t epoch, std::uint64_t sequence, share item) {
    auto& l = links_.at(index);
    auto const was_empty = !l.has_share();
    auto const result = l.accept(epoch, sequence, std::move(item));
    if (was_empty && l.has_share()) ++filled_;
    return result;
  }
  bool has_batch() const { return filled_ == links_.size() && filled_ != 0; }

  /// Stays there until the next one is taken; what it holds is the caller's to move or to clear.
  ready_batch& take() {
    auto& batch = taken_;
    batch.now = links_.front().front().now;
    batch.committed = links_.front().front().committed;
    batch.by_port.resize(ports_.size());
    for (std::size_t p = 0; p != ports_.size(); ++p) {
      batch.by_port[p].clear();
      for (auto index : ports_[p]) {
        auto& l = links_[index];
        if (l.front().now.batch != batch.now.batch)
          throw std::logic_error{"links disagree: batch " + std::to_string(batch.now.batch.id) +
                                 " beside batch " + std::to_string(l.front().now.batch.id)};
        batch.by_port[p].push_back(l.take());
        if (!l.has_share()) --filled_;
      }
    }
    return batch;
  }

 private:
  std::vector<in_link> links_;
  std::vector<std::vector<std::size_t>> ports_;
  std::size_t filled_ = 0;
  ready_batch taken_;
};

}  // namespace sluice::flow
