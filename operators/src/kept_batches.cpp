#include <algorithm>
#include <sluice/operators/kept_batches.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/kept_store.hpp>
#include <sluice/operators/session.hpp>

namespace sluice {

namespace {

std::string text_of(batch_time t) {
  auto const ms = std::chrono::floor<std::chrono::milliseconds>(t.time_since_epoch());
  return std::to_string(ms.count()) + " ms";
}

batch_time floor_to(duration grid, batch_time zero, batch_time t) {
  if (grid <= duration{0}) return t;
  auto rest = (t - zero) % grid;
  if (rest < duration{0}) rest += grid;
  return t - rest;
}

}  // namespace

kept_batches::kept_batches(session& services, std::size_t partitions, storage_level level,
                           partition_codec const* codec, duration grid)
    : services_{services}, partitions_{partitions}, level_{level}, codec_{codec}, grid_{grid} {}
kept_batches::~kept_batches() = default;

void kept_batches::attach() {
  std::lock_guard const guard{mutex_};
  attached_ = true;
}

void kept_batches::put(batch_context const& now, std::size_t index, partition part) {
  auto made = std::make_shared<kept_partitions>(services_.kept(), 1, level_, codec_);
  made->put(0, std::move(part));
  {
    std::lock_guard const guard{mutex_};
    zero_ = now.zero;
    if (!first_) first_ = now.batch.time;
    auto& held = held_[now.batch.time];
    held.resize(partitions_);
    held[index].swap(made);
  }
  made.reset();  // frees without the lock what was there before
  trim();
}

// The newest batch that is too old; the newest committed one never is.
std::optional<batch_time> kept_batches::forgotten() const {
  auto const progress = services_.progress();
  if (!progress.committed) return {};
  return *progress.committed - std::max({progress.remember, grid_, duration{1}});
}

void kept_batches::trim() {
  auto const old = forgotten();
  if (!old) return;
  std::vector<batch> gone;  // freed without the lock
  std::lock_guard const guard{mutex_};
  auto const end = held_.upper_bound(*old);
  for (auto it = held_.begin(); it != end; it = held_.erase(it))
    gone.push_back(std::move(it->second));
}

std::vector<std::vector<partition>> kept_batches::slice(std::string const& who, batch_time from,
                                                        batch_time to) const {
  auto const progress = services_.progress();
  if (!progress.started)
    throw usage_error{"slice: " + who + " has no batch before start(); call slice after it"};
  std::vector<std::pair<batch_time, batch>> found;
  {
    std::lock_guard const guard{mutex_};
    if (!progress.committed) return {};
    if (!attached_)
      throw usage_error{"slice: " + who + " feeds no output, so nothing computes it; add one"};
    if (!zero_) return {};
    from = std::max(floor_to(grid_, *zero_, from), *zero_ + duration{1});
    to = std::min(floor_to(grid_, *zero_, to), *progress.committed);
    if (from > to) return {};
    check_remembered(who, from, to);
    auto const end = held_.upper_bound(to);
    for (auto it = held_.lower_bound(from); it != end; ++it) found.push_back(*it);
  }
  std::vector<std::vector<partition>> result;
  for (auto const& [time, kept] : found) result.push_back(read(who, time, kept));
  return result;
}

void kept_batches::check_remembered(std::string const& who, batch_time from, batch_time to) const {
  auto const old = forgotten();
  if (!old || from > *old || to < *first_) return;
  auto const step = std::max(grid_, duration{1});
  auto const oldest = held_.upper_bound(*old);
  throw usage_error{
      "slice: " + who + " no longer has the batch at " +
      text_of(floor_to(grid_, *zero_, std::max(from + step - duration{1}, *first_))) +
      "; it holds " +
      (oldest == held_.end() ? "none" : "those from " + text_of(oldest->first) + " on") +
      ". Call streaming_context::remember with a longer duration before start()"};
}

std::vector<partition> kept_batches::read(std::string const& who, batch_time time,
                                          batch const& from) const {
  std::vector<partition> parts;
  for (auto const& kept : from) {
    auto part = kept ? kept->get(0) : partition{};
    if (!part)
      throw runtime_failure{"slice: " + who + " could not keep the batch at " + text_of(time) +
                            " whole, with " + std::to_string(services_.kept()->limit()) +
                            " bytes for all that is kept; raise options.storage.memory, or call "
                            "persist(storage_level::memory_and_disk) if it was cache()"};
    parts.push_back(std::move(*part));
  }
  return parts;
}

}  // namespace sluice
