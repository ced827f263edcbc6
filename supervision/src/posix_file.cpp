#include "posix_file.hpp"

#include <sys/stat.h>

namespace sluice {

posix_readable_file::posix_readable_file(std::string path, file_descriptor file)
    : path_{std::move(path)}, file_{std::move(file)} {}

io_result<std::size_t> posix_readable_file::read_at(std::uint64_t offset, std::span<char> into) {
  auto count = retry_interrupted(
      [&] { return ::pread(file_.get(), into.data(), into.size(), static_cast<off_t>(offset)); });
  if (count == -1) return errno_error(path_);
  return static_cast<std::size_t>(count);
}

io_result<std::uint64_t> posix_readable_file::size() const {
  struct stat about {};
  if (::fstat(file_.get(), &about) == -1) return errno_error(path_);
  return static_cast<std::uint64_t>(about.st_size);
}

posix_writable_file::posix_writable_file(std::string path, file_descriptor file)
    : path_{std::move(path)}, file_{std::move(file)} {}

io_result<void> posix_writable_file::append(std::string_view bytes) {
  if (auto ready = usable(); !ready) return ready;
  while (!bytes.empty()) {
    auto count =
        retry_interrupted([&] { return ::write(file_.get(), bytes.data(), bytes.size()); });
    if (count == -1) return remember(errno);
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
  return {};
}

io_result<void> posix_writable_file::sync() {
  if (auto ready = usable(); !ready) return ready;
  if (retry_interrupted([&] { return ::fdatasync(file_.get()); }) == -1) return remember(errno);
  return {};
}

io_result<void> posix_writable_file::close() {
  if (!file_.is_open()) return {};
  if (file_.close() == -1) return remember(errno);
  if (broken_) return *broken_;
  return {};
}

io_result<void> posix_writable_file::usable() const {
  if (broken_) return *broken_;
  if (!file_.is_open()) return errno_error(path_, EBADF);
  return {};
}

io_error posix_writable_file::remember(int code) {
  broken_ = errno_error(path_, code);
  return *broken_;
}

}  // namespace sluice
