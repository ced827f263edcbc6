// How a directory input goes on after the process before has ended. What is saved is in the notes
// of the batches and in positions; nothing here is called unless the stream has a checkpoint
// directory, but for the notes.
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>
#include <utility>

#include "directory_input.hpp"

namespace sluice {
namespace {

// Batches of the process before come one shortly after the other. What is read between two of them
// is read for nothing, so reading for new ones begins when none has come for this long.
constexpr auto quiet_before_reading = std::chrono::milliseconds{100};

}  // namespace

std::string directory_input::note_of(input_cut const& made) {
  if (!finder_.settled()) return {};
  auto note = file_note{};
  note.spans = begun_.cut(buffer_->counted().records_out);
  auto seen = finder_.take_changes();
  note.found = std::move(seen.found);
  note.passed_over = std::move(seen.passed_over);
  note.forgotten.assign(seen.forgotten.begin(), seen.forgotten.end());
  if (made.records > 0)
    for (auto const& part : made.parts) note.partitions.push_back(part.records());
  // The first one tells that whatever comes now is new, even if nothing was there.
  auto const first = !std::exchange(noted_, true);
  return note.empty() && !first ? std::string{} : encode_note(note);
}

std::string directory_input::position() const {
  // What was seen since belongs to the batch to come.
  if (behind_) return encode_position(*behind_);
  if (!finder_.settled()) return {};
  auto now = file_position{finder_.known(), begun_.left()};
  now.queue.insert(now.queue.end(), found_.begin(), found_.end());
  return encode_position(now);
}

void directory_input::go_on_from(std::string_view position) {
  behind_ = decode_position(position, describe());
  noted_ = true;
}

input_cut directory_input::cut_again(batch_ref const& batch, std::string_view bytes) {
  auto const note = decode_note(bytes, describe());
  noted_ = true;
  wait_for_batches();
  if (auto const why = behind_->move_by(note))
    throw stream_failure{describe() + ": the note of batch " + std::to_string(batch.id) +
                         " does not belong behind the batch before: " + *why};
  auto result = input_cut{};
  result.parts = replayer().read(batch.id, note, host_->partitions());
  auto names = file_names{};
  for (auto const& span : note.spans) names.add(span.name);
  result.description = names.take();
  for (auto const& part : result.parts) {
    result.records += part.records();
    result.bytes += part.bytes();
  }
  result.note = bytes;
  result.after = status(false);
  return result;
}

void directory_input::wait_for_batches() {
  if (!behind_) behind_.emplace();
  if (!std::exchange(waiting_, true)) forget_what_was_read();
  host_->after(quiet_before_reading, [weak = weak_from_this(), wait = ++waits_] {
    auto const self = weak.lock();
    if (!self || self->phase_ == phase::ended || self->waits_ != wait) return;
    self->go_live();
    self->host_->changed();
  });
}

// It may be in batches that are to come again.
void directory_input::forget_what_was_read() {
  file_.reset();
  found_.clear();
  begun_ = {};
  described_.take();
  files_ = 0;
  bytes_read_ = 0;
  prepare();
}

void directory_input::go_live() {
  if (!std::exchange(waiting_, false)) return;
  finder_.restore(behind_->known);
  found_ = behind_->queue;
  if (phase_ == phase::drained) left_files_ = found_.size();
  look();
  read_later();
}

file_replayer& directory_input::replayer() {
  if (!replayer_)
    replayer_.emplace(file_replayer::source{describe(), directory_, make_format_, split_},
                      host_->outside().storage(), host_->limits());
  return *replayer_;
}

}  // namespace sluice
