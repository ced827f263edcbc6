/// The message side of inbox and outbox: who is at the other end of each link.
#pragma once

#include "actors/src/flow/outbox.hpp"
#include "role.hpp"
#include "setup.hpp"

namespace sluice {

/// Upstream ends of a task's links, with the actors they lead to.
class sending_links {
 public:
  sending_links(caf::event_based_actor* self, incarnation now)
      : self_{self}, epoch_{now.epoch}, now_{std::move(now)} {}

  /// A link to `to`, known there by the same id. @return its index here
  std::size_t add(link_id id, caf::actor to) {
    links_.push_back({id, std::move(to), flow::out_link{epoch_}, false});
    return links_.size() - 1;
  }
  void open_all() {
    for (auto& l : links_) tell(self_, l.to, msg::link_open{{epoch_}, l.id, caf::actor{self_}});
  }
  void offer(std::size_t index, flow::share item) { links_[index].flow.offer(std::move(item)); }
  /// Sends what has credit.
  void pump() {
    for (auto& l : links_) pump(l);
  }
  bool all_idle() const {
    for (auto const& l : links_)
      if (!l.flow.idle()) return false;
    return true;
  }
  void granted(epoch_number epoch, link_id id, flow::credit const& total) {
    for (auto& l : links_)
      if (l.id == id) {
        l.flow.grant(epoch, total);
        pump(l);
      }
  }

 private:
  struct one {
    link_id id;
    caf::actor to;
    flow::out_link flow;
    bool waits;  // as the board knows it
  };
  void pump(one& l) {
    l.flow.pump([&](std::uint64_t sequence, flow::share item) {
      tell(
          self_, l.to,
          msg::link_data{{epoch_}, l.id, sequence, item.now, std::move(item.part), item.committed});
    });
    if (l.waits == l.flow.idle()) note_wait(l);
  }
  void note_wait(one& l) {
    auto& board = now_.kept->waits;
    flow::waiter const who{flow::waiter::kind::link, l.id};
    auto const now = now_.setup->outside->clock().monotonic();
    l.waits = !l.flow.idle();
    if (!l.waits) return board.end(who, now);
    auto const window = now_.setup->link_window();
    board.begin(who, l.flow.account().unprocessed(window), window, now);
  }

  caf::event_based_actor* self_;
  epoch_number epoch_;
  incarnation now_;
  std::vector<one> links_;
};

/// Downstream ends of a task's links, with the actors they come from.
class receiving_links {
 public:
  receiving_links(caf::event_based_actor* self, epoch_number epoch, flow::credit window)
      : self_{self}, epoch_{epoch}, window_{window} {}

  void add(std::size_t port, link_id id) {
    inbox_.add(port, epoch_, window_);
    ends_.push_back({id, {}});
  }
  /// Answers the first one on each link; the link that is there stays, whoever else asks.
  void opened_by(msg::link_open const& open) {
    auto const i = index_of(open.link);
    if (open.epoch != epoch_ || ends_[i].from) {
      ++refused_;
      return;
    }
    ends_[i].from = open.upstream;
    tell(self_, open.upstream, msg::link_opened{{epoch_}, open.link, inbox_.link(i).granted()});
  }
  void accept(msg::link_data& data) {
    auto const result = inbox_.accept(index_of(data.link), data.epoch, data.sequence,
                                      {data.now, std::move(data.part), data.committed});
    if (result != flow::arrival::accepted) ++refused_;
  }
  bool has_batch() const { return inbox_.has_batch(); }
  flow::inbox::ready_batch& take() { return inbox_.take(); }
  /// The oldest batch taken has been processed on every link.
  void settle() {
    for (std::size_t i = 0; i != ends_.size(); ++i)
      if (auto total = inbox_.link(i).settle())
        tell(self_, ends_[i].from, msg::link_grant{{epoch_}, ends_[i].id, *total});
  }
  /// Messages of older epochs, duplicates and further opens that were refused.
  std::uint64_t refused() const { return refused_; }

 private:
  struct one {
    link_id id;
    caf::actor from;
  };
  std::size_t index_of(link_id id) const {
    for (std::size_t i = 0; i != ends_.size(); ++i)
      if (ends_[i].id == id) return i;
    throw std::logic_error{"no link " + std::to_string(id) + " ends here"};
  }

  caf::event_based_actor* self_;
  epoch_number epoch_;
  flow::credit window_;
  flow::inbox inbox_;
  std::vector<one> ends_;
  std::uint64_t refused_ = 0;
};

}  // namespace sluice
