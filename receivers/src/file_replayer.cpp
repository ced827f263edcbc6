#include "file_replayer.hpp"

#include <algorithm>
#include <sluice/operators/error.hpp>
#include <utility>

namespace sluice {

file_replayer::file_replayer(source from, storage& files, buffer_limits const& limits)
    : from_{std::move(from)},
      files_{files},
      limits_{limits},
      ahead_{from_.split},
      read_{from_.split} {}

std::vector<partition> file_replayer::read(batch_id batch, file_note const& note,
                                           std::size_t partitions) {
  batch_ = batch;
  if (note.records() > 0) check(note, partitions);
  for (auto const& span : note.spans) read(span);
  if (note.records() == 0) return std::vector<partition>(partitions);
  return deal(note.partitions);
}

void file_replayer::check(file_note const& note, std::size_t partitions) const {
  if (note.partitions.size() != partitions)
    fail("it had " + std::to_string(note.partitions.size()) + " partitions, not " +
         std::to_string(partitions));
  auto left = note.records();
  for (auto const records : note.partitions) {
    if (records > left) fail("its note does not add up");
    left -= records;
  }
  if (left > 0) fail("its note does not add up");
}

void file_replayer::read(file_span const& span) {
  if (span.records > 0) {
    if (!file_ || file_->name != span.name || file_->next != span.first) open(span);
    check_size(span);
    auto taken = std::vector<chunk_ptr>{};
    pass(span.records, span, taken);
    for (auto& each : taken) read_.push(std::move(each));
  }
  if (span.ended) file_.reset();
}

void file_replayer::open(file_span const& span) {
  file_.reset();
  ahead_.clear();
  auto opened = files_.open_read(path_of(span));
  if (!opened) fail_without_file(opened.error().message());
  // A format of its own, because the one before may have met its last line.
  auto format = from_.make_format();
  format->prepare(limits_, [this](block sealed) { ahead_.push(std::move(sealed.records)); });
  format->begin(path_of(span), span.bytes.value_or(0));
  file_.emplace(open_file{span.name, std::move(*opened), std::move(format)});
  auto cut_before = std::vector<chunk_ptr>{};
  for (auto left = span.first; left > 0;) {
    if (ahead_.records() == 0) read_piece(span);
    auto const records = std::min(left, ahead_.records());
    pass(records, span, cut_before);
    cut_before.clear();
    left -= records;
  }
}

void file_replayer::check_size(file_span const& span) {
  if (!span.bytes) return;
  auto const size = file_->bytes->size();
  if (!size) fail_without_file(size.error().message());
  if (*size < *span.bytes)
    fail_without_file(path_of(span) + " has " + std::to_string(*size) + " bytes now and had " +
                      std::to_string(*span.bytes));
}

// Reads on while records are missing, and no further.
void file_replayer::pass(std::uint64_t records, file_span const& span,
                         std::vector<chunk_ptr>& into) {
  while (records > 0) {
    if (ahead_.records() == 0) read_piece(span);
    auto const now = std::min(records, ahead_.records());
    take(ahead_, now, into);
    file_->next += now;
    records -= now;
  }
}

void file_replayer::read_piece(file_span const& span) {
  auto& [name, bytes, format, offset, next, at_end] = *file_;
  if (at_end)
    fail_without_file(path_of(span) + " has " + std::to_string(next) +
                      " records now, and the batch has those from " + std::to_string(span.first) +
                      " to " + std::to_string(span.first + span.records));
  auto space = format->space();
  // What was appended since would change the last record.
  if (span.bytes)
    space = space.first(
        std::min<std::uint64_t>(space.size(), *span.bytes - std::min(offset, *span.bytes)));
  auto const read = space.empty() ? io_result<std::size_t>{0} : bytes->read_at(offset, space);
  if (!read) fail_without_file(read.error().message());
  offset += *read;
  if (*read == 0) {
    at_end = true;
    format->end();
  } else if (format->received(*read)) {
    at_end = true;
    format->abandon();
  }
  format->seal();
}

std::vector<partition> file_replayer::deal(std::vector<std::uint64_t> const& records) {
  auto parts = std::vector<partition>(records.size());
  for (std::size_t i = 0; i != parts.size(); ++i) take(read_, records[i], parts[i].chunks);
  return parts;
}

void file_replayer::take(record_queue& from, std::uint64_t records,
                         std::vector<chunk_ptr>& into) const {
  if (from.take(records, into)) return;
  fail(
      "records of a type that cannot be copied cannot be parted as they were; use a type that can");
}

void file_replayer::fail(std::string const& why) const {
  throw stream_failure{from_.who + ": batch " + std::to_string(batch_) +
                       " cannot be read again: " + why};
}

void file_replayer::fail_without_file(std::string const& why) const {
  fail(why +
       "; a file must stay as it is until a checkpoint covers the batches that have its "
       "records");
}

}  // namespace sluice
