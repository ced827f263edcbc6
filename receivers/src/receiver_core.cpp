#include <sluice/receivers/detail/receiver_core.hpp>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <sluice/receivers/input.hpp>
#include <sluice/supervision/world.hpp>
#include <utility>

#include "deal.hpp"
#include "limits.hpp"
#include "overflow_buffer.hpp"

namespace sluice::detail {
namespace {

// Reports beyond this many between two looks of the host are counted instead of kept.
constexpr std::size_t most_reports = 100;

enum class phase { closed, open, ending };

[[noreturn]] void refuse_store(std::string const& who) {
  throw receiver_stopped{who +
                         ": nothing was stored, the receiver is being stopped or restarted; "
                         "end what stores and wait for on_start"};
}

}  // namespace

struct receiver_core::state {
  mutable std::mutex mutex;
  std::condition_variable room;
  // All below: only under the mutex.
  std::shared_ptr<input_host> host;
  std::string who = "receiver";
  std::function<void()> on_wake;
  bool counts_records = false;
  bool wake_pending = false;
  bool told = false;  // the host knows that there is something to cut

  buffer_limits limits;
  bool may_wait = false;
  std::optional<overflow_buffer> buffer;
  std::atomic<detail::phase> phase = detail::phase::closed;  // may be read without it

  // Who has to wait draws a number and is served in this order.
  std::uint64_t next_ticket = 0;
  std::uint64_t serving = 0;
  std::uint64_t endings = 0;

  std::size_t open_records = 0;
  std::size_t open_bytes = 0;
  std::vector<std::uint64_t> open_positions;  // of each record, or of none
  std::uint64_t open_number = 0;
  position last_position;
  cut_end cut;
  std::uint64_t to_leave_out = 0;
  receiver_core::news news;

  overflow_buffer::amount open() const { return {open_bytes, open_records}; }
  bool fits(std::size_t bytes, std::size_t records) const {
    auto const wanted = overflow_buffer::amount{bytes, records};
    return (!buffer->has_backlog() && buffer->fits(wanted, open())) ||
           buffer->can_spill(wanted, open());
  }
  std::size_t held_bytes() const { return buffer->held().bytes + open_bytes; }
  std::size_t held_records() const { return buffer->held().records + open_records; }
  /// What could be cut now.
  overflow_buffer::amount cuttable() const {
    auto amount = buffer->waiting();
    if (buffer->has_backlog()) return amount;
    return {amount.bytes + open_bytes, amount.records + open_records};
  }
};

receiver_core::receiver_core() : state_{std::make_unique<state>()} {}
receiver_core::~receiver_core() = default;

void receiver_core::attach(std::shared_ptr<input_host> host, std::string who,
                           std::function<void()> wake, overflow_rules const& overflow,
                           partition_codec const* codec) {
  auto const lock = guard{state_->mutex};
  auto& s = *state_;
  s.limits = host->limits();
  s.counts_records = host->counts_records();
  s.may_wait = !host->outside().simulated();
  s.buffer.emplace(s.limits, overflow, host->outside(), codec, who);
  s.host = std::move(host);
  s.who = std::move(who);
  s.on_wake = std::move(wake);
}

void receiver_core::detach() {
  auto const lock = guard{state_->mutex};
  state_->host.reset();
  state_->on_wake = nullptr;
  if (state_->buffer) state_->buffer->end();
}

// Posts without the lock: the host may be about to ask for it.
void receiver_core::wake(guard lock) {
  auto& s = *state_;
  if (!s.host || std::exchange(s.wake_pending, true)) return;
  auto const host = s.host;
  auto call = s.on_wake;
  lock.unlock();
  host->post(std::move(call));
}

receiver_core::news receiver_core::take_news() {
  auto const lock = guard{state_->mutex};
  auto& s = *state_;
  s.wake_pending = false;
  auto taken = std::exchange(s.news, {});
  if (s.buffer) taken.overflow = s.buffer->news();
  taken.open_block = s.open_records > 0 ? s.open_number : 0;
  s.told = s.buffer && s.cuttable().records > 0;
  return taken;
}

void receiver_core::open() {
  auto const lock = guard{state_->mutex};
  state_->phase = phase::open;
}

void receiver_core::begin_ending() {
  {
    auto const lock = guard{state_->mutex};
    auto& s = *state_;
    if (s.phase == phase::open) s.phase = phase::ending;
    // Numbers that were drawn are void.
    ++s.endings;
    s.serving = s.next_ticket;
    if (s.host) s.host->has_room();
  }
  state_->room.notify_all();
}

void receiver_core::close() {
  begin_ending();
  auto const lock = guard{state_->mutex};
  state_->phase = phase::closed;
}

receiver_core::guard receiver_core::begin_store(std::size_t bytes, std::size_t records,
                                                position at) {
  auto lock = guard{state_->mutex};
  auto& s = *state_;
  if (s.phase == phase::closed) refuse_store(s.who);
  if (bytes > s.limits.bytes || records > s.limits.records) {
    throw usage_error{s.who + ": store of " + std::to_string(records) + " records with " +
                      std::to_string(bytes) + " bytes is beyond the receiver's buffer of " +
                      std::to_string(s.limits.records) + " records and " +
                      std::to_string(s.limits.bytes) +
                      " bytes; store smaller blocks or raise receiver_buffer"};
  }
  check_position(at);
  if (s.serving != s.next_ticket || !s.fits(bytes, records)) {
    if (!make_place(lock, bytes, records, at)) return {};
    check_position(at);
  }
  // In one block, either all records have a position or none.
  if (at.has_value() == s.open_positions.empty()) seal_open();
  return lock;
}

// @return false if the records are dropped
bool receiver_core::make_place(guard& lock, std::size_t bytes, std::size_t records, position at) {
  auto& s = *state_;
  auto const policy = s.buffer->policy();
  if (policy == overflow::fail) {
    if (s.phase != phase::open) refuse_store(s.who);
    fail_full(std::move(lock));
  }
  if (!drops_records(policy)) {
    wait_for_turn(lock, bytes, records);
    return true;
  }
  if (drop_for(bytes, records)) return true;
  s.buffer->drop_arrival(records);
  s.news.stored_any = true;
  if (at) s.last_position = at;
  if (s.buffer->has_news()) wake(std::move(lock));
  return false;
}

bool receiver_core::drop_for(std::size_t bytes, std::size_t records) {
  auto& s = *state_;
  auto const wanted = overflow_buffer::amount{bytes, records};
  if (s.buffer->policy() == overflow::drop_new) return false;
  // The open block is the newest.
  if (s.buffer->policy() == overflow::drop_tail) seal_open();
  if (s.buffer->make_room(wanted, s.open())) return true;
  seal_open();
  return s.buffer->make_room(wanted);
}

void receiver_core::fail_full(guard lock) {
  auto& s = *state_;
  auto const why = "the receiver's buffer of " + std::to_string(s.limits.records) +
                   " records and " + std::to_string(s.limits.bytes) +
                   " bytes is full (overflow::fail)";
  auto const text = s.who + ": " + why + "; raise receiver_buffer, or choose another policy";
  s.phase = phase::ending;
  s.news.errors.push_back(text);
  s.news.request = std::pair{receiver_request::stop, why};
  wake(std::move(lock));
  throw receiver_stopped{text};
}

void receiver_core::wait_for_turn(guard& lock, std::size_t bytes, std::size_t records) {
  auto& s = *state_;
  if (s.phase != phase::open) refuse_store(s.who);
  if (!s.may_wait) {
    throw runtime_failure{s.who + ": the receiver's buffer of " + std::to_string(s.limits.records) +
                          " records and " + std::to_string(s.limits.bytes) +
                          " bytes is full, and a simulated receiver cannot wait; ask credit() "
                          "before storing or raise receiver_buffer"};
  }
  auto const ticket = s.next_ticket++;
  auto const endings = s.endings;
  if (s.host) s.host->waits_for_room({s.held_bytes(), s.held_records()});
  s.room.wait(lock, [&] {
    return s.endings != endings || (s.serving == ticket && s.fits(bytes, records));
  });
  if (s.endings != endings) refuse_store(s.who);
  if (++s.serving == s.next_ticket && s.host) s.host->has_room();
  // There may be room for the next one too.
  s.room.notify_all();
}

void receiver_core::check_position(position at) const {
  auto const& s = *state_;
  if (!at || !s.last_position || *at > *s.last_position) return;
  throw usage_error{s.who + ": store_at with position " + std::to_string(*at) + " after " +
                    std::to_string(*s.last_position) +
                    "; positions must ascend, last_position() tells where to go on"};
}

std::size_t receiver_core::leave_out(std::size_t records, position at) {
  auto& s = *state_;
  auto const left_out = static_cast<std::size_t>(std::min<std::uint64_t>(s.to_leave_out, records));
  s.to_leave_out -= left_out;
  if (at && left_out == records) {
    s.last_position = at;
    s.cut = {at, s.to_leave_out};
  }
  return left_out;
}

bool receiver_core::leaves_out() const {
  auto const lock = guard{state_->mutex};
  return state_->to_leave_out > 0;
}

void receiver_core::end_store(guard lock, std::size_t bytes, position at) {
  auto& s = *state_;
  s.news.stored_any = true;
  s.open_bytes += bytes;
  if (at) s.open_positions.push_back(*at);
  if (at) s.last_position = at;
  auto const first = s.open_records++ == 0;
  if (first) ++s.open_number;
  auto full = s.open_bytes >= block_bytes();
  // What is dropped or goes to disk does so by blocks.
  if (s.buffer->policy() != overflow::backpressure) full |= s.open_records >= s.limits.records / 16;
  if (full) seal_open();
  // Whoever opens a block has it sealed in time.
  if (first) return wake(std::move(lock));
  if (full || s.buffer->has_news()) tell_of_records(std::move(lock));
}

void receiver_core::end_store(guard lock, std::vector<chunk_ptr> blocks, position at) {
  auto& s = *state_;
  s.news.stored_any = true;
  seal_open();
  auto positions = std::optional<position_range>{};
  if (at) positions = position_range{*at, *at};
  if (at) s.last_position = at;
  for (auto& each : blocks) {
    auto const last = &each == &blocks.back();
    s.buffer->push({std::move(each), 0, positions, {}, !last});
  }
  tell_of_records(std::move(lock));
}

// Between two cuts the first records are news; how many follow is asked for.
void receiver_core::tell_of_records(guard lock) {
  auto& s = *state_;
  if (!s.told || s.counts_records || s.buffer->has_news()) wake(std::move(lock));
}

std::size_t receiver_core::block_bytes() const { return block_bytes_for(state_->limits); }

void receiver_core::seal_open() {
  auto& s = *state_;
  if (s.open_records == 0) return;
  auto sealed = block{take_open()};
  if (auto each = std::exchange(s.open_positions, {}); !each.empty()) {
    sealed.more_bytes = each.size() * sizeof(std::uint64_t);
    sealed.positions = position_range{each.front(), each.back()};
    sealed.each = std::move(each);
  }
  s.buffer->push(std::move(sealed));
  s.open_records = 0;
  s.open_bytes = 0;
}

void receiver_core::seal(std::uint64_t open_block) {
  auto const lock = guard{state_->mutex};
  if (state_->open_number == open_block) seal_open();
}

std::size_t receiver_core::credit() const {
  auto const lock = guard{state_->mutex};
  auto const& s = *state_;
  if (s.phase != phase::open || s.serving != s.next_ticket) return 0;
  auto const bytes = s.held_bytes();
  auto const records = s.held_records();
  if (bytes >= s.limits.bytes || records >= s.limits.records) return 0;
  auto const mean = records == 0 ? 1 : std::max<std::size_t>(bytes / records, 1);
  return std::min(s.limits.records - records, (s.limits.bytes - bytes) / mean);
}

bool receiver_core::stopped() const { return state_->phase != phase::open; }

receiver_core::position receiver_core::last_position() const {
  auto const lock = guard{state_->mutex};
  return state_->last_position;
}

void receiver_core::ask(receiver_request what, std::string reason) {
  auto lock = guard{state_->mutex};
  auto& waiting = state_->news;
  if (what == receiver_request::report) {
    if (waiting.errors.size() < most_reports) {
      waiting.errors.push_back(std::move(reason));
    } else {
      ++waiting.errors_dropped;
    }
  } else if (!waiting.request || waiting.request->first != receiver_request::stop) {
    waiting.request = std::pair{what, std::move(reason)};
  }
  wake(std::move(lock));
}

void receiver_core::start_returned(std::exception_ptr thrown) {
  auto lock = guard{state_->mutex};
  state_->news.start_returned = true;
  state_->news.thrown = std::move(thrown);
  wake(std::move(lock));
}

input_cut receiver_core::cut(batch_id batch, std::uint64_t max_records, chunk_splitter split) {
  auto lock = guard{state_->mutex};
  seal_open();
  state_->told = false;
  auto share = state_->buffer->cut(batch, max_records, split);
  if (share.finished) state_->cut = {share.finished, 0};
  state_->cut.behind += share.behind_finished;
  auto const partitions = state_->host->partitions();
  lock.unlock();
  auto result = input_cut{};
  result.parts = deal(std::move(share.chunks), partitions);
  result.records = share.records;
  result.bytes = share.bytes;
  if (auto const& at = share.positions) {
    result.description =
        "positions " + std::to_string(at->first) + " to " + std::to_string(at->last);
  }
  result.after = status();
  return result;
}

receiver_core::cut_end receiver_core::where_cut_ends() const {
  auto const lock = guard{state_->mutex};
  return state_->cut;
}

void receiver_core::go_on_behind(cut_end end) {
  auto const lock = guard{state_->mutex};
  auto& s = *state_;
  s.last_position = end.at;
  s.to_leave_out = end.behind;
  s.cut = end;
}

void receiver_core::committed(batch_id batch) {
  {
    auto const lock = guard{state_->mutex};
    if (!state_->buffer) return;
    state_->buffer->committed(batch);
  }
  state_->room.notify_all();
  {
    auto const lock = guard{state_->mutex};
    state_->buffer->refill();
  }
  // Room on the disk.
  if (state_->buffer->policy() == overflow::spill) state_->room.notify_all();
}

input_status receiver_core::status() const {
  auto const lock = guard{state_->mutex};
  auto const& s = *state_;
  auto now = input_status{};
  if (!s.buffer) return now;
  auto const [bytes, records] = s.cuttable();
  now.records = records;
  now.bytes = bytes;
  now.idle = records == 0 && !s.buffer->has_backlog();
  return now;
}

void receiver_core::count(std::map<std::string, std::uint64_t>& counters) const {
  auto const lock = guard{state_->mutex};
  if (!state_->buffer) return;
  state_->buffer->count(counters);
  counters["records"] += state_->open_records;
}

}  // namespace sluice::detail
