/// Files of the operating system, opened.
///
/// Thread rule: a file is used by one thread at a time. Promise: interrupted and partial calls are
/// continued; after a failed append or sync a written file answers everything with that error.
#pragma once

#include <optional>
#include <sluice/supervision/storage.hpp>

#include "file_descriptor.hpp"

namespace sluice {

/// Reads with `pread`.
class posix_readable_file final : public readable_file {
 public:
  posix_readable_file(std::string path, file_descriptor file);
  io_result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override;
  io_result<std::uint64_t> size() const override;

 private:
  std::string path_;
  file_descriptor file_;
};

/// Writes with `write` to a file opened with `O_APPEND`.
class posix_writable_file final : public writable_file {
 public:
  posix_writable_file(std::string path, file_descriptor file);
  io_result<void> append(std::string_view bytes) override;
  io_result<void> sync() override;
  io_result<void> close() override;

 private:
  io_result<void> usable() const;
  io_error remember(int code);

  std::string path_;
  file_descriptor file_;
  // After a failed fdatasync the kernel may call lost pages clean and report the next one as a
  // success, so the first failure is final.
  std::optional<io_error> broken_;
};

}  // namespace sluice
