#include "batch_ledger.hpp"

#include <algorithm>
#include <stdexcept>

namespace sluice {

void batch_ledger::add(std::shared_ptr<cut_batch const> batch) {
  std::lock_guard guard{mutex_};
  open_.push_back({std::move(batch)});
}

void batch_ledger::commit(batch_id batch, std::chrono::nanoseconds now) {
  std::shared_ptr<cut_batch const> freed;  // after the lock
  std::lock_guard guard{mutex_};
  if (open_.empty() || open_.front().batch->info.batch.id != batch)
    throw std::logic_error{"batch " + std::to_string(batch) + " is not the oldest open one"};
  freed = std::move(open_.front().batch);
  open_.pop_front();
  committed_ = batch;
  if (!progress_) progress_ = {now, now};
  progress_->last = now;
}

std::optional<batch_ledger::commit_times> batch_ledger::progress() const {
  std::lock_guard guard{mutex_};
  return progress_;
}

void batch_ledger::begin_progress() {
  std::lock_guard guard{mutex_};
  progress_.reset();
}

std::vector<std::shared_ptr<cut_batch const>> batch_ledger::open() const {
  std::lock_guard guard{mutex_};
  std::vector<std::shared_ptr<cut_batch const>> result;
  for (auto const& e : open_) result.push_back(e.batch);
  return result;
}

std::shared_ptr<cut_batch const> batch_ledger::open_behind(batch_id batch) const {
  std::lock_guard guard{mutex_};
  auto const found = std::find_if(open_.begin(), open_.end(),
                                  [&](entry const& e) { return e.batch->info.batch.id > batch; });
  return found == open_.end() ? nullptr : found->batch;
}

batch_id batch_ledger::committed() const {
  std::lock_guard guard{mutex_};
  return committed_;
}

std::size_t batch_ledger::failed(batch_id batch) {
  std::lock_guard guard{mutex_};
  auto const found = std::find_if(open_.begin(), open_.end(),
                                  [&](entry const& e) { return e.batch->info.batch.id == batch; });
  return found == open_.end() ? 0 : ++found->failures;
}

void batch_ledger::forget_failures() {
  std::lock_guard guard{mutex_};
  for (auto& e : open_) e.failures = 0;
}

}  // namespace sluice
