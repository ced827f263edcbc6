#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/operators/kept_store.hpp>
#include <sluice/operators/op.hpp>
#include <sluice/operators/partition_codec.hpp>
#include <utility>

namespace sluice {

namespace {

bool uses_memory(storage_level level) {
  return level == storage_level::memory_only || level == storage_level::memory_and_disk;
}
bool uses_disk(storage_level level) {
  return level == storage_level::memory_and_disk || level == storage_level::disk_only;
}

}  // namespace

std::string_view to_string(storage_level level) {
  switch (level) {
    case storage_level::none: return "none";
    case storage_level::memory_only: return "memory_only";
    case storage_level::memory_and_disk: return "memory_and_disk";
    case storage_level::disk_only: return "disk_only";
  }
  return "unknown";
}

byte_vector encode_partition(partition const& part, partition_codec const& codec) {
  byte_writer out;
  codec.encode(out, part);
  return out.take();
}

partition read_partition(kept_files& files, std::string const& path, partition_codec const& codec) {
  auto const bytes = files.read(path);
  byte_reader in{bytes, path};
  return codec.decode(in);
}

kept_store::kept_store(std::size_t memory, std::shared_ptr<kept_files> files)
    : limit_{memory}, files_{std::move(files)} {}

partition kept_store::put(kept_slot_ptr const& slot, partition part) {
  guard lock{mutex_};
  if (slot->memory) return *slot->memory;
  if (!slot->file.empty()) {
    lock.unlock();
    auto kept = get(slot);
    return kept ? std::move(*kept) : part;
  }
  if (slot->ended || slot->writing || closed_) return part;
  if (uses_memory(slot->level) && admit(lock, slot, part)) return *slot->memory;
  // What others did while room was made counts.
  if (slot->ended || slot->writing || slot->memory || !slot->file.empty()) return part;
  if (uses_disk(slot->level))
    write(lock, slot, part);
  else if (uses_memory(slot->level))
    ++use_.dropped;
  return part;
}

std::optional<partition> kept_store::get(kept_slot_ptr const& slot) {
  guard lock{mutex_};
  if (slot->memory) {
    in_memory_.splice(in_memory_.end(), in_memory_, slot->place);
    return slot->memory;
  }
  if (slot->file.empty()) return {};
  auto const path = slot->file;
  lock.unlock();
  std::optional<partition> part;
  std::string why;
  try {
    part = read_partition(*files_, path, *slot->codec);
  } catch (...) {
    why = describe(std::current_exception());
  }
  lock.lock();
  if (part) {
    if (uses_memory(slot->level)) admit(lock, slot, *part);
    return part;
  }
  if (slot->file != path) return {};  // freed meanwhile
  slot->file.clear();
  ++use_.lost;
  lock.unlock();
  files_->warn("a kept partition is lost and will be computed again: " + why);
  files_->remove(path);
  return {};
}

bool kept_store::has(kept_slot_ptr const& slot) const {
  guard lock{mutex_};
  return slot->memory || !slot->file.empty();
}

void kept_store::drop(kept_slot_ptr const& slot) {
  guard lock{mutex_};
  slot->ended = true;
  auto const gone = take_memory(*slot);
  auto const path = std::exchange(slot->file, {});
  lock.unlock();
  if (!path.empty()) files_->remove(path);
}

storage_use kept_store::use() const {
  guard lock{mutex_};
  return use_;
}

void kept_store::close() {
  guard lock{mutex_};
  closed_ = true;
  std::vector<std::optional<partition>> gone;
  while (!in_memory_.empty()) gone.push_back(take_memory(*kept_slot_ptr{in_memory_.front()}));
  lock.unlock();
  files_->end();
}

// Puts `part` into memory if there is room, or can be made.
bool kept_store::admit(guard& lock, kept_slot_ptr const& slot, partition const& part) {
  if (!make_room(lock, *slot, part.bytes())) return false;
  if (slot->memory || slot->ended || closed_) return slot->memory.has_value();
  slot->memory = part;
  use_.memory += part.bytes();
  slot->place = in_memory_.insert(in_memory_.end(), slot);
  return true;
}

// While a victim is written it counts and can be read; who needs room more urgently takes another.
// Never one of the same rdd: reading it all in order would drive out each partition just before it
// is needed.
bool kept_store::make_room(guard& lock, kept_slot const& slot, std::size_t bytes) {
  if (bytes > limit_) return false;
  while (use_.memory > limit_ - bytes) {
    auto const victim = std::find_if(
        in_memory_.begin(), in_memory_.end(),
        [&](kept_slot_ptr const& other) { return !other->writing && other->owner != slot.owner; });
    if (victim == in_memory_.end()) return false;
    evict(lock, kept_slot_ptr{*victim});
  }
  return true;
}

void kept_store::evict(guard& lock, kept_slot_ptr const& victim) {
  if (uses_disk(victim->level) && victim->file.empty())
    write(lock, victim, partition{*victim->memory});
  if (victim->file.empty() && victim->memory) ++use_.dropped;
  auto gone = take_memory(*victim);
  lock.unlock();
  gone.reset();  // many records take a while
  lock.lock();
}

std::optional<partition> kept_store::take_memory(kept_slot& slot) {
  if (!slot.memory) return {};
  use_.memory -= slot.memory->bytes();
  in_memory_.erase(slot.place);
  return std::exchange(slot.memory, std::nullopt);
}

void kept_store::write(guard& lock, kept_slot_ptr const& slot, partition const& part) {
  slot->writing = true;
  lock.unlock();
  std::string path;
  try {
    path = files_->spill(encode_partition(part, *slot->codec));
  } catch (...) {
    files_->warn("a kept partition cannot go to disk and will be computed again: " +
                 describe(std::current_exception()));
  }
  lock.lock();
  slot->writing = false;
  if (path.empty()) {
    ++use_.lost;
  } else if (slot->ended || closed_) {
    lock.unlock();
    files_->remove(path);
    lock.lock();
  } else {
    slot->file = path;
    ++use_.spilled;
  }
}

}  // namespace sluice
