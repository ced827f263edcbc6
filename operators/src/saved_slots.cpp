#include <algorithm>
#include <sluice/operators/saved_slots.hpp>

namespace sluice {

namespace {

using position = slot_access::position;

constexpr auto what = "keyed state";

// With few entries a sweep is through at once, and each save is needed alone.
constexpr std::size_t smallest_slice = 64;

// Ascending, each as the distance from the one before.
void write_positions(byte_writer& out, std::vector<position> const& all) {
  out.put_varint(all.size());
  std::uint64_t last = 0;
  for (auto at : all) {
    out.put_varint(at + std::uint64_t{1} - last);
    last = at + std::uint64_t{1};
  }
}

std::vector<position> read_positions(byte_reader& in, std::uint64_t end) {
  std::vector<position> all(in.get_count(1, what));
  std::uint64_t last = 0;
  for (auto& at : all) {
    auto const step = in.get_varint(what);
    if (step == 0 || step > end - last) in.fail(what, "a position is out of place");
    last += step;
    at = static_cast<position>(last - 1);
  }
  return all;
}

}  // namespace

std::uint64_t saved_slots::save(byte_writer& out, std::uint64_t number) {
  auto& marks = slots_->marks();
  auto const whole = !progress_.needed;
  positions gone;
  positions entries;
  sweep next{number, {}, 0};
  if (whole) {
    entries.reserve(marks.positions());
    for (position at = 0; at != marks.positions(); ++at)
      if (marks.has(at)) entries.push_back(at);
  } else {
    split_changed(gone, entries);
    next = go_on(entries, gone.size() + entries.size(), number);
  }
  out.put_byte(whole ? 1 : 0);
  out.put_varint(marks.positions());
  write_positions(out, gone);
  write_positions(out, entries);
  write_entries(out, entries);
  progress_ = next;
  marks.track();
  return *progress_.needed;
}

// The first entries tell how much room all of them need: growing bit by bit would copy them.
void saved_slots::write_entries(byte_writer& out, positions const& entries) const {
  constexpr std::size_t few = 1'024;
  std::span const all{entries};
  auto const before = out.size();
  slots_->write(out, all.first(std::min(few, all.size())));
  if (all.size() <= few) return;
  auto const rest = (out.size() - before) * (all.size() - few) / few;
  out.reserve(out.size() + rest + rest / 16);
  slots_->write(out, all.subspan(few));
}

void saved_slots::split_changed(positions& gone, positions& entries) const {
  auto const& marks = slots_->marks();
  auto const& changed = marks.changed();
  for (auto at = changed.lowest(); at != slot_marks::none; at = changed.next(at + std::size_t{1}))
    (marks.has(at) ? entries : gone).push_back(at);
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
  auto const gone = read_positions(in, end);
  auto const entries = read_positions(in, end);
  make_room(whole == 1, gone);
  slots_->read(in, entries);
  progress_ = {whole == 1 ? number : progress_.needed.value_or(number), {}, 0};
  slots_->marks().track();
  slots_->loaded();
}

void saved_slots::make_room(bool whole, positions const& gone) {
  auto& marks = slots_->marks();
  auto const free = [&](position at) {
    if (marks.has(at)) slots_->erase(at);
  };
  if (whole)
    for (position at = 0; at != marks.positions(); ++at) free(at);
  for (auto at : gone) free(at);
}

}  // namespace sluice
