/// The file system of the operating system.
///
/// Thread rule: stateless, any thread. Promise: every error carries its errno and the path.
#pragma once

#include <memory>
#include <sluice/supervision/storage.hpp>

namespace sluice {

class io_thread;

/// POSIX calls for files, flock for locks, inotify for watches.
class posix_storage final : public storage {
 public:
  /// Watches call back on `io`, which must outlive this object.
  explicit posix_storage(io_thread& io) : io_{io} {}

  io_result<std::vector<directory_entry>> list(std::string const& directory) override;
  io_result<std::unique_ptr<readable_file>> open_read(std::string const& path) override;
  io_result<std::unique_ptr<writable_file>> open_write(std::string const& path,
                                                       write_mode mode) override;
  io_result<void> create_directories(std::string const& path) override;
  io_result<void> create_directory(std::string const& path) override;
  io_result<void> rename(std::string const& from, std::string const& to) override;
  io_result<void> remove(std::string const& path) override;
  io_result<void> sync_directory(std::string const& path) override;
  io_result<std::unique_ptr<file_lock>> lock(std::string const& path) override;
  io_result<std::unique_ptr<watch>> watch_directory(std::string const& directory,
                                                    std::function<void()> changed) override;

 private:
  io_thread& io_;
};

}  // namespace sluice
