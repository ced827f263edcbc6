#include <algorithm>
#include <array>
#include <sluice/operators/saved_slots.hpp>

namespace sluice {

namespace {

using position = slot_access::position;

constexpr auto what = "keyed state";

// With few entries a sweep is through at once, and each save is needed alone.
constexpr std::size_t smallest_slice = 64;

// What is read or written at a time: their positions and bytes stay in a core's cache.
constexpr std::size_t per_block = 1'024;

}  // namespace

void saved_slots::add(runs& all, position at) {
  if (!all.empty() && all.back().end == at)
    ++all.back().end;
  else
    all.push_back({at, at + std::uint64_t{1}});
}

std::size_t saved_slots::size_of(runs const& all) {
  std::size_t sum = 0;
  for (auto const& one : all) sum += one.end - one.first;
  return sum;
}

// Each as the distance from the end of the one before, doubled, and one more if its length follows:
// most are single.
void saved_slots::write_runs(byte_writer& out, runs const& all) {
  out.put_varint(all.size());
  std::uint64_t last = 0;
  for (auto const& one : all) {
    auto const length = one.end - one.first;
    out.put_varint((one.first - last) * 2 + (length == 1 ? 0 : 1));
    if (length != 1) out.put_varint(length);
    last = one.end;
  }
}

saved_slots::runs saved_slots::read_runs(byte_reader& in, std::uint64_t end) {
  runs all(in.get_count(1, what));
  std::uint64_t last = 0;
  for (auto& one : all) {
    auto const step = in.get_varint(what);
    auto const length = step % 2 == 0 ? 1 : in.get_varint(what);
    auto const touches = &one != all.data() && step < 2;
    if (touches || step / 2 > end - last || length == 0 || length > end - last - step / 2)
      in.fail(what, "a position is out of place");
    one.first = last + step / 2;
    one.end = last = one.first + length;
  }
  return all;
}

// Calls `f(positions)` for all of them, some at a time.
template <class F>
void saved_slots::for_each_block(runs const& all, F&& f) {
  std::array<position, per_block> block;
  std::size_t size = 0;
  for (auto const& one : all)
    for (auto at = one.first; at != one.end; ++at) {
      block[size++] = static_cast<position>(at);
      if (size != per_block) continue;
      f(std::span{block});
      size = 0;
    }
  if (size != 0) f(std::span{block}.first(size));
}

std::uint64_t saved_slots::save(byte_writer& out, std::uint64_t number) {
  auto& marks = slots_->marks();
  auto const whole = !progress_.needed;
  runs gone;
  runs entries;
  sweep next{number, {}, 0};
  if (whole) {
    entries = in_use();
  } else {
    positions some;
    split_changed(gone, some);
    next = go_on(some, size_of(gone) + some.size(), number);
    for (auto at : some) add(entries, at);
  }
  out.put_byte(whole ? 1 : 0);
  out.put_varint(marks.positions());
  write_runs(out, gone);
  write_runs(out, entries);
  write_entries(out, entries);
  progress_ = next;
  marks.track();
  return *progress_.needed;
}

saved_slots::runs saved_slots::in_use() const {
  auto const& marks = slots_->marks();
  auto const end = std::uint64_t{marks.positions()};
  runs all;
  for (std::uint64_t at = 0; at < end;) {
    auto const free = marks.free().next(at);
    auto const until = free == slot_marks::none ? end : std::uint64_t{free};
    if (until != at) all.push_back({at, until});
    at = until + 1;
  }
  return all;
}

void saved_slots::write_entries(byte_writer& out, runs const& entries) const {
  for_each_block(entries, [&](std::span<position const> block) {
    slots_->write(out, block);
    out.end_piece();
  });
}

void saved_slots::split_changed(runs& gone, positions& entries) const {
  auto const& marks = slots_->marks();
  auto const& changed = marks.changed();
  for (auto at = changed.lowest(); at != slot_marks::none; at = changed.next(at + std::size_t{1})) {
    if (marks.has(at))
      entries.push_back(at);
    else
      add(gone, at);
  }
}

// What has changed is in the save anyway and does not count for the slice.
saved_slots::sweep saved_slots::go_on(positions& entries, std::size_t changed,
                                      std::uint64_t number) const {
  auto const& marks = slots_->marks();
  auto const old = static_cast<positions::difference_type>(entries.size());
  auto left = std::max(changed * 2 / 9, smallest_slice);
  auto next = progress_;
  if (!next.began) next.began = number;
  for (; left != 0 && next.next < marks.positions(); ++next.next) {
    if (!marks.has(next.next) || marks.changed().contains(next.next)) continue;
    entries.push_back(next.next);
    --left;
  }
  std::inplace_merge(entries.begin(), entries.begin() + old, entries.end());
  return next.next < marks.positions() ? next : sweep{next.began, {}, 0};
}

void saved_slots::load(byte_reader& in, std::uint64_t number) {
  auto const whole = in.get_byte(what);
  auto const end = in.get_varint(what);
  if (whole > 1 || end > slot_marks::none) in.fail(what, "this is not the beginning of a save");
  auto const gone = read_runs(in, end);
  auto const entries = read_runs(in, end);
  make_room(whole == 1, gone);
  read_entries(in, entries, whole == 1);
  progress_ = {whole == 1 ? number : progress_.needed.value_or(number), {}, 0};
  slots_->marks().track();
  slots_->loaded();
}

// Where nothing was before, no key waits for another one to go, so they can come bit by bit.
void saved_slots::read_entries(byte_reader& in, runs const& entries, bool whole) {
  auto const size = size_of(entries);
  // Only of a type with a single value, of which there is one key, an entry may have no bytes.
  if (size > std::max(in.remaining(), std::size_t{1})) in.fail(what, "entries are missing");
  auto const block = [&](std::span<position const> some) { slots_->read(in, some); };
  if (whole) {
    slots_->reserve(size);
    return for_each_block(entries, block);
  }
  positions all;
  all.reserve(size);
  for_each_block(entries, [&](auto some) { all.insert(all.end(), some.begin(), some.end()); });
  block(all);
}

void saved_slots::make_room(bool whole, runs const& gone) {
  auto& marks = slots_->marks();
  auto const free = [&](run const& all) {
    auto const end = std::min<std::uint64_t>(all.end, marks.positions());
    for (auto at = all.first; at < end; ++at)
      if (marks.has(static_cast<position>(at))) slots_->erase(static_cast<position>(at));
  };
  if (whole) free({0, marks.positions()});
  for (auto const& one : gone) free(one);
}

}  // namespace sluice
