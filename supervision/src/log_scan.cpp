#include "log_scan.hpp"

#include <algorithm>
#include <cstring>
#include <sluice/supervision/checksum.hpp>
#include <utility>

#include "files.hpp"

namespace sluice {
namespace {

constexpr auto window_size = std::size_t{256} << 10;

std::string place(std::string const& path, std::uint64_t offset) {
  return path + " at byte " + std::to_string(offset);
}

io_error damaged_at(std::string const& path, std::uint64_t offset) {
  return durability_error(place(path, offset), durability_errc::damaged);
}

io_result<segment_reader> open_segment(storage& files, found_segment const& segment) {
  auto file = files.open_read(segment.path);
  if (!file) return file.error();
  return segment_reader{std::move(*file), segment.path, segment.size};
}

// A header that was never completely written: too short, or space that was never filled.
io_result<bool> header_is_torn(segment_reader& reader) {
  if (reader.size() < segment_header_size) return true;
  return reader.is_zero_from(0);
}

io_result<std::optional<segment_header>> read_header(storage& files, found_segment const& segment) {
  auto reader = open_segment(files, segment);
  if (!reader) return reader.error();
  auto const torn = header_is_torn(*reader);
  if (!torn) return torn.error();
  if (*torn) return std::optional<segment_header>{};
  auto const bytes = reader->view(0, segment_header_size);
  if (!bytes) return bytes.error();
  auto const header = decode_segment_header(*bytes);
  if (header && header->version > log_version)
    return durability_error(segment.path + " of format " + std::to_string(header->version) +
                                ", newest known " + std::to_string(log_version),
                            durability_errc::newer_format);
  if (!header || header->index != segment.index || header->first == 0 || header->version == 0)
    return damaged_at(segment.path, 0);
  return header;
}

/// One record in a segment: whole and right, cut off by the end of the file, or wrong.
struct record_view {
  enum class state { intact, cut_off, wrong } is = state::wrong;
  std::uint64_t sequence = 0;
  std::string_view payload{};
};

io_result<record_view> record_at(segment_reader& reader, std::uint64_t offset) {
  using state = record_view::state;
  auto const left = reader.size() - offset;
  if (left < record_header_size) return record_view{.is = state::cut_off};
  auto const header_bytes = reader.view(offset, record_header_size);
  if (!header_bytes) return header_bytes.error();
  auto const header = decode_record_header(*header_bytes);
  if (!header) return record_view{.is = state::wrong};
  if (left - record_header_size < header->length) return record_view{.is = state::cut_off};
  auto const payload = reader.view(offset + record_header_size, header->length);
  if (!payload) return payload.error();
  if (checksum(*payload) != header->payload_checksum) return record_view{.is = state::wrong};
  return record_view{.is = state::intact, .sequence = header->sequence, .payload = *payload};
}

// Whether a whole record begins anywhere behind `offset`.
io_result<bool> something_intact_after(segment_reader& reader, std::uint64_t offset) {
  while (++offset + record_header_size <= reader.size()) {
    auto const record = record_at(reader, offset);
    if (!record) return record.error();
    if (record->is == record_view::state::intact) return true;
  }
  return false;
}

// What to make of the bytes from `offset` on, which are no record, at the end of the last segment.
io_result<segment_end> judge_tail(segment_reader& reader, std::uint64_t offset, std::uint64_t next,
                                  record_view::state state, damaged_tail if_damaged) {
  auto const rest = segment_end{.next = next, .rest_bytes = reader.size() - offset};
  if (state == record_view::state::cut_off) return rest;
  auto const empty = reader.is_zero_from(offset);
  if (!empty) return empty.error();
  if (*empty) return rest;
  if (if_damaged == damaged_tail::refuse) return damaged_at(reader.path(), offset);
  auto const followed = something_intact_after(reader, offset);
  if (!followed) return followed.error();
  if (*followed) return damaged_at(reader.path(), offset);
  return segment_end{.next = next, .rest_bytes = rest.rest_bytes, .damaged = true};
}

}  // namespace

segment_reader::segment_reader(std::unique_ptr<readable_file> file, std::string path,
                               std::uint64_t size)
    : file_{std::move(file)}, path_{std::move(path)}, size_{size} {}

io_result<std::string_view> segment_reader::view(std::uint64_t offset, std::size_t count) {
  auto const inside = offset - window_offset_;
  if (offset >= window_offset_ && inside <= window_.size() && window_.size() - inside >= count)
    return window_.substr(static_cast<std::size_t>(inside), count);
  auto const size = static_cast<std::size_t>(
      std::min<std::uint64_t>(size_ - offset, std::max(count, window_size)));
  auto const kept = begin_window(offset, size);
  for (auto done = kept; done < size;) {
    auto const read = file_->read_at(offset + done, std::span{memory_.get() + done, size - done});
    if (!read) return read.error();
    // The file was longer when it was listed.
    if (*read == 0) return damaged_at(path_, offset + done);
    done += *read;
  }
  window_ = {memory_.get(), size};
  window_offset_ = offset;
  return window_.substr(0, count);
}

// What the window has of the bytes from `offset` on stays in it.
std::size_t segment_reader::begin_window(std::uint64_t offset, std::size_t size) {
  auto const at = offset - window_offset_;
  auto const kept = offset >= window_offset_ && at < window_.size()
                        ? window_.substr(static_cast<std::size_t>(at))
                        : std::string_view{};
  if (size > room_) {
    auto memory = std::make_unique_for_overwrite<char[]>(size);
    std::copy(kept.begin(), kept.end(), memory.get());
    memory_ = std::move(memory);
    room_ = size;
  } else if (!kept.empty()) {
    std::memmove(memory_.get(), kept.data(), kept.size());
  }
  window_ = {};
  return kept.size();
}

io_result<bool> segment_reader::is_zero_from(std::uint64_t offset) {
  while (offset < size_) {
    auto const count =
        static_cast<std::size_t>(std::min<std::uint64_t>(size_ - offset, window_size));
    auto const bytes = view(offset, count);
    if (!bytes) return bytes.error();
    if (bytes->find_first_not_of('\0') != std::string_view::npos) return false;
    offset += count;
  }
  return true;
}

io_result<std::vector<found_segment>> find_segments(storage& files, std::string const& directory) {
  auto const entries = files.list(directory);
  if (!entries) return entries.error();
  auto found = std::vector<found_segment>{};
  for (auto const& entry : *entries) {
    auto const index = number_of_name(segment_prefix, entry.name);
    if (index == 0 || entry.is_directory) continue;
    auto segment = found_segment{
        .path = directory + "/" + entry.name, .index = index, .size = entry.size, .header = {}};
    auto header = read_header(files, segment);
    if (!header) return header.error();
    segment.header = *header;
    found.push_back(std::move(segment));
  }
  return found;
}

io_result<segment_end> read_segment(storage& files, found_segment const& segment,
                                    std::optional<std::uint64_t> end, damaged_tail if_damaged,
                                    durable_log::visitor const& visit) {
  auto reader = open_segment(files, segment);
  if (!reader) return reader.error();
  auto next = segment.header->first;
  auto offset = std::uint64_t{segment_header_size};
  while (next != end && offset < segment.size) {
    auto const record = record_at(*reader, offset);
    if (!record) return record.error();
    if (record->is != record_view::state::intact) {
      if (!end) return judge_tail(*reader, offset, next, record->is, if_damaged);
      return damaged_at(segment.path, offset);
    }
    if (record->sequence != next) return damaged_at(segment.path, offset);
    if (visit) visit(next, record->payload);
    offset += record_header_size + record->payload.size();
    ++next;
  }
  // The file ends before the next segment takes over.
  if (end && next != *end) return damaged_at(segment.path, offset);
  return segment_end{.next = next, .rest_bytes = segment.size - offset};
}

}  // namespace sluice
