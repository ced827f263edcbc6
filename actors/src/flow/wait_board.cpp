#include "wait_board.hpp"

namespace sluice::flow {

void wait_board::set_alarm(std::function<void()> wake) {
  std::lock_guard guard{mutex_};
  wake_ = std::move(wake);
  armed_ = false;
  if (!entries_.empty()) arm();
}

void wait_board::begin(waiter who, credit const& held, credit const& window, time now) {
  std::lock_guard guard{mutex_};
  auto const [at, is_new] = entries_.try_emplace(who);
  auto& e = at->second;
  if (!is_new && e.waits()) return;
  // A stall that was interrupted goes on.
  e.what = {who, held, window, is_new ? now : e.what.since};
  e.ended.reset();
  if (!e.told) arm();
}

void wait_board::end(waiter who, time now) {
  std::lock_guard guard{mutex_};
  if (auto const at = entries_.find(who); at != entries_.end()) end_one(at, now);
}

wait_board::entries::iterator wait_board::end_one(entries::iterator at, time now) {
  auto& e = at->second;
  if (!e.told) return entries_.erase(at);
  if (e.waits()) {
    e.ended = now;
    arm();
  }
  return std::next(at);
}

void wait_board::forget_region(time now) {
  std::lock_guard guard{mutex_};
  for (auto at = entries_.begin(); at != entries_.end();)
    at = at->first.what == waiter::kind::input ? std::next(at) : end_one(at, now);
}

std::vector<wait_board::wait> wait_board::waiting() const {
  std::vector<wait> result;
  {
    std::lock_guard guard{mutex_};
    for (auto const& [who, e] : entries_)
      if (e.waits()) result.push_back(e.what);
  }
  std::stable_sort(result.begin(), result.end(),
                   [](wait const& a, wait const& b) { return a.since < b.since; });
  return result;
}

std::vector<wait_board::news> wait_board::look(time now, std::optional<time>& again) {
  std::vector<news> result;
  std::lock_guard guard{mutex_};
  std::optional<time> next;
  for (auto at = entries_.begin(); at != entries_.end();) {
    auto& e = at->second;
    if (e.waits() && !e.told && now - e.what.since >= stall_after_) {
      e.told = true;
      result.push_back({e.what, false, now - e.what.since});
    } else if (e.told && e.ended && now - *e.ended >= stall_after_) {
      result.push_back({e.what, true, *e.ended - e.what.since});
      at = entries_.erase(at);
      continue;
    }
    if (auto const d = due(e)) next = next ? std::min(*next, *d) : *d;
    ++at;
  }
  armed_ = next.has_value();
  if (next) again = std::max(*next - now, time{1});
  return result;
}

std::optional<wait_board::time> wait_board::due(entry const& e) const {
  if (e.ended) return *e.ended + stall_after_;
  if (!e.told) return e.what.since + stall_after_;
  return std::nullopt;
}

void wait_board::arm() {
  if (armed_ || !wake_) return;
  armed_ = true;
  wake_();
}

}  // namespace sluice::flow
