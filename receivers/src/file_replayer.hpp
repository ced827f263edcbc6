/// Reads again what batches of the process before have taken from files.
///
/// Thread rule: one at a time. Promise: the same records in the same partitions, or a
/// `stream_failure`. Reads no further than a piece beyond what a batch has, and a file from its
/// beginning only if the batch before did not end in it.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <sluice/operators/time.hpp>
#include <sluice/receivers/detail/split_chunk.hpp>
#include <sluice/supervision/storage.hpp>
#include <string>
#include <vector>

#include "file_format.hpp"
#include "file_note.hpp"
#include "record_queue.hpp"

namespace sluice {

class file_replayer {
 public:
  struct source {
    std::string who;  ///< the input, for messages
    std::string directory;
    make_file_format make_format;
    detail::chunk_splitter split;
  };

  file_replayer(source from, storage& files, buffer_limits const& limits);

  /// @throws stream_failure  naming file, batch and remedy
  std::vector<partition> read(batch_id batch, file_note const& note, std::size_t partitions);

 private:
  struct open_file {
    std::string name;
    std::unique_ptr<readable_file> bytes;
    std::unique_ptr<file_format> format;
    std::uint64_t offset = 0;
    std::uint64_t next = 0;  // the first record of those that are ahead
    bool at_end = false;
  };

  void check(file_note const& note, std::size_t partitions) const;
  void read(file_span const& span);
  void open(file_span const& span);
  void check_size(file_span const& span);
  void pass(std::uint64_t records, file_span const& span, std::vector<chunk_ptr>& into);
  void read_piece(file_span const& span);
  std::vector<partition> deal(std::vector<std::uint64_t> const& records);
  void take(record_queue& from, std::uint64_t records, std::vector<chunk_ptr>& into) const;
  std::string path_of(file_span const& span) const { return from_.directory + "/" + span.name; }
  [[noreturn]] void fail(std::string const& why) const;
  [[noreturn]] void fail_without_file(std::string const& why) const;

  source const from_;
  storage& files_;
  buffer_limits const limits_;
  batch_id batch_ = 0;
  std::optional<open_file> file_;
  record_queue ahead_;  // of the open file
  record_queue read_;   // of the batch
};

}  // namespace sluice
