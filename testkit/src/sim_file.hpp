/// Open and locked files of the simulated storage.
///
/// Thread rule: one thread. Promise: a file opened before a crash answers `bad_file_descriptor`.
#pragma once

#include <memory>
#include <optional>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <utility>

#include "sim_disk.hpp"

namespace sluice::testkit {

/// Which node, opened under which name in which life of the disk.
struct sim_handle {
  std::shared_ptr<sim_disk> disk;
  sim_node_ptr node;
  std::string path;
  std::uint64_t life;

  bool alive() const { return disk->life() == life; }
  io_error error(std::errc why) const { return {make_error_code(why), path}; }
};

/// Sees what is appended after it was opened.
class sim_readable_file final : public readable_file {
 public:
  explicit sim_readable_file(sim_handle handle) : handle_{std::move(handle)} {}
  io_result<std::size_t> read_at(std::uint64_t offset, std::span<char> into) override;
  io_result<std::uint64_t> size() const override;

 private:
  sim_handle handle_;
};

/// Locks the node until it is destroyed or the disk's life ends.
class sim_lock final : public file_lock {
 public:
  explicit sim_lock(sim_handle handle) : handle_{std::move(handle)} {}
  ~sim_lock() override;

 private:
  sim_handle handle_;
};

/// Appends to the node's bytes.
class sim_writable_file final : public writable_file {
 public:
  explicit sim_writable_file(sim_handle handle) : handle_{std::move(handle)} {}
  ~sim_writable_file() override;
  io_result<void> append(std::string_view bytes) override;
  io_result<void> sync() override;
  io_result<void> close() override;

 private:
  io_result<void> usable() const;
  void write(std::string_view bytes);
  io_error remember(std::errc why);
  void release();

  sim_handle handle_;
  bool open_ = true;
  std::optional<io_error> broken_;  // the first error is final
};

}  // namespace sluice::testkit
