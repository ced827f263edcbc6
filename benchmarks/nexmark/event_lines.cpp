#include "event_lines.hpp"

#include <charconv>
#include <filesystem>
#include <fstream>
#include <ostream>
#include <stdexcept>

namespace bench::nexmark {

namespace {

void append(std::string& line, std::string_view text) { line.append(text); }
void append(std::string& line, std::int64_t number) { line.append(std::to_string(number)); }

void append_line(std::string& to, auto const&... columns) {
  ((append(to, columns), to += '\t'), ...);
  to.back() = '\n';
}

struct line_writer {
  std::string& to;
  void operator()(person const* p) const {
    append_line(to, 0, p->id, p->name, p->email, p->credit_card, p->city, p->state, p->time,
                p->extra);
  }
  void operator()(auction const* a) const {
    append_line(to, 1, a->id, a->item, a->description, a->initial_bid, a->reserve, a->time,
                a->expires, a->seller, a->category, a->extra);
  }
  void operator()(bid const* b) const {
    append_line(to, 2, b->auction, b->bidder, b->price, b->channel, b->url, b->time, b->extra);
  }
};

/// Takes the columns of a line from left to right.
class line_reader {
 public:
  line_reader(std::string_view line, std::uint64_t number) : left_{line}, number_{number} {}

  line_reader& operator>>(std::string_view& text) {
    if (ended_) refuse();
    auto const end = left_.find('\t');
    text = left_.substr(0, end);
    ended_ = end == left_.npos;
    left_.remove_prefix(ended_ ? left_.size() : end + 1);
    return *this;
  }
  line_reader& operator>>(std::int64_t& number) {
    std::string_view text;
    *this >> text;
    auto const [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (error != std::errc{} || end != text.data() + text.size()) refuse();
    return *this;
  }
  void end() const {
    if (!ended_) refuse();
  }
  [[noreturn]] void refuse() const {
    throw std::runtime_error{"line " + std::to_string(number_) + " is no event"};
  }

 private:
  std::string_view left_;
  std::uint64_t number_;
  bool ended_ = false;
};

void add_event(event_block& to, line_reader line) {
  std::int64_t kind = 0;
  line >> kind;
  if (kind == 0) {
    person p{};
    line >> p.id >> p.name >> p.email >> p.credit_card >> p.city >> p.state >> p.time >> p.extra;
    to.add(p);
  } else if (kind == 1) {
    auction a{};
    line >> a.id >> a.item >> a.description >> a.initial_bid >> a.reserve >> a.time >> a.expires >>
        a.seller >> a.category >> a.extra;
    to.add(a);
  } else if (kind == 2) {
    bid b{};
    line >> b.auction >> b.bidder >> b.price >> b.channel >> b.url >> b.time >> b.extra;
    to.add(b);
  } else {
    line.refuse();
  }
  line.end();
}

std::string_view read_all(std::string const& file, text_arena& into) {
  std::ifstream in{file, std::ios::binary};
  if (!in) throw std::runtime_error{"cannot read " + file};
  auto const room = into.room(std::filesystem::file_size(file));
  if (!in.read(room.data(), static_cast<std::streamsize>(room.size())))
    throw std::runtime_error{"cannot read all of " + file};
  return {room.data(), room.size()};
}

}  // namespace

void write_lines(std::ostream& out, event_log const& log) {
  std::string lines;
  for (auto const& block : log.blocks) {
    lines.clear();
    for (auto const& each : block.events()) std::visit(line_writer{lines}, each);
    out.write(lines.data(), static_cast<std::streamsize>(lines.size()));
  }
}

std::unique_ptr<event_log> read_lines(std::string const& file, std::uint64_t events_per_block) {
  auto log = std::make_unique<event_log>();
  auto left = read_all(file, log->text);
  while (!left.empty()) {
    if (log->events++ % events_per_block == 0) log->blocks.emplace_back();
    auto const end = std::min(left.find('\n'), left.size() - 1);
    auto const ended = left[end] == '\n';
    add_event(log->blocks.back(), {left.substr(0, ended ? end : end + 1), log->events});
    left.remove_prefix(end + 1);
  }
  for (auto& block : log->blocks) block.seal();
  return log;
}

}  // namespace bench::nexmark
