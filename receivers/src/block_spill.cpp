#include "block_spill.hpp"

#include <algorithm>
#include <filesystem>
#include <sluice/operators/codec.hpp>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/checksum.hpp>
#include <sluice/supervision/storage.hpp>
#include <sluice/supervision/world.hpp>
#include <utility>

#include "supervision/src/files.hpp"

namespace sluice {
namespace {

constexpr std::size_t least_file_bytes = std::size_t{4} << 10;

/// What a block is beside its records.
struct block_head {
  std::uint64_t more_bytes = 0;
  std::optional<std::pair<std::uint64_t, std::uint64_t>> positions;
  std::vector<std::uint64_t> each;
  bool unfinished = false;
};

byte_writer encoded(block const& b, partition_codec const& codec) {
  auto head = block_head{b.more_bytes, {}, b.each, b.unfinished};
  if (b.positions) head.positions.emplace(b.positions->first, b.positions->last);
  auto out = byte_writer{};
  encode(out, head);
  auto part = partition{};
  part.chunks.push_back(b.records);
  codec.encode(out, part);
  return out;
}

block decoded(std::string_view bytes, partition_codec const& codec) {
  auto in = byte_reader{std::as_bytes(std::span{bytes}), "a spilled block"};
  auto head = decode<block_head>(in);
  auto part = codec.decode(in);
  auto b = block{std::move(part.chunks.at(0)), static_cast<std::size_t>(head.more_bytes)};
  if (head.positions) b.positions = position_range{head.positions->first, head.positions->second};
  b.each = std::move(head.each);
  b.unfinished = head.unfinished;
  return b;
}

block_buffer::amount size_of(block const& b) {
  return {b.records->bytes() + b.more_bytes, b.records->records()};
}

}  // namespace

block_spill::block_spill(world& outside, spill_options how, partition_codec const& codec,
                         std::string who)
    : outside_{outside}, how_{std::move(how)}, codec_{codec}, who_{std::move(who)} {}

block_spill::~block_spill() { end(); }

void block_spill::end() {
  for (auto const& each : std::exchange(waiting_, {})) remove(path_of(each.number));
  if (!directory_.empty()) remove(std::exchange(directory_, {}));
  amount_ = {};
  on_disk_ = 0;
}

std::size_t block_spill::disk_bytes(std::size_t bytes) { return std::max(bytes, least_file_bytes); }

bool block_spill::push(block const& sealed) {
  auto const bytes = encoded(sealed, codec_);
  auto const text = bytes.text();
  auto const size = disk_bytes(text.size());
  if (on_disk_ + size > how_.max_bytes) return false;
  auto done = make_directory();
  if (done) done = write(path_of(++last_), text);
  if (!done) {
    ++counts_.write_errors;
    if (!std::exchange(failing_, true))
      error_ =
          who_ + ": cannot spill: " + done.error().message() + "; until it can, the source waits";
    return false;
  }
  failing_ = false;
  auto const amount = size_of(sealed);
  waiting_.push_back({last_, text.size(), checksum(text), amount});
  amount_ = {amount_.bytes + amount.bytes, amount_.records + amount.records};
  on_disk_ += size;
  counts_.records += amount.records;
  counts_.bytes += text.size();
  return true;
}

block block_spill::pop() {
  auto const& oldest = waiting_.front();
  auto const fail = [&](std::string const& why) {
    throw runtime_failure{who_ + ": cannot read back what was spilled: " + why + "; " +
                          std::to_string(amount_.records) +
                          " records wait there. Nothing is passed over: it is tried again when the "
                          "input is restarted, or after resume()"};
  };
  auto const path = path_of(oldest.number);
  auto const bytes = read_exactly(outside_.storage(), path, oldest.file_bytes);
  if (!bytes) fail(bytes.error().message());
  if (checksum(*bytes) != oldest.sum) fail(path + ": it is damaged");
  auto result = decoded(*bytes, codec_);
  remove(path);
  amount_ = {amount_.bytes - oldest.size.bytes, amount_.records - oldest.size.records};
  on_disk_ -= disk_bytes(oldest.file_bytes);
  waiting_.pop_front();
  return result;
}

std::optional<std::string> block_spill::take_error() { return std::exchange(error_, std::nullopt); }

std::string block_spill::path_of(std::uint64_t number) const {
  return directory_ + "/block-" + std::to_string(number);
}

io_result<void> block_spill::make_directory() {
  if (!directory_.empty()) return {};
  auto parent = how_.directory;
  if (parent.empty())
    parent = outside_.simulated() ? "/tmp" : std::filesystem::temp_directory_path().string();
  auto& files = outside_.storage();
  if (auto made = files.create_directories(parent); !made) return made;
  auto chance = outside_.random("spilled blocks");
  for (;;) {
    auto path = parent + "/sluice-spill-" + std::to_string(chance());
    auto made = files.create_directory(path);
    if (made) {
      directory_ = std::move(path);
      return {};
    }
    if (made.error().code != std::errc::file_exists) return made;
  }
}

io_result<void> block_spill::write(std::string const& path, std::string_view bytes) {
  auto file = outside_.storage().open_write(path, write_mode::create_new);
  if (!file) return file.error();
  auto done = (*file)->append(bytes);
  if (done) done = (*file)->close();
  if (!done) remove(path);
  return done;
}

// What cannot be removed is left to whoever cleans the directory up: it is one for such files.
void block_spill::remove(std::string const& path) { (void)outside_.storage().remove(path); }

}  // namespace sluice
