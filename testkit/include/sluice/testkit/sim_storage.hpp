/// A file system in memory that knows what a crash may take.
///
/// Thread rule: one thread. Promise: bytes survive a crash if `sync` covered them, names if
/// `sync_directory` covered them; of the rest as much survives as the crash is told to leave.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/supervision/storage.hpp>
#include <sluice/supervision/world.hpp>
#include <string>
#include <string_view>
#include <system_error>

namespace sluice::testkit {

class sim_events;
class sim_disk;

/// What a test can count, and make fail.
enum class storage_operation {
  list,
  open_read,
  read,
  open_write,
  append,
  sync,
  close,
  create_directory,  ///< `create_directories` as well
  rename,
  remove,
  sync_directory,
  watch,
  lock
};

/// The operation as it is written in this header.
char const* to_string(storage_operation operation);

/// A failure to come.
struct storage_fault {
  storage_operation operation = storage_operation::append;
  std::string path = "*";  ///< `*` stands for any characters; for a rename either path counts
  std::errc code = std::errc::io_error;
  std::size_t times = 1;  ///< how many calls fail
  std::size_t after = 0;  ///< how many matching calls succeed before
};

/// How much of what was not made durable a crash leaves.
enum class crash_loss {
  everything,  ///< all of it is lost
  nothing,     ///< all of it is left, as when only the process dies
  chosen       ///< drawn: all, nothing or a prefix, for the names and for each file
};

/// `storage` for simulations. Paths are relative to the root; `/a`, `a` and `./a` are the same.
///
/// A new name counts as durable once every directory that its operation touched was synced: both of
/// them for a rename from one directory to another. The same for a new directory, whose contents
/// are lost with it. A failed append leaves a drawn part of its bytes, as a torn write does.
class sim_storage final : public storage {
 public:
  /// Clock (for modification times) and queue (for watches) must outlive the storage.
  sim_storage(clock const& time, sim_events& events, random_stream chance);
  ~sim_storage() override;

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

  /// The machine stops and starts again. Open files answer `bad_file_descriptor` from here on,
  /// watches are silent, and locks are free. Faults that wait and the capacity stay.
  void crash(crash_loss loss);

  /// As `crash`, and every operation fails until `start_again`: for a process that ends while parts
  /// of it still run.
  void stop(crash_loss loss);
  /// Stops before the operation with this number, see `operations`.
  void stop_at(std::uint64_t operation, crash_loss loss);
  bool stopped() const;
  void start_again();

  /// Sum of all file sizes that fits; an append beyond it fills up what is left and fails with
  /// `no_space_on_device`. None at first.
  void set_capacity(std::optional<std::uint64_t> bytes);
  /// Sum of all file sizes.
  std::uint64_t used() const;

  /// Lets a failure happen; several are tried in the order they came.
  void inject(storage_fault fault);
  /// Failures that did not happen yet.
  std::size_t faults_left() const;
  /// Is called before each operation with its path and may make it fail. It must not use this
  /// storage.
  using probe = std::function<std::optional<std::errc>(storage_operation, std::string const& path)>;
  void set_probe(probe before_operation);
  /// The same for a simulation, whose plan of faults comes first.
  void set_director(probe before_operation);
  /// Operations so far, failed ones included.
  std::uint64_t operations() const;

  /// The file's bytes, read behind the back of faults and counts; none if there is no such file.
  std::optional<std::string> contents(std::string const& path) const;
  /// Puts a whole file there as another program would, and tells who watches. Missing directories
  /// are made; file, directories and all names in them are durable at once.
  /// @throws usage_error if the path leads through a file or to a directory
  void put(std::string const& path, std::string_view bytes);
  /// Turns one bit of a file, which is what checksums are for.
  /// @throws usage_error if there is no such byte
  void flip_bit(std::string const& path, std::uint64_t offset, unsigned bit = 0);

 private:
  std::shared_ptr<sim_disk> disk_;
};

}  // namespace sluice::testkit
