/// The one seam to files: append, read, list, rename, lock, watch.
///
/// Thread rule: a `storage` may be used from any thread; a file object by one thread at a time.
/// Promise: nothing is durable before `sync`, no new or renamed name before `sync_directory`;
/// a simulated storage is free to lose whatever those two did not cover.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <sluice/operators/time.hpp>
#include <sluice/supervision/io_result.hpp>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

/// One child of a listed directory.
struct directory_entry {
  std::string name;  ///< without the directory
  bool is_directory = false;
  std::uint64_t size = 0;
  batch_time modified{};
};

/// A file opened for reading at positions.
class readable_file {
 public:
  virtual ~readable_file() = default;
  /// Reads up to `into.size()` bytes at `offset`; 0 means end of file.
  virtual io_result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) = 0;
  virtual io_result<std::uint64_t> size() const = 0;
};

/// A file opened for writing at its end. Its first error is final: after a failed append or sync
/// every call gives that error again, and what to do is to go on with another file.
class writable_file {
 public:
  virtual ~writable_file() = default;
  /// Appends all of `bytes` or fails; after a failure the tail of the file is undefined.
  virtual io_result<void> append(std::string_view bytes) = 0;
  /// Makes everything appended so far durable.
  virtual io_result<void> sync() = 0;
  /// Flushes and closes; the destructor closes without reporting.
  virtual io_result<void> close() = 0;
};

/// How `storage::open_write` treats a file that exists.
enum class write_mode {
  create_new,  ///< it is an error
  truncate,    ///< it is emptied
  append       ///< it is kept and extended
};

/// Calls back until it is destroyed; after the destructor returned, no call is running or comes.
/// The destructor may run inside the call; elsewhere it waits for a running call, so its thread
/// must not hold a lock that the call takes.
class watch {
 public:
  virtual ~watch() = default;
};

/// Where `path` has its name: `a/b` for `a/b/c`, `/` for `/a`, `.` for `a`.
std::string parent_of(std::string const& path);

/// Holds a locked file until it is destroyed or the process ends.
class file_lock {
 public:
  virtual ~file_lock() = default;
};

/// Files, as the runtime sees them. Paths are `/`-separated; relative ones are relative to the
/// process (real) or to the root (simulated).
class storage {
 public:
  virtual ~storage() = default;
  /// Children of a directory in ascending order of name, without `.` and `..`; links are followed,
  /// and what leads nowhere is not listed.
  virtual io_result<std::vector<directory_entry>> list(std::string const& directory) = 0;
  virtual io_result<std::unique_ptr<readable_file>> open_read(std::string const& path) = 0;
  virtual io_result<std::unique_ptr<writable_file>> open_write(std::string const& path,
                                                               write_mode mode) = 0;
  /// Creates the directory and its missing parents; an existing directory is no error.
  virtual io_result<void> create_directories(std::string const& path) = 0;
  /// Creates one directory; an existing one is `std::errc::file_exists`.
  virtual io_result<void> create_directory(std::string const& path) = 0;
  /// Atomically gives `from` the name `to`, replacing what had it.
  virtual io_result<void> rename(std::string const& from, std::string const& to) = 0;
  /// Removes a file or an empty directory.
  virtual io_result<void> remove(std::string const& path) = 0;
  /// Makes created, renamed and removed names of a directory durable.
  virtual io_result<void> sync_directory(std::string const& path) = 0;
  /// Locks a file, which is made if it is missing, against everyone else, this process included. If
  /// someone holds it, that is `durability_errc::in_use` naming the process; who has died holds
  /// nothing.
  virtual io_result<std::unique_ptr<file_lock>> lock(std::string const& path) = 0;
  /// Tells, on an unspecified thread and possibly once for several changes, that a file of the
  /// directory appeared, was moved there or was closed after writing, or that the directory itself
  /// was moved or removed.
  virtual io_result<std::unique_ptr<watch>> watch_directory(std::string const& directory,
                                                            std::function<void()> changed) = 0;
};

}  // namespace sluice
