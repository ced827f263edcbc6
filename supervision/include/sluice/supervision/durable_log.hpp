/// A log of records that survives crashes.
///
/// Thread rule: one thread at a time. Promise: what `sync` has confirmed comes back from `open` as
/// it was and in order, or `open` refuses and says why; after it may come records that were
/// appended and not confirmed, from the first one on without a gap.
///
/// The log is a directory of segments. What a crash cut off at the very end is tolerated and
/// counted. Whatever else does not verify is an error with file and offset, and never skipped.
/// Limits: a file that was cut short by other hands looks like a crash unless `needed_from` tells
/// better; and after a failed sync the operating system may show bytes until it is restarted which
/// the disk does not have.
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <memory>
#include <optional>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <string_view>
#include <vector>

namespace sluice {

struct found_segment;

/// What to do with a last segment that ends in bytes which are complete but wrong. A crash of some
/// file systems leaves that behind, but so does a disk that rots, and then confirmed records are
/// lost.
enum class damaged_tail {
  refuse,  ///< `open` fails
  cut      ///< go on with what is before, if nothing intact follows, and count what was cut
};

struct durable_log_options {
  /// A segment that would grow beyond this is closed and the next one begun.
  std::uint64_t segment_bytes = 16ULL << 20;
  /// Bound for all files of the log together, at least twice `segment_bytes`; an append beyond it
  /// is `durability_errc::log_full`.
  std::uint64_t max_bytes = 1ULL << 30;
  /// Bound for one record. One above `segment_bytes` gets a segment of its own.
  std::uint32_t max_record_bytes = 64U << 20;
  /// Appended bytes that are collected before they go to the storage; a sync writes them in any
  /// case.
  std::size_t buffer_bytes = 256U << 10;
  damaged_tail if_damaged_tail = damaged_tail::refuse;
  /// The first record that is needed: one above the last that a checkpoint covers. If the log does
  /// not reach from there to its end, `open` fails with `records_missing`. 0: not known.
  std::uint64_t needed_from = 0;
};

/// What `open` found.
struct log_recovery {
  std::uint64_t first = 0;  ///< sequence of the first record, if there is one
  std::uint64_t records = 0;
  std::uint64_t segments = 0;
  std::uint64_t torn_bytes = 0;       ///< cut off by a crash at the very end
  std::uint64_t cut_bytes = 0;        ///< damaged, dropped as `damaged_tail::cut` allows
  std::uint64_t abandoned_bytes = 0;  ///< left by writes that failed and were made anew
};

/// The log; see the head of this file.
class durable_log {
 public:
  using visitor = std::function<void(std::uint64_t sequence, std::string_view payload)>;

  /// Reads what is there and calls `visit` for each record in order, then makes durable what it
  /// found. If it fails after some calls, what they brought is not to be used.
  /// @throws usage_error if the options contradict themselves
  static io_result<std::unique_ptr<durable_log>> open(storage& files, std::string directory,
                                                      durable_log_options const& options,
                                                      visitor const& visit = {});
  ~durable_log();
  durable_log(durable_log const&) = delete;
  durable_log& operator=(durable_log const&) = delete;

  /// Adds a record and gives its sequence: 1, 2, 3, ... It is not durable before `sync`.
  ///
  /// `log_full` and `record_too_large` leave the log as it was. Any other error is final: every
  /// further call gives it again, until `reopen`.
  io_result<std::uint64_t> append(std::string_view payload) { return append({}, payload); }
  /// Adds a record of two pieces, which is read as one. A large `body` is not copied.
  io_result<std::uint64_t> append(std::string_view head, std::string_view body);
  /// Makes durable what was appended, and gives the sequence of the last durable record.
  io_result<std::uint64_t> sync();
  /// After an error: forgets what was appended after the last confirmed record, and goes on in a
  /// new segment. Who appended what is forgotten appends it again, under the same sequences.
  io_result<void> reopen();
  /// Removes the segments that hold nothing above `sequence`, all but the last one, and gives their
  /// number. A failed removal leaves the log usable; the next call tries again.
  io_result<std::size_t> clean_up_to(std::uint64_t sequence);

  /// The last confirmed record; 0 if there never was one.
  std::uint64_t durable() const { return durable_; }
  /// The sequence that the next append gives.
  std::uint64_t next() const { return next_; }
  /// Size of all files, with what waits to be written.
  std::uint64_t size() const { return total_; }
  log_recovery const& recovered() const { return recovered_; }
  bool failed() const { return failed_.has_value(); }

 private:
  struct known_segment {
    std::uint64_t index;
    std::uint64_t first;
    std::uint64_t bytes;
    bool durable;  // header and name
  };

  durable_log(storage& files, std::string directory, durable_log_options const& options);
  io_result<void> recover(visitor const& visit);
  io_result<void> read_segments(std::vector<found_segment> const& found, visitor const& visit);
  io_result<void> settle();
  io_result<void> check_needed() const;
  io_result<void> begin_segment();
  io_result<void> write_record(std::string_view head, std::string_view body);
  io_result<void> write_buffer();
  io_result<void> make_durable();
  io_error fail(io_error error);
  std::string path_of(std::uint64_t index) const;
  io_result<void> leave_last_segment(std::uint64_t sequence);
  std::uint64_t largest_record() const;
  bool first_is_removable(std::uint64_t sequence) const;

  storage& files_;
  std::string const directory_;
  durable_log_options const options_;
  log_recovery recovered_{};
  std::deque<known_segment> segments_{};   // ascending by index; `first` never falls
  std::unique_ptr<writable_file> file_{};  // of the last segment, once this process has begun one
  std::string buffer_{};                   // appended, not yet handed to `file_`
  std::uint64_t next_index_ = 1;
  std::uint64_t next_ = 1;
  std::uint64_t durable_ = 0;
  std::uint64_t total_ = 0;
  std::optional<io_error> failed_{};
};

}  // namespace sluice
