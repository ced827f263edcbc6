// What a log promises, as plain maps, and a log that is compared with it at every step.
#pragma once

#include <doctest/doctest.h>
#include <algorithm>
#include <map>
#include <memory>
#include <sluice/supervision/world.hpp>
#include <string>
#include <utility>
#include <vector>

#include "disk_faults.hpp"
#include "log_scene.hpp"

namespace sluice::tests {

class log_model {
 public:
  explicit log_model(std::uint64_t seed) : at_{seed} {
    at_.options = {.segment_bytes = 150, .max_bytes = 1 << 20, .buffer_bytes = 40};
  }

  log_scene& scene() { return at_; }
  bool is_open() const { return log_ != nullptr; }
  durable_log& log() { return *log_; }

  // Opens and compares; false if the log refused.
  bool open() {
    log_.reset();
    auto opened = at_.try_open();
    if (!opened) {
      refusal_ = opened.error();
      return false;
    }
    log_ = std::move(*opened);
    compare();
    adopt();
    return true;
  }
  io_error const& refusal() const { return refusal_; }
  void close() { log_.reset(); }

  // True unless the log failed.
  bool append() {
    ++made_;
    auto payload = std::to_string(made_) + std::string(made_ * 7 % 90, '.');
    auto const had_failed = log_->failed();
    auto const done = log_->append(payload);
    // One whose append failed may be there all the same.
    if (!had_failed && (done || !is_bound(done.error())))
      pending_.back().push_back(std::move(payload));
    return observe(done.has_value() || is_bound(done.error()));
  }
  bool sync() { return observe(log_->sync().has_value()); }
  bool clean() {
    asked_to_clean_ = std::max(asked_to_clean_, made_ % 2 == 0 ? confirmed_ : confirmed_ / 2);
    static_cast<void>(log_->clean_up_to(asked_to_clean_));
    return observe(!log_->failed());
  }
  bool reopen() {
    if (!log_->reopen()) return false;
    pending_.emplace_back();
    CHECK(log_->next() == confirmed_ + 1);
    return true;
  }
  std::uint64_t confirmed() const { return confirmed_; }

 private:
  static bool is_bound(io_error const& error) { return error.code == durability_errc::log_full; }

  bool observe(bool went_well) {
    CHECK(went_well != log_->failed());
    for (; confirmed_ < log_->durable(); ++confirmed_) {
      auto& current = pending_.back();
      REQUIRE_FALSE(current.empty());
      records_[confirmed_ + 1] = current.front();
      current.erase(current.begin());
      pending_ = {current};
    }
    return went_well;
  }

  // Confirmed records are there as they were, then a beginning of what was pending in one go.
  void compare() {
    auto const& read = at_.read;
    CHECK(log_->durable() >= confirmed_);
    auto next = read.empty() ? log_->next() : read.begin()->first;
    CHECK(next <= asked_to_clean_ + 1);
    auto more = payloads{};
    for (auto const& [sequence, payload] : read) {
      CHECK(sequence == next++);
      if (sequence <= confirmed_) {
        CHECK(payload == records_[sequence]);
      } else {
        more.push_back(payload);
      }
    }
    CHECK(log_->next() == next);
    CHECK(std::any_of(pending_.begin(), pending_.end(), [&](payloads const& pending) {
      return more.size() <= pending.size() && std::equal(more.begin(), more.end(), pending.begin());
    }));
  }

  // What was read is confirmed from here on.
  void adopt() {
    for (auto const& [sequence, payload] : at_.read) records_[sequence] = payload;
    confirmed_ = log_->durable();
    pending_ = {{}};
  }

  log_scene at_;
  std::unique_ptr<durable_log> log_;
  io_error refusal_{};
  std::map<std::uint64_t, std::string> records_;
  std::uint64_t confirmed_ = 0;
  std::uint64_t asked_to_clean_ = 0;
  std::uint64_t made_ = 0;
  // What was appended and not confirmed, once more for each reopening; the last is the current one.
  std::vector<payloads> pending_{{}};
};

// Three lives of a process with appends, syncs and clean-ups. Stops where something fails, or with
// `carry_on` reopens and goes on. True if it came to its end.
inline bool reference_run(log_model& model, bool carry_on) {
  auto const handled = [&](bool went_well) {
    if (went_well) return true;
    if (!carry_on) return false;
    while (!model.reopen()) {
    }
    return true;
  };
  for (int life = 0; life < 3; ++life) {
    while (!model.open())
      if (!carry_on) return false;
    for (int group = 0; group < 4; ++group) {
      for (int i = 0; i < 3; ++i)
        if (!handled(model.append())) return false;
      if (!handled(model.sync())) return false;
    }
    if (!handled(model.clean())) return false;
    if (!handled(model.append())) return false;
  }
  model.close();
  return true;
}

}  // namespace sluice::tests
