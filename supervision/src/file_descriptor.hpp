/// An owned POSIX file descriptor.
///
/// Thread rule: one thread at a time. Promise: closed exactly once; never inherited by a child
/// process if it was opened through here.
#pragma once

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <sluice/supervision/io_result.hpp>
#include <string>
#include <utility>

namespace sluice {

/// `resource` failed with an errno.
inline io_error errno_error(std::string resource, int code = errno) {
  return {std::error_code{code, std::generic_category()}, std::move(resource)};
}

/// Repeats a system call that a signal interrupted.
template <class Call>
auto retry_interrupted(Call call) {
  auto outcome = call();
  while (outcome == -1 && errno == EINTR) outcome = call();
  return outcome;
}

/// A file descriptor or none.
class file_descriptor {
 public:
  file_descriptor() = default;
  explicit file_descriptor(int number) : number_{number} {}
  file_descriptor(file_descriptor&& other) noexcept : number_{other.release()} {}
  file_descriptor& operator=(file_descriptor&& other) noexcept {
    std::swap(number_, other.number_);
    return *this;
  }
  ~file_descriptor() {
    if (number_ != -1) ::close(number_);
  }

  bool is_open() const { return number_ != -1; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }

  /// -1 and errno on failure. An interrupted close has closed on Linux; repeating it could close a
  /// descriptor that another thread has just been given.
  int close() {
    auto outcome = ::close(release());
    return outcome == -1 && errno == EINTR ? 0 : outcome;
  }

 private:
  int number_ = -1;
};

/// Opens with close-on-exec; a new file gets the permissions that the umask leaves.
inline io_result<file_descriptor> open_descriptor(std::string const& path, int flags) {
  constexpr auto permissions = 0666;
  auto number =
      retry_interrupted([&] { return ::open(path.c_str(), flags | O_CLOEXEC, permissions); });
  if (number == -1) return errno_error(path);
  return file_descriptor{number};
}

}  // namespace sluice
