#include "directory_input.hpp"

#include <algorithm>
#include <exception>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>
#include <utility>

#include "deal.hpp"

namespace sluice {
namespace {

// Listing takes at most this part of the time.
constexpr int least_time_between_looks = 10;

}  // namespace

directory_input::directory_input(std::string kind, std::string directory, file_options how,
                                 make_file_format make_format, detail::chunk_splitter split)
    : kind_{std::move(kind)},
      directory_{std::move(directory)},
      how_{std::move(how)},
      make_format_{std::move(make_format)},
      split_{split},
      finder_{directory_, how_} {
  if (directory_.empty())
    throw usage_error{kind_ + ": the directory is empty; give its path, \".\" for the current one"};
  if (how_.rescan_interval.count() < 1) {
    throw usage_error{describe() + ": rescan_interval is " +
                      std::to_string(how_.rescan_interval.count()) + " ms; give at least 1 ms"};
  }
  if (how_.max_age && how_.max_age->count() < 0) {
    throw usage_error{describe() + ": max_age is " + std::to_string(how_.max_age->count()) +
                      " us; give 0 or more, or nothing for no bound"};
  }
}

void directory_input::before_start(world& outside) {
  finder_.begin(outside.storage(), outside.clock().now());
}

void directory_input::start(std::shared_ptr<input_host> host) {
  host_ = std::move(host);
  phase_ = phase::running;
  behind_ ? wait_for_batches() : prepare();
  report(receiver_event::type::started, "reading files that appear in " + directory_);
  look();
  look_again_later();
  read_later();
}

void directory_input::prepare() {
  auto const limits = host_->limits();
  buffer_.emplace(limits);
  format_ = make_format_();
  format_->prepare(limits, [this](block sealed) { keep(std::move(sealed)); });
}

void directory_input::look() {
  if (phase_ != phase::running || waiting_) return;
  // Before listing: what appears while it runs is announced again.
  announced_->store(false);
  if (!watch_) watch_directory();
  auto& outside = host_->outside();
  looked_at_ = outside.clock().monotonic();
  auto found = list();
  look_took_ = outside.clock().monotonic() - looked_at_;
  for (auto& problem : found.problems) report(receiver_event::type::error, std::move(problem));
  for (auto& file : found.files) found_.push_back({std::move(file.name), file.size});
  if (!found.listed) watch_.reset();
}

file_finder::findings directory_input::list() {
  auto& outside = host_->outside();
  try {
    return finder_.look(outside.storage(), outside.clock().now());
  } catch (std::exception const& e) {
    // The user's filter; the host makes it the end of the stream.
    give_up();
    std::throw_with_nested(stream_failure{describe() + ": file_options.filter threw: " + e.what()});
  }
}

void directory_input::watch_directory() {
  auto announce = [announced = announced_, weak = weak_from_this(), host = host_] {
    // However much happens before the host looks is one call.
    if (announced->exchange(true)) return;
    host->post([weak] {
      auto const self = weak.lock();
      if (!self || self->phase_ != phase::running) return;
      if (!self->has_next()) self->look();
      self->read_later();
    });
  };
  auto watching = host_->outside().storage().watch_directory(directory_, std::move(announce));
  // Without it the directory is still looked at now and then, and listing tells what is wrong.
  if (watching) watch_ = std::move(*watching);
}

void directory_input::look_again_later() {
  host_->after(how_.rescan_interval, [weak = weak_from_this()] {
    auto const self = weak.lock();
    if (!self || self->phase_ != phase::running) return;
    self->look();
    self->read_later();
    self->look_again_later();
  });
}

// Not while files wait to be read: where many appear, each of them would have all listed.
bool directory_input::worth_looking() const {
  if (has_next()) return false;
  if (!watch_ || announced_->load()) return true;
  auto const since = host_->outside().clock().monotonic() - looked_at_;
  return since >= least_time_between_looks * look_took_;
}

void directory_input::read_later() {
  if (read_posted_ || phase_ == phase::ended) return;
  auto const wants = file_ || has_next();
  note_wait(wants && !has_room());
  if (!wants || lacks_room_) return;
  read_posted_ = true;
  host_->post([weak = weak_from_this()] {
    if (auto const self = weak.lock()) self->read_on();
  });
}

void directory_input::read_on() {
  read_posted_ = false;
  if (phase_ == phase::ended) return;
  read_piece();
  host_->changed();
  read_later();
}

void directory_input::note_wait(bool waits) {
  auto const waited = std::exchange(lacks_room_, waits);
  auto const held = buffer_->held();
  if (waits && !waited) host_->waits_for_room({held.bytes, held.records});
  if (!waits && waited) host_->has_room();
}

// @return false if there is nothing to read now
bool directory_input::read_piece() {
  if ((!file_ && !open_next()) || !has_room()) return false;
  auto const space = format_->space();
  auto const read = file_->bytes->read_at(file_->offset, space);
  if (!read) {
    ++unreadable_files_;
    abandon_file(read.error().message() + " at offset " + std::to_string(file_->offset) +
                 "; the rest of the file is not read");
  } else if (*read == 0) {
    finish_file();
  } else {
    take(*read);
  }
  return true;
}

bool directory_input::open_next() {
  while (has_next()) {
    auto entry = std::move(found_.front());
    found_.pop_front();
    auto path = directory_ + "/" + entry.name;
    auto opened = host_->outside().storage().open_read(path);
    begun_.begin(entry, records_read());
    if (worth_looking()) look();
    if (!opened) {
      refuse(entry, path, opened.error());
      continue;
    }
    described_.add(entry.name);
    format_->begin(path, entry.size);
    file_ = open_file{std::move(entry.name), std::move(path), std::move(*opened), 0, entry.cut};
    return true;
  }
  return false;
}

void directory_input::refuse(queued_file const& entry, std::string const& path,
                             io_error const& why) {
  begun_.end(records_read(), std::nullopt);
  auto const read =
      entry.cut == 0 ? std::string{"nothing"} : std::to_string(entry.cut) + " records";
  if (why.code == std::errc::no_such_file_or_directory) {
    ++vanished_files_;
    report(receiver_event::type::error,
           path + " was listed and is gone; " + read + " of it " +
               (entry.cut == 0 ? "was read" : "were read by the process before"));
  } else {
    ++unreadable_files_;
    report(receiver_event::type::error, why.message() + "; the file is not read");
  }
}

void directory_input::take(std::size_t bytes) {
  file_->offset += bytes;
  bytes_read_ += bytes;
  auto why_not_further = std::optional<std::string>{};
  run_format([&] {
    why_not_further = format_->received(bytes);
    // Only what is sealed can be left out.
    if (file_->to_leave_out > 0) format_->seal();
  });
  if (!why_not_further) return;
  ++unreadable_files_;
  abandon_file(file_->path + ": " + *why_not_further);
  if (!format_->failed()) return;
  give_up();
  report(receiver_event::type::stopped, *why_not_further);
}

void directory_input::finish_file() {
  auto problem = std::optional<std::string>{};
  run_format([&] { problem = format_->end(); });
  if (problem) report(receiver_event::type::error, std::move(*problem));
  ++files_;
  finder_.was_read(file_->name, file_->offset);
  end_file(file_->offset);
}

void directory_input::abandon_file(std::string const& why) {
  report(receiver_event::type::error, why);
  run_format([&] { format_->abandon(); });
  end_file(std::nullopt);
}

void directory_input::end_file(std::optional<std::uint64_t> bytes) {
  if (file_->to_leave_out > 0) run_format([&] { format_->seal(); });
  if (file_->to_leave_out > 0)
    report(receiver_event::type::error, file_->path + " has " +
                                            std::to_string(file_->to_leave_out) +
                                            " records less than the process before has read of it");
  begun_.end(records_read(), bytes);
  file_.reset();
}

void directory_input::keep(block sealed) {
  auto const records = sealed.records->records();
  auto const leave_out = file_ ? std::min<std::uint64_t>(file_->to_leave_out, records) : 0;
  if (leave_out == 0) return buffer_->push(std::move(sealed));
  file_->to_leave_out -= leave_out;
  if (leave_out == records) return;
  auto parts = split_block(std::move(sealed), static_cast<std::size_t>(leave_out), split_);
  if (parts.size() < 2)
    throw stream_failure{describe() + ": cannot go on inside " + file_->path +
                         ": records of a type that cannot be copied cannot be parted; use a type "
                         "that can"};
  for (auto part = parts.begin() + 1; part != parts.end(); ++part) buffer_->push(std::move(*part));
}

// What a user's function threw goes on to the host, which makes it the end of the stream.
template <class F>
void directory_input::run_format(F&& f) {
  try {
    f();
  } catch (std::exception const& e) {
    report(receiver_event::type::error, e.what());
    file_.reset();
    give_up();
    throw;
  }
}

// No file is begun any more by this process.
void directory_input::give_up() {
  phase_ = phase::drained;
  watch_.reset();
  left_files_ = found_.size();
}

bool directory_input::has_room() const {
  auto const limits = host_->limits();
  auto const held = buffer_->held();
  auto const more = format_->unsealed();
  auto const records = held.records + more.records;
  if (records == 0) return true;
  return records < limits.records &&
         held.bytes + more.bytes + format_->room_needed() <= limits.bytes;
}

block_buffer::amount directory_input::available() const {
  auto const waiting = buffer_->waiting();
  auto const more = format_->unsealed();
  return {waiting.bytes + more.bytes, waiting.records + more.records};
}

std::uint64_t directory_input::records_read() const {
  return buffer_->counted().records_in + format_->unsealed().records;
}

input_status directory_input::status(bool probe) {
  if (phase_ == phase::created) return {};
  if (probe) {
    go_live();
    look();
    while (read_piece()) {
    }
  }
  auto const here = available();
  auto now = input_status{};
  now.records = here.records;
  now.bytes = here.bytes;
  now.idle = now.records == 0 && !file_ && !has_next() && !waiting_;
  return now;
}

input_cut directory_input::cut(batch_ref const& batch, std::uint64_t max_records) {
  go_live();
  behind_.reset();
  replayer_.reset();
  if (phase_ == phase::running && worth_looking()) look();
  do {
    while (available().records < max_records && read_piece()) {
    }
    format_->seal();
    // Lines become fewer if some are left out by a parser.
  } while (buffer_->waiting().records < max_records && read_piece());
  auto share = buffer_->cut(batch.id, max_records, split_);
  auto result = input_cut{};
  result.parts = deal(std::move(share.chunks), host_->partitions());
  result.records = share.records;
  result.bytes = share.bytes;
  result.description = described_.take();
  result.note = note_of(result);
  result.after = status(false);
  read_later();
  return result;
}

void directory_input::committed(batch_id batch) {
  if (!buffer_) return;
  buffer_->committed(batch);
  read_later();
}

void directory_input::drain() {
  if (phase_ != phase::running) return;
  give_up();
  report(receiver_event::type::stopped, "drained");
  host_->changed();
}

void directory_input::stop() {
  if (phase_ == phase::ended || !host_) return;
  if (phase_ == phase::running) report(receiver_event::type::stopped, "stopped");
  phase_ = phase::ended;
  watch_.reset();
  file_.reset();
  replayer_.reset();
  host_.reset();
}

void directory_input::report(receiver_event::type what, std::string reason) {
  host_->report({what, std::move(reason)});
}

std::map<std::string, std::uint64_t> directory_input::counters() const {
  auto const& found = finder_.counted();
  auto counters = std::map<std::string, std::uint64_t>{
      {"files", files_},
      {"bytes_read", bytes_read_},
      {"old_files", found.old_files},
      {"ignored_old_files", found.ignored_old_files},
      {"changed_files", found.changed_files},
      {"listing_errors", found.listing_errors},
      {"vanished_files", vanished_files_},
      {"unreadable_files", unreadable_files_},
      {"left_files", left_files_},
  };
  if (buffer_) counters["records"] = buffer_->counted().records_in;
  if (format_) format_->count(counters);
  return counters;
}

}  // namespace sluice
