#include "posix_lock.hpp"

#include <sys/file.h>

#include <array>
#include <sluice/supervision/durability_error.hpp>
#include <string_view>
#include <utility>

#include "file_descriptor.hpp"

namespace sluice {
namespace {

class posix_lock final : public file_lock {
 public:
  explicit posix_lock(file_descriptor file) : file_{std::move(file)} {}

 private:
  file_descriptor file_;  // closing it unlocks
};

// The process that has written itself into the file; it may not have done so yet.
std::string holder_of(file_descriptor const& file) {
  auto text = std::array<char, 20>{};
  auto const count =
      retry_interrupted([&] { return ::pread(file.get(), text.data(), text.size(), 0); });
  auto const written =
      std::string_view{text.data(), count > 0 ? static_cast<std::size_t>(count) : 0};
  auto const number = written.substr(0, written.find_first_not_of("0123456789"));
  return number.empty() ? "another process" : "process " + std::string{number};
}

}  // namespace

io_result<std::unique_ptr<file_lock>> lock_file(std::string const& path) {
  auto file = open_descriptor(path, O_RDWR | O_CREAT);
  if (!file) return file.error();
  if (retry_interrupted([&] { return ::flock(file->get(), LOCK_EX | LOCK_NB); }) == -1) {
    if (errno != EWOULDBLOCK) return errno_error(path);
    return io_error{make_error_code(durability_errc::in_use),
                    path + ", held by " + holder_of(*file)};
  }
  auto const self = std::to_string(::getpid()) + "\n";
  // For the other one's message only: the lock holds also if the disk has no room for this.
  static_cast<void>(::ftruncate(file->get(), 0) == 0 &&
                    ::pwrite(file->get(), self.data(), self.size(), 0) != -1);
  return std::make_unique<posix_lock>(std::move(*file));
}

}  // namespace sluice
