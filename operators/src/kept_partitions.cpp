#include <algorithm>
#include <sluice/operators/graph.hpp>
#include <sluice/operators/kept_partitions.hpp>
#include <sluice/operators/kept_store.hpp>
#include <sluice/operators/kernels/keeping.hpp>
#include <utility>

namespace sluice {

kept_partitions::kept_partitions(std::shared_ptr<kept_store> store, std::size_t partitions,
                                 storage_level level, partition_codec const* codec)
    : store_{std::move(store)}, level_{level}, saved_(partitions, saved::no) {
  slots_.reserve(partitions);
  for (std::size_t p = 0; p != partitions; ++p)
    slots_.push_back(std::make_shared<kept_slot>(kept_slot{this, level, codec}));
}

kept_partitions::~kept_partitions() {
  for (auto const& slot : slots_) store_->drop(slot);
}

std::optional<partition> kept_partitions::get(std::size_t index) {
  auto part = store_->get(slots_.at(index));
  if (part || !checkpoint()) return part;
  auto const path = part_path(index);
  try {
    part = read_partition(store_->files(), path, *codec_);
  } catch (runtime_failure const& failed) {
    throw runtime_failure{std::string{"checkpoint: "} + failed.what() +
                          "; what the rdd was computed from is gone, so put the file back or run "
                          "the program again"};
  }
  return store_->put(slots_[index], std::move(*part));
}

partition kept_partitions::put(std::size_t index, partition part) {
  return store_->put(slots_.at(index), std::move(part));
}

bool kept_partitions::complete() const {
  if (checkpoint()) return true;
  return std::all_of(slots_.begin(), slots_.end(),
                     [this](auto const& slot) { return store_->has(slot); });
}

void kept_partitions::forget() {
  for (auto const& slot : slots_) store_->drop(slot);
  std::lock_guard const guard{mutex_};
  level_ = storage_level::none;
}

storage_level kept_partitions::level() const {
  std::lock_guard const guard{mutex_};
  return level_;
}

bool kept_partitions::mark(std::string directory, partition_codec const* codec) {
  std::lock_guard const guard{mutex_};
  if (!directory_.empty()) return false;
  directory_ = std::move(directory);
  codec_ = codec;
  return true;
}

bool kept_partitions::marked() const {
  std::lock_guard const guard{mutex_};
  return !directory_.empty();
}

std::optional<std::string> kept_partitions::checkpoint() const {
  std::lock_guard const guard{mutex_};
  return checkpointed_ ? std::optional{directory_} : std::nullopt;
}

// Several jobs may compute the rdd at once: the first one there writes a partition, and who writes
// the last one completes the checkpoint.
void kept_partitions::save(std::size_t index, partition const& part) {
  {
    std::lock_guard const guard{mutex_};
    if (directory_.empty() || saved_[index] != saved::no) return;
    saved_[index] = saved::now;
  }
  try {
    store_->files().save(part_path(index), encode_partition(part, *codec_));
  } catch (...) {
    set_saved(index, saved::no);
    throw;
  }
  set_saved(index, saved::yes);
}

void kept_partitions::set_saved(std::size_t index, saved state) {
  {
    std::lock_guard const guard{mutex_};
    saved_[index] = state;
    auto const done = [](saved one) { return one == saved::yes; };
    if (!std::all_of(saved_.begin(), saved_.end(), done)) return;
  }
  try {
    store_->files().seal(directory_);
  } catch (...) {
    std::lock_guard const guard{mutex_};
    saved_[index] = saved::no;
    throw;
  }
  std::lock_guard const guard{mutex_};
  checkpointed_ = true;
}

std::string kept_partitions::part_path(std::size_t index) const {
  auto const number = std::to_string(index);
  auto const zeros = std::string(number.size() < 5 ? 5 - number.size() : 0, '0');
  return directory_ + "/part-" + zeros + number;
}

bool kept_partitions::hold_lineage() {
  std::lock_guard const guard{mutex_};
  if (cut_) return false;
  ++holders_;
  return true;
}

void kept_partitions::release_lineage(std::vector<edge>& inputs) {
  std::vector<edge> gone;  // freed without the lock
  std::lock_guard const guard{mutex_};
  if (--holders_ != 0 || !checkpointed_) return;
  cut_ = true;
  gone.swap(inputs);
}

namespace kernels {

partition keeping_task::run(batch_context const&, std::span<partition const> inputs) {
  if (!before_ && inputs[0].absent)
    throw partition_lost{"a kept partition was freed while a job began to use it"};
  auto part = before_ ? *before_ : kept_->put(index_, inputs[0]);
  kept_->save(index_, part);
  return part;
}

partition batch_keeping_task::run(batch_context const& now, std::span<partition const> inputs) {
  done_ = finished{now, inputs[0]};
  return inputs[0];
}

void batch_keeping_task::keep() {
  if (done_) kept_->put(done_->now, index_, std::move(done_->part));
  done_.reset();
}

}  // namespace kernels
}  // namespace sluice
