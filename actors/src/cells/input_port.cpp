#include "input_port.hpp"

#include <algorithm>
#include <utility>
#include <vector>

namespace sluice {

input_port::input_port(std::shared_ptr<context_core> core, world& outside, std::size_t partitions,
                       wait_place waits)
    : core_{std::move(core)}, outside_{outside}, partitions_{partitions}, waits_{waits} {}

void input_port::attach(executor& host, std::function<void()> wake) {
  host_ = &host;
  {
    std::lock_guard guard{mutex_};
    wake_ = std::move(wake);
    for (std::size_t i = 0; i != posted_.size(); ++i) wake_();
  }
  std::vector<std::pair<std::chrono::nanoseconds, timer_id>> pending;
  for (auto const& [id, t] : timers_) pending.emplace_back(t.due, id);
  std::sort(pending.begin(), pending.end());
  auto const now = outside_.clock().monotonic();
  for (auto const& [due, id] : pending)
    host_->run_timer_after(std::max(due - now, std::chrono::nanoseconds{0}), id);
}

void input_port::detach() {
  host_ = nullptr;
  std::lock_guard guard{mutex_};
  wake_ = nullptr;
}

void input_port::run_posted() {
  std::function<void()> work;
  {
    std::lock_guard guard{mutex_};
    if (posted_.empty()) return;
    work = std::move(posted_.front());
    posted_.pop_front();
  }
  work();
}

void input_port::run_timer(timer_id id) {
  auto const found = timers_.find(id);
  if (found == timers_.end()) return;
  auto const work = std::move(found->second.work);
  timers_.erase(found);
  work();
}

void input_port::close() {
  std::deque<std::function<void()>> left;
  std::lock_guard guard{mutex_};
  closed_ = true;
  left.swap(posted_);
  has_room();
}

void input_port::post(std::function<void()> work) {
  std::lock_guard guard{mutex_};
  if (closed_) return;
  posted_.push_back(std::move(work));
  if (wake_) wake_();
}

void input_port::after(std::chrono::milliseconds delay, std::function<void()> work) {
  auto const id = ++last_timer_;
  timers_[id] = {outside_.clock().monotonic() + delay, std::move(work)};
  if (host_) host_->run_timer_after(delay, id);
}

void input_port::changed() {
  if (host_) host_->input_changed();
}

void input_port::waits_for_room(buffer_limits const& held) {
  if (!waits_.board) return;
  auto const bounds = limits();
  waits_.board->begin({flow::waiter::kind::input, waits_.input}, {0, held.records, held.bytes},
                      {0, bounds.records, bounds.bytes}, outside_.clock().monotonic());
}

void input_port::has_room() {
  if (waits_.board)
    waits_.board->end({flow::waiter::kind::input, waits_.input}, outside_.clock().monotonic());
}

void input_port::report(receiver_event event) {
  if (host_) host_->input_reports(event);
}

}  // namespace sluice
