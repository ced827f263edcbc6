#include "journal.hpp"

#include "supervision/src/mutant.hpp"

#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/world.hpp>

namespace sluice {

namespace {

constexpr auto contents_blob = "contents";

[[noreturn]] void refuse(std::string const& what, io_error const& why) {
  throw runtime_failure{"checkpoint directory: cannot " + what + ": " + why.message()};
}

template <class T>
T expect(std::string const& what, io_result<T> result) {
  if (!result) refuse(what, result.error());
  if constexpr (!std::is_void_v<T>) return std::move(*result);
}

durable_log_options log_options(std::uint64_t max_bytes) {
  durable_log_options o;
  o.max_bytes = max_bytes;
  o.segment_bytes = std::clamp<std::uint64_t>(max_bytes / 16, 1U << 16U, 64U << 20U);
  o.max_record_bytes = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(max_bytes, std::numeric_limits<std::uint32_t>::max()));
  // What the kernel has outlives the process, and commits are not synced.
  o.buffer_bytes = 0;
  return o;
}

std::uint64_t number_in(checkpoint_manifest const& manifest, char const* key) {
  auto const found = manifest.values.find(key);
  return found == manifest.values.end() ? 0 : std::stoull(found->second);
}

}  // namespace

journal::journal(world& outside, std::string directory, checkpoint_options const& how)
    : outside_{outside},
      directory_{std::move(directory)},
      how_{how},
      last_checkpoint_{outside.clock().monotonic()} {
  open_store();
  open_batches();
}

journal::~journal() = default;

void journal::open_store() {
  store_ = expect("open it", checkpoint_store::open(outside_.storage(), directory_,
                                                    {.if_unusable = how_.if_unusable}));
  auto const& found = store_->decision();
  note_ = found.message();
  if (!store_->current()) return;
  auto const bytes = expect("read the checkpoint", store_->read(contents_blob));
  recovered_.emplace();
  recovered_->from = checkpoint_contents_from(bytes);
  recovered_->frame = recovered_->from->frame;
  recovered_->committed = recovered_->from->batch.id;
  void_saves_ = recovered_->from->void_saves;
  last_number_ = recovered_->from->number;
}

void journal::open_batches() {
  if (store_->decision().discarded) remove_log("batches");
  auto options = log_options(how_.max_log_bytes);
  options.needed_from = recovered_ ? recovered_->from->next_log_entry : 0;
  batches_ = expect("read the batches",
                    durable_log::open(outside_.storage(), path("batches"), options,
                                      [this](std::uint64_t sequence, std::string_view bytes) {
                                        take_in(sequence, bytes);
                                      }));
  if (!recovered_) return;
  if (store_->decision().fresh)
    throw runtime_failure{"checkpoint directory: " + path("batches") +
                          " holds batches, but the markers of a checkpoint directory are gone; "
                          "restore them, or use another directory"};
  frame_ = recovered_->frame;
  if (auto const torn = batches_->recovered().torn_bytes; torn != 0)
    note_ += "; " + std::to_string(torn) + " bytes of a batch that was being written dropped";
}

void journal::remove_log(char const* name) {
  auto& files = outside_.storage();
  auto const entries = files.list(path(name));
  if (!entries) return;
  for (auto const& entry : *entries)
    expect("start anew", files.remove(path(name) + '/' + entry.name));
  expect("start anew", files.sync_directory(path(name)));
}

// Everything that is still in the log; what lies before the checkpoint is there for an older one.
void journal::take_in(std::uint64_t sequence, std::string_view bytes) {
  auto entry = log_entry_from(bytes);
  if (!recovered_) recovered_.emplace();
  auto& left = *recovered_;
  if (auto const* frame = std::get_if<stream_frame>(&entry)) {
    left.frame = *frame;
  } else if (auto const* commit = std::get_if<logged_commit>(&entry)) {
    left.committed = std::max(left.committed, commit->batch);
  } else if (auto const* attempt = std::get_if<logged_attempt>(&entry)) {
    ++left.attempts[attempt->batch];
  } else if (!left.from || sequence >= left.from->next_log_entry) {
    auto& batch = std::get<logged_batch>(entry);
    auto const expected = left.last_batch() + 1;
    if (batch.batch.id != expected)
      throw runtime_failure{"checkpoint directory: " + path("batches") + ", entry " +
                            std::to_string(sequence) + " is batch " +
                            std::to_string(batch.batch.id) + ", batch " + std::to_string(expected) +
                            " was expected; the log is damaged"};
    entries_.emplace_back(batch.batch.id, sequence);
    left.batches.push_back(std::move(batch));
  }
}

void journal::read_states(state_visitor const& visit) {
  if (store_->decision().discarded) remove_log("states");
  auto const* from = recovered_ && recovered_->from ? &*recovered_->from : nullptr;
  auto const last_valid = last_number_;
  auto options = log_options(how_.max_state_bytes);
  options.needed_from = from ? from->first_state_entry : 0;
  whole_saves saves{visit};
  states_ =
      expect("read the states",
             durable_log::open(outside_.storage(), path("states"), options,
                               [&](std::uint64_t sequence, std::string_view bytes) {
                                 auto const state = saved_state_from(bytes);
                                 first_entry_.try_emplace(state.checkpoint, sequence);
                                 last_number_ = std::max(last_number_, state.checkpoint);
                                 if (!from || sequence < from->first_state_entry) return;
                                 if (state.checkpoint > last_valid || is_void(state.checkpoint))
                                   return;
                                 saves.take(state);
                               }));
  if (from) saves.expect_all(*from);
  // Saves of a checkpoint that never counted: states go on without them.
  if (last_number_ > last_valid) void_saves_.emplace_back(last_valid + 1, last_number_);
}

bool journal::is_void(std::uint64_t save) const {
  return std::any_of(void_saves_.begin(), void_saves_.end(), [&](auto const& range) {
    return range.first <= save && save <= range.second;
  });
}

void journal::begin(stream_frame const& frame) {
  frame_ = frame;
  append_durably(frame, "write the beginning");
}

void journal::attempt(batch_id batch) {
  append_durably(logged_attempt{batch}, "write down an attempt");
}

std::string journal::put_aside(logged_batch const& batch) {
  auto& files = outside_.storage();
  auto const directory = path("poison");
  auto const file = directory + "/batch-" + std::to_string(batch.batch.id);
  expect("make a directory", files.create_directories(directory));
  auto out = expect("put a batch aside", files.open_write(file, write_mode::truncate));
  auto const bytes = to_bytes(batch);
  expect("put a batch aside", out->append(bytes.head));
  expect("put a batch aside", out->append(bytes.body));
  expect("put a batch aside", out->sync());
  expect("put a batch aside", out->close());
  expect("put a batch aside", files.sync_directory(directory));
  return file;
}

std::uint64_t journal::append_durably(log_entry entry, char const* what) {
  auto const bytes = to_bytes(std::move(entry));
  std::lock_guard const guard{batch_mutex_};
  if (!batches_) throw runtime_failure{"checkpoint directory: it is closed"};
  if (batches_->failed()) expect(what, batches_->reopen());
  auto const at = expect(what, batches_->append(bytes.head, bytes.body));
  if (!is_mutant(mutant::missing_flush)) expect(what, batches_->sync());
  return at;
}

void journal::allocate(logged_batch batch) {
  auto const id = batch.batch.id;
  auto const at = append_durably(log_entry{std::move(batch)}, "write a batch");
  std::lock_guard const guard{batch_mutex_};
  entries_.emplace_back(id, at);
}

// Not synced: what the process has written outlives it, and should the machine stop, the batch is
// done again. If it cannot be written, the next batch will tell.
void journal::committed(batch_id batch) {
  std::lock_guard const guard{batch_mutex_};
  if (batches_) static_cast<void>(batches_->append(to_bytes(logged_commit{batch}).head));
}

std::uint64_t journal::begin_checkpoint_if_due(std::chrono::nanoseconds now) {
  std::scoped_lock const guard{batch_mutex_, open_mutex_};
  auto const half_full = batches_ && batches_->size() > how_.max_log_bytes / 2;
  if (open_ || (now - last_checkpoint_ < how_.interval && !half_full)) return 0;
  last_checkpoint_ = now;
  open_.emplace();
  open_->number = ++last_number_;
  return open_->number;
}

void journal::write_soon(std::uint64_t checkpoint, saved_piece piece) {
  {
    std::lock_guard const guard{open_mutex_};
    if (!open_ || open_->number != checkpoint || open_->failed) return;
    open_->waiting.push_back(std::move(piece));
  }
  outside_.in_background([self = shared_from_this()] {
    std::lock_guard const guard{self->state_mutex_};
    self->write_saves();
  });
}

void journal::save_failed(std::uint64_t checkpoint, std::string why) {
  std::lock_guard const guard{open_mutex_};
  if (open_ && open_->number == checkpoint) open_->fail(std::move(why));
}

// Whoever comes first writes all that waits: the background's own turn, or the end of the
// checkpoint.
void journal::write_saves() {
  for (;;) {
    std::uint64_t checkpoint = 0;
    std::vector<saved_piece> waiting;
    {
      std::lock_guard const guard{open_mutex_};
      if (!open_ || open_->waiting.empty()) return;
      checkpoint = open_->number;
      waiting = std::exchange(open_->waiting, {});
    }
    for (auto& next : waiting) {
      auto one = std::move(next);  // its memory can be used again when it is written
      auto failed = write(checkpoint, one);
      std::lock_guard const guard{open_mutex_};
      if (failed) return open_->fail(std::move(*failed));
      if (one.is_last) open_->tasks.push_back(std::move(one.task));
    }
  }
}

std::optional<std::string> journal::write(std::uint64_t checkpoint, saved_piece const& piece) {
  if (!states_) return "the journal is closed";
  if (states_->failed()) {
    if (auto again = states_->reopen(); !again) return again.error().message();
  }
  auto const bytes = text_of(piece.bytes);
  auto const& task = piece.task;
  auto const at =
      states_->append(head_of({checkpoint, task.op, task.partition, piece.is_last, bytes}), bytes);
  if (!at) return at.error().message();
  first_entry_.try_emplace(checkpoint, *at);
  return {};
}

void journal::end_checkpoint(std::uint64_t number, batch_ref const& batch, input_notes positions,
                             std::function<void(checkpoint_result)> done) {
  outside_.in_background([self = shared_from_this(), number, batch,
                          positions = std::move(positions), done = std::move(done)]() mutable {
    std::lock_guard const guard{self->store_mutex_};
    if (!self->store_) return;
    checkpoint_contents contents;
    contents.number = number;
    contents.batch = batch;
    contents.positions = std::move(positions);
    auto failed = self->write(contents);
    self->clean_up();
    done({number, batch.id, std::move(failed)});
  });
}

std::optional<std::string> journal::write(checkpoint_contents& contents) {
  contents.frame = frame_;
  if (auto failed = finish_saves(contents)) return failed;
  contents.next_log_entry = entry_behind(contents.batch.id);
  auto draft = store_->begin();
  if (auto added = draft.add(contents_blob, to_bytes(contents)); !added)
    return added.error().message();
  auto const committed = draft.commit({{"batch", std::to_string(contents.batch.id)},
                                       {next_log_entry, std::to_string(contents.next_log_entry)},
                                       {first_state, std::to_string(contents.first_state_entry)}});
  if (!committed) return committed.error().message();
  return {};
}

std::optional<std::string> journal::sync_saves() {
  if (!states_) return "it was not begun";
  if (is_mutant(mutant::manifest_before_data)) return {};
  if (auto done = states_->sync(); !done) return done.error().message();
  return {};
}

// The saves of the next checkpoint build on these, so it cannot begin before they are known to be
// durable or lost.
std::optional<journal::open_checkpoint> journal::close_open(std::optional<std::string> failed) {
  std::lock_guard const guard{open_mutex_};
  if (open_ && failed && !open_->failed) open_->fail(std::move(*failed));
  if (open_ && open_->failed) ++lost_saves_;
  return std::exchange(open_, std::nullopt);
}

// Whatever becomes of the rest, the saves are done: in the log, or lost.
std::optional<std::string> journal::finish_saves(checkpoint_contents& contents) {
  std::lock_guard const guard{state_mutex_};
  write_saves();
  auto finished = close_open(sync_saves());
  if (!finished) return "it was not begun";
  if (finished->failed) return finished->failed;
  contents.tasks = std::move(finished->tasks);
  auto oldest = contents.number;
  for (auto const& t : contents.tasks) oldest = std::min(oldest, t.oldest_save);
  std::erase_if(void_saves_, [&](auto const& range) { return range.second < oldest; });
  contents.void_saves = void_saves_;
  auto const first = first_entry_.lower_bound(oldest);
  contents.first_state_entry = first == first_entry_.end() ? states_->next() : first->second;
  return {};
}

std::uint64_t journal::entry_behind(batch_id batch) {
  std::lock_guard const guard{batch_mutex_};
  while (!entries_.empty() && entries_.front().first < batch) entries_.pop_front();
  return entries_.front().second + (is_mutant(mutant::log_position_too_far) ? 2 : 1);
}

// Both of the newest checkpoints must find what they need. What cannot be removed now is removed
// with the next one.
void journal::clean_up() {
  auto const* older = store_->previous();
  if (!older) return;
  if (auto const next = number_in(*older, next_log_entry); next > 1) {
    std::lock_guard const guard{batch_mutex_};
    if (batches_) static_cast<void>(batches_->clean_up_to(next - 1));
  }
  if (auto const first = number_in(*older, first_state); first > 1) {
    std::lock_guard const guard{state_mutex_};
    if (states_) static_cast<void>(states_->clean_up_to(first - 1));
    std::erase_if(first_entry_, [&](auto const& e) { return e.second < first; });
  }
}

void journal::close(bool clean) {
  std::scoped_lock const guard{store_mutex_, batch_mutex_, state_mutex_};
  if (!store_) return;
  if (clean && batches_ && !batches_->failed()) {
    static_cast<void>(batches_->sync());
    static_cast<void>(store_->close());
  }
  batches_.reset();
  states_.reset();
  store_.reset();
}

}  // namespace sluice
