#include <algorithm>
#include <sluice/operators/kernels/saved_panes.hpp>
#include <sluice/operators/partition_codec.hpp>

namespace sluice::kernels {

namespace {

constexpr auto what = "window";

class saved_clock final : public state_part {
 public:
  saved_clock(slide_clock& clock, bool* started) : clock_{clock}, started_{started} {}

  std::uint64_t save(byte_writer& out, std::uint64_t number) override {
    auto const last = clock_.last();
    out.put_byte(static_cast<std::uint8_t>((last ? 1 : 0) + (started_ && *started_ ? 2 : 0)));
    if (last) encode(out, *last);
    return number;
  }
  void load(byte_reader& in, std::uint64_t) override {
    auto const flags = in.get_byte(what);
    if (flags > (started_ ? 3 : 1)) in.fail(what, "this is not the beginning of a save");
    if (started_) *started_ = (flags & 2) != 0;
    clock_.set_last((flags & 1) != 0 ? std::optional{read_time(in)} : std::nullopt);
  }

 private:
  // A distance between times must fit as well.
  static batch_time read_time(byte_reader& in) {
    constexpr auto limit = duration::max() / 4;
    auto const time = decode<batch_time>(in);
    if (time.time_since_epoch() > limit || time.time_since_epoch() < -limit)
      in.fail(what, "a time is out of range");
    return time;
  }

  slide_clock& clock_;
  bool* started_;
};

/// Panes enter at one end and leave at the other, so those of earlier saves come first, and so do
/// those that have entered a result: a number tells which.
class saved_panes final : public state_part {
 public:
  saved_panes(window_panes& panes, partition_codec const& codec) : panes_{panes}, codec_{codec} {}

  std::uint64_t save(byte_writer& out, std::uint64_t number) override {
    auto& all = panes_.all();
    auto const is_saved = [](pane const& p) { return p.saved_in.has_value(); };
    auto const fresh = std::find_if_not(all.begin(), all.end(), is_saved);
    auto const is_counted = [](pane const& p) { return p.counted; };
    out.put_varint(static_cast<std::uint64_t>(fresh - all.begin()));
    out.put_varint(static_cast<std::uint64_t>(std::count_if(all.begin(), all.end(), is_counted)));
    out.put_varint(static_cast<std::uint64_t>(all.end() - fresh));
    for (auto p = fresh; p != all.end(); ++p) {
      write(out, *p);
      out.end_piece();
    }
    for (auto p = fresh; p != all.end(); ++p) p->saved_in = number;
    live_ = all.size();
    return all.empty() ? number : *all.front().saved_in;
  }

  void start_over() override {
    for (auto& p : panes_.all()) p.saved_in.reset();
  }

  // The first saves of a chain may tell of panes from before it: those have left when it ends.
  void load(byte_reader& in, std::uint64_t number) override {
    auto& all = panes_.all();
    auto const old = in.get_varint(what);
    auto const counted = in.get_varint(what);
    auto const fresh = in.get_count(smallest_pane, what);
    if (live_ && old > *live_) in.fail(what, "there are batches of no save");
    if (counted > old && counted - old > fresh) in.fail(what, "more batches count than there are");
    while (all.size() > old) all.pop_front();
    auto const missing = old - all.size();
    for (auto left = fresh; left != 0; --left) all.push_back(read(in, number));
    for (std::size_t i = 0; i != all.size(); ++i) all[i].counted = missing + i < counted;
    live_ = missing + all.size();
  }

 private:
  static constexpr std::size_t smallest_pane = 10;  // time, length and number of records

  void write(byte_writer& out, pane const& p) const {
    encode(out, p.time);
    byte_writer records;
    codec_.encode(records, p.records);
    out.put_varint(records.size());
    out.put_bytes(records.bytes());
  }

  pane read(byte_reader& in, std::uint64_t number) {
    auto const time = decode<batch_time>(in);
    if (!panes_.all().empty() && time < panes_.all().back().time)
      in.fail(what, "batches are not in order");
    byte_reader records{in.get_bytes(in.get_count(1, what), what), "a batch of a window"};
    auto part = codec_.decode(records);
    if (part.records() == 0) part.chunks.clear();
    return {time, std::move(part), false, number};
  }

  window_panes& panes_;
  partition_codec const& codec_;
  std::optional<std::uint64_t> live_;  // panes in the last save
};

}  // namespace

std::unique_ptr<state_part> save_clock(slide_clock& clock, bool* started) {
  return std::make_unique<saved_clock>(clock, started);
}

std::unique_ptr<state_part> save_panes(window_panes& panes, partition_codec const& codec) {
  return std::make_unique<saved_panes>(panes, codec);
}

}  // namespace sluice::kernels
