#include "sim_file.hpp"

#include <utility>

namespace sluice::testkit {

io_result<std::size_t> sim_readable_file::read_at(std::uint64_t offset, std::span<char> into) {
  if (!handle_.alive()) return handle_.error(std::errc::bad_file_descriptor);
  if (auto const failed = handle_.disk->gate(storage_operation::read, handle_.path)) {
    return handle_.error(*failed);
  }
  auto const& bytes = handle_.node->bytes;
  if (offset >= bytes.size()) return std::size_t{0};
  return bytes.copy(into.data(), into.size(), static_cast<std::size_t>(offset));
}

io_result<std::uint64_t> sim_readable_file::size() const {
  if (!handle_.alive()) return handle_.error(std::errc::bad_file_descriptor);
  return static_cast<std::uint64_t>(handle_.node->bytes.size());
}

sim_lock::~sim_lock() {
  if (handle_.alive()) handle_.disk->locked.erase(handle_.node);
}

sim_writable_file::~sim_writable_file() { release(); }

io_result<void> sim_writable_file::append(std::string_view bytes) {
  if (auto ready = usable(); !ready) return ready;
  if (auto const failed = handle_.disk->gate(storage_operation::append, handle_.path)) {
    if (!handle_.alive()) return handle_.error(*failed);
    auto const torn = bytes.empty() ? 0 : handle_.disk->chance().below(bytes.size());
    write(bytes.substr(0, static_cast<std::size_t>(torn)));
    return remember(*failed);
  }
  auto const fits = handle_.disk->room_for(bytes.size());
  write(bytes.substr(0, fits));
  if (fits < bytes.size()) return remember(std::errc::no_space_on_device);
  return {};
}

io_result<void> sim_writable_file::sync() {
  if (auto ready = usable(); !ready) return ready;
  if (auto const failed = handle_.disk->gate(storage_operation::sync, handle_.path)) {
    return remember(*failed);
  }
  sim_tree::sync_bytes(*handle_.node);
  return {};
}

io_result<void> sim_writable_file::close() {
  if (!open_) return {};
  if (!handle_.alive()) return handle_.error(std::errc::bad_file_descriptor);
  auto const failed = handle_.disk->gate(storage_operation::close, handle_.path);
  release();
  if (failed) return remember(*failed);
  if (broken_) return *broken_;
  return {};
}

io_result<void> sim_writable_file::usable() const {
  if (broken_) return *broken_;
  if (!open_ || !handle_.alive()) return handle_.error(std::errc::bad_file_descriptor);
  return {};
}

void sim_writable_file::write(std::string_view bytes) {
  handle_.node->bytes.append(bytes);
  handle_.node->modified = handle_.disk->now();
}

io_error sim_writable_file::remember(std::errc why) {
  broken_ = handle_.error(why);
  return *broken_;
}

void sim_writable_file::release() {
  if (std::exchange(open_, false) && handle_.alive()) {
    handle_.disk->tell(handle_.node->parent.lock());
  }
}

}  // namespace sluice::testkit
