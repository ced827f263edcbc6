/// The memory that all kept partitions of a context share, and the files that they overflow to.
///
/// Thread rule: every member from any thread; no file is touched under the lock. Promise: memory
/// stays below its bound; what is given back is what was put, or nothing.
#pragma once

#include <list>
#include <memory>
#include <mutex>
#include <optional>
#include <sluice/operators/byte_io.hpp>
#include <sluice/operators/chunk.hpp>
#include <sluice/operators/storage_level.hpp>
#include <span>
#include <string>
#include <vector>

namespace sluice {

struct partition_codec;

/// Files, as keeping needs them. What throws, throws `runtime_failure` naming the path.
class kept_files {
 public:
  virtual ~kept_files() = default;
  /// Writes a new file that need not outlive the context. @return its path
  virtual std::string spill(std::span<std::byte const> bytes) = 0;
  /// Writes a file that is durable, and whole once it has its name.
  virtual void save(std::string const& path, std::span<std::byte const> bytes) = 0;
  /// Says durably that a directory of saved files is complete.
  virtual void seal(std::string const& directory) = 0;
  /// What was written, or a failure: never other bytes.
  virtual byte_vector read(std::string const& path) = 0;
  virtual void remove(std::string const& path) noexcept = 0;
  /// Tells people that something went wrong.
  virtual void warn(std::string const& text) noexcept = 0;
  /// Removes everything that was spilled and does nothing from now on.
  virtual void end() noexcept = 0;
};

/// One kept partition; the store's, but for its first three members, which do not change.
struct kept_slot {
  void const* owner =
      nullptr;  ///< the same for all partitions of an rdd: they make no room for each other
  storage_level level = storage_level::none;
  partition_codec const* codec = nullptr;
  std::optional<partition> memory = {};
  std::string file = {};  ///< where it is on disk, empty if it is not
  bool writing = false;   ///< a thread writes it, without the lock
  bool ended = false;     ///< it is to keep nothing any more
  std::list<std::shared_ptr<kept_slot>>::iterator place = {};  ///< if it is in memory
};

using kept_slot_ptr = std::shared_ptr<kept_slot>;

class kept_store {
 public:
  /// @param memory  bytes that all slots together may take
  kept_store(std::size_t memory, std::shared_ptr<kept_files> files);

  /// Keeps `part` where the slot's level says and there is room, unless the slot has one.
  /// @return the one to use
  partition put(kept_slot_ptr const& slot, partition part);
  /// What the slot keeps, from memory or disk.
  std::optional<partition> get(kept_slot_ptr const& slot);
  bool has(kept_slot_ptr const& slot) const;
  /// Frees the slot for good.
  void drop(kept_slot_ptr const& slot);
  storage_use use() const;
  std::size_t limit() const { return limit_; }
  kept_files& files() const { return *files_; }
  /// Frees everything and keeps nothing from now on.
  void close();

 private:
  using guard = std::unique_lock<std::mutex>;

  bool make_room(guard& lock, kept_slot const& slot, std::size_t bytes);
  void evict(guard& lock, kept_slot_ptr const& victim);
  bool admit(guard& lock, kept_slot_ptr const& slot, partition const& part);
  std::optional<partition> take_memory(kept_slot& slot);
  void write(guard& lock, kept_slot_ptr const& slot, partition const& part);

  std::size_t const limit_;
  std::shared_ptr<kept_files> const files_;
  mutable std::mutex mutex_;            // for all below, and the slots
  std::list<kept_slot_ptr> in_memory_;  // least recently used first
  storage_use use_;
  bool closed_ = false;
};

/// A partition from the bytes of a file.
partition read_partition(kept_files& files, std::string const& path, partition_codec const& codec);
byte_vector encode_partition(partition const& part, partition_codec const& codec);

}  // namespace sluice
