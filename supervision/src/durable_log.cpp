#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/durable_log.hpp>
#include <utility>

#include "files.hpp"
#include "log_format.hpp"
#include "log_scan.hpp"

namespace sluice {
namespace {

// One more call costs less than copying this much.
constexpr auto largest_copy = std::size_t{64} << 10;

void check(durable_log_options const& options) {
  auto const require = [](bool holds, char const* field, std::uint64_t value, char const* rule) {
    if (holds) return;
    throw usage_error{std::string{"durable_log_options."} + field + " is " + std::to_string(value) +
                      ": " + rule};
  };
  constexpr auto overhead = 2 * segment_header_size + record_header_size;
  require(options.segment_bytes > overhead, "segment_bytes", options.segment_bytes,
          "it must have room for a header and a record");
  require(options.max_bytes / 2 >= options.segment_bytes, "max_bytes", options.max_bytes,
          "it must be at least twice segment_bytes, so that one can go while another is written");
  require(options.max_record_bytes > 0, "max_record_bytes", options.max_record_bytes,
          "it must be above 0");
}

}  // namespace

durable_log::durable_log(storage& files, std::string directory, durable_log_options const& options)
    : files_{files}, directory_{std::move(directory)}, options_{options} {}

durable_log::~durable_log() = default;

io_result<std::unique_ptr<durable_log>> durable_log::open(storage& files, std::string directory,
                                                          durable_log_options const& options,
                                                          visitor const& visit) {
  check(options);
  auto log = std::unique_ptr<durable_log>{new durable_log{files, std::move(directory), options}};
  if (auto done = make_durable_directory(files, log->directory_); !done) return done.error();
  if (auto done = log->recover(visit); !done) return done.error();
  return log;
}

io_result<void> durable_log::recover(visitor const& visit) {
  auto const found = find_segments(files_, directory_);
  if (!found) return found.error();
  for (auto const& segment : *found) {
    next_index_ = segment.index + 1;
    if (!segment.header) {
      // Nothing was confirmed in it: its header is written before its first record.
      recovered_.torn_bytes += segment.size;
      if (auto done = files_.remove(segment.path); !done) return done;
      continue;
    }
    if (!segments_.empty() && segment.header->first < segments_.back().first)
      return durability_error(segment.path + " at byte 0", durability_errc::damaged);
    segments_.push_back({segment.index, segment.header->first, segment.size, true});
    total_ += segment.size;
  }
  return read_segments(*found, visit);
}

io_result<void> durable_log::read_segments(std::vector<found_segment> const& found,
                                           visitor const& visit) {
  auto const count = [&](std::uint64_t sequence, std::string_view payload) {
    if (recovered_.records++ == 0) recovered_.first = sequence;
    if (visit) visit(sequence, payload);
  };
  auto position = std::size_t{0};
  for (auto const& segment : found) {
    if (!segment.header) continue;
    auto const is_last = ++position == segments_.size();
    auto const end = is_last ? std::optional<std::uint64_t>{} : segments_[position].first;
    auto const read = read_segment(files_, segment, end, options_.if_damaged_tail, count);
    if (!read) return read.error();
    next_ = read->next;
    auto& rest = !is_last        ? recovered_.abandoned_bytes
                 : read->damaged ? recovered_.cut_bytes
                                 : recovered_.torn_bytes;
    rest += read->rest_bytes;
  }
  recovered_.segments = segments_.size();
  return settle();
}

// What was read may be nowhere but in memory yet, if only the process had died. From here on it
// counts as confirmed, so it must be.
io_result<void> durable_log::settle() {
  if (auto done = check_needed(); !done) return done;
  if (!segments_.empty()) {
    auto const last = files_.open_write(path_of(segments_.back().index), write_mode::append);
    if (!last) return last.error();
    if (auto done = (*last)->sync(); !done) return done;
    if (auto done = (*last)->close(); !done) return done;
  }
  if (auto done = files_.sync_directory(directory_); !done) return done;
  durable_ = next_ - 1;
  return {};
}

io_result<void> durable_log::check_needed() const {
  if (options_.needed_from == 0) return {};
  auto const first = segments_.empty() ? next_ : segments_.front().first;
  if (first <= options_.needed_from && options_.needed_from <= next_) return {};
  auto const has = first == next_
                       ? "no records before " + std::to_string(next_)
                       : "records " + std::to_string(first) + " to " + std::to_string(next_ - 1);
  return durability_error(
      directory_ + " with " + has + ", needed from " + std::to_string(options_.needed_from),
      durability_errc::records_missing);
}

io_result<std::uint64_t> durable_log::append(std::string_view head, std::string_view body) {
  if (failed_) return *failed_;
  auto const length = head.size() + body.size();
  if (length > largest_record())
    return durability_error(directory_ + ", record " + std::to_string(next_) + " of " +
                                std::to_string(length) + " bytes",
                            durability_errc::record_too_large);
  auto const size = record_header_size + length;
  auto const rolls = !file_ || (segments_.back().bytes > segment_header_size &&
                                segments_.back().bytes + size > options_.segment_bytes);
  // Room for one more header stays, so that a full log can still be cleaned up.
  if (total_ + size + (rolls ? 2 : 1) * segment_header_size > options_.max_bytes)
    return durability_error(directory_ + " with " + std::to_string(total_) + " bytes",
                            durability_errc::log_full);
  if (rolls) {
    if (auto begun = begin_segment(); !begun) return fail(begun.error());
  }
  segments_.back().bytes += size;
  total_ += size;
  if (auto written = write_record(head, body); !written) return fail(written.error());
  return next_++;
}

io_result<void> durable_log::write_record(std::string_view head, std::string_view body) {
  append_record_header(buffer_, next_, head, body);
  buffer_ += head;
  if (body.size() >= largest_copy) {
    if (auto written = write_buffer(); !written) return written;
    return file_->append(body);
  }
  buffer_ += body;
  return buffer_.size() >= options_.buffer_bytes ? write_buffer() : io_result<void>{};
}

io_result<std::uint64_t> durable_log::sync() {
  if (failed_) return *failed_;
  if (auto done = make_durable(); !done) return fail(done.error());
  return durable_;
}

// The segment before is made durable with its name first, so that a torn tail is always in the last
// one, and none is missing in between.
io_result<void> durable_log::begin_segment() {
  if (auto done = make_durable(); !done) return done;
  if (file_) {
    if (auto done = file_->close(); !done) return done;
  }
  auto const index = next_index_++;
  auto file = files_.open_write(path_of(index), write_mode::create_new);
  if (!file) return file.error();
  file_ = std::move(*file);
  append_segment_header(buffer_, {.index = index, .first = next_});
  segments_.push_back({index, next_, segment_header_size, false});
  total_ += segment_header_size;
  return {};
}

io_result<void> durable_log::write_buffer() {
  if (buffer_.empty()) return {};
  auto written = file_->append(buffer_);
  buffer_.clear();
  return written;
}

io_result<void> durable_log::make_durable() {
  if (!file_ || (durable_ == next_ - 1 && segments_.back().durable)) return {};
  if (auto done = write_buffer(); !done) return done;
  if (auto done = file_->sync(); !done) return done;
  if (auto& segment = segments_.back(); !segment.durable) {
    if (auto done = files_.sync_directory(directory_); !done) return done;
    segment.durable = true;
  }
  durable_ = next_ - 1;
  return {};
}

io_error durable_log::fail(io_error error) {
  failed_ = std::move(error);
  file_.reset();
  buffer_.clear();
  return *failed_;
}

io_result<void> durable_log::reopen() {
  if (!failed_) return {};
  // A failed write leaves an unknown part of its bytes: only the storage knows the sizes.
  auto const entries = files_.list(directory_);
  if (!entries) return entries.error();
  total_ = 0;
  for (auto const& entry : *entries) {
    auto const index = number_of_name(segment_prefix, entry.name);
    if (index == 0 || entry.is_directory) continue;
    total_ += entry.size;
    next_index_ = std::max(next_index_, index + 1);
    for (auto& segment : segments_)
      if (segment.index == index) segment.bytes = entry.size;
  }
  next_ = durable_ + 1;
  failed_.reset();
  return {};
}

io_result<std::size_t> durable_log::clean_up_to(std::uint64_t sequence) {
  if (auto done = leave_last_segment(sequence); !done) return done.error();
  auto removed = std::size_t{0};
  while (first_is_removable(sequence)) {
    auto const gone = files_.remove(path_of(segments_.front().index));
    // A removal whose sync failed has taken place all the same.
    if (!gone && gone.error().code != std::errc::no_such_file_or_directory) return gone.error();
    // One at a time: were two removals on the way, a crash could undo the first of them alone.
    if (auto done = files_.sync_directory(directory_); !done) return done.error();
    total_ -= segments_.front().bytes;
    segments_.pop_front();
    ++removed;
  }
  return removed;
}

// The last segment could fill the log by itself, with one large record; then it has to go as well.
io_result<void> durable_log::leave_last_segment(std::uint64_t sequence) {
  if (failed_ || segments_.empty() || durable_ != next_ - 1 || sequence < durable_) return {};
  auto const size = segments_.back().bytes;
  if (size == segment_header_size || size <= options_.max_bytes / 2) return {};
  if (auto done = begin_segment(); !done) return fail(done.error());
  if (auto done = make_durable(); !done) return fail(done.error());
  return {};
}

std::uint64_t durable_log::largest_record() const {
  constexpr auto overhead = 2 * segment_header_size + record_header_size;
  return std::min<std::uint64_t>(options_.max_record_bytes, options_.max_bytes - overhead);
}

bool durable_log::first_is_removable(std::uint64_t sequence) const {
  if (segments_.empty()) return false;
  return std::any_of(segments_.begin() + 1, segments_.end(), [&](known_segment const& later) {
    return later.durable && later.first <= sequence + 1;
  });
}

std::string durable_log::path_of(std::uint64_t index) const {
  return directory_ + "/" + numbered_name(segment_prefix, index);
}

}  // namespace sluice
