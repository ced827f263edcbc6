#include "events.hpp"

#include <charconv>
#include <optional>

#include "harness/bench.hpp"
#include "harness/keys.hpp"
#include "harness/random.hpp"

namespace bench {

namespace {

constexpr std::int64_t first_time = 1'436'918'400'000;
constexpr std::int64_t all_milliseconds = 105'000;  // more than ten windows
constexpr std::int64_t disorder_milliseconds = 50;
constexpr std::uint64_t users = 100;
constexpr std::uint64_t pages = 100;
constexpr std::array<std::string_view, 5> ad_types{"banner", "modal", "sponsored-search", "mail",
                                                   "mobile"};
constexpr std::array<std::string_view, 3> types{"view", "click", "purchase"};

/// Draws events; the time goes on evenly, give or take the disorder.
class event_source {
 public:
  event_source(ad_plan const& plan, std::uint64_t events)
      : random_{plan.seed}, events_{events}, ads_{plan.campaigns * plan.ads_per_campaign} {
    if (plan.zipf) draw_.emplace(ads_);
  }
  binary_event next() {
    binary_event made{};
    made.time = first_time + disorder_milliseconds +
                static_cast<std::int64_t>(made_++ * all_milliseconds / events_) +
                static_cast<std::int64_t>(random_.below(2 * disorder_milliseconds + 1)) -
                disorder_milliseconds;
    made.user = random_.below(users);
    made.page = random_.below(pages);
    made.ad = draw_ ? (*draw_)(random_) : random_.below(ads_);
    made.ad_type = random_.below(ad_types.size());
    made.type = random_.below(types.size());
    made.ip = 0x01020304;
    return made;
  }

 private:
  random_bits random_;
  std::uint64_t events_;
  std::uint64_t made_ = 0;
  std::uint64_t ads_;
  std::optional<zipf> draw_;
};

/// The text of a random UUID; `kind` keeps users, pages and ads apart.
std::array<char, 36> uuid_of(std::uint64_t kind, std::uint64_t number) {
  std::uint64_t const bits[] = {key_of(kind << 40U | number), key_of(kind << 48U | number)};
  std::array<char, 36> text{};
  unsigned digit = 0;
  for (std::size_t i = 0; i != text.size(); ++i) {
    if (i == 8 || i == 13 || i == 18 || i == 23) {
      text[i] = '-';
      continue;
    }
    text[i] = "0123456789abcdef"[bits[digit / 16] >> (digit % 16 * 4) & 15U];
    ++digit;
  }
  return text;
}

std::string_view view_of(std::array<char, 36> const& text) { return {text.data(), text.size()}; }

/// Writes events as lines of JSON.
class json_writer {
 public:
  explicit json_writer(std::vector<std::array<char, 36>> const& ads) : ads_{ads} {
    for (std::uint64_t i = 0; i != users; ++i) users_.push_back(uuid_of(1, i));
    for (std::uint64_t i = 0; i != pages; ++i) pages_.push_back(uuid_of(2, i));
  }
  void line(std::string& to, binary_event const& event) const {
    char digits[24];
    auto const* const end = std::to_chars(digits, digits + sizeof digits, event.time).ptr;
    to += '{';
    member(to, "user_id", view_of(users_[event.user]));
    member(to, "page_id", view_of(pages_[event.page]));
    member(to, "ad_id", view_of(ads_[event.ad]));
    member(to, "ad_type", ad_types[event.ad_type]);
    member(to, "event_type", types[event.type]);
    member(to, "event_time", {digits, static_cast<std::size_t>(end - digits)});
    member(to, "ip_address", "1.2.3.4", "}\n");
  }

 private:
  static void member(std::string& to, std::string_view name, std::string_view value,
                     std::string_view end = ", ") {
    ((to += '"') += name) += "\": \"";
    ((to += value) += '"') += end;
  }

  std::vector<std::array<char, 36>> const& ads_;
  std::vector<std::array<char, 36>> users_, pages_;
};

constexpr std::size_t longest_line = 280;

void note(ad_data& data, binary_event const& event) {
  ++data.records;
  if (event.type != binary_event::view) return;
  auto const campaign = static_cast<std::uint32_t>(event.ad % data.campaigns);
  ++data.expected.of(window_of(campaign, event.time));
}

}  // namespace

std::uint64_t& window_counts::of(window_key key) {
  constexpr auto first = static_cast<std::uint64_t>(first_time / window_milliseconds);
  auto const at = ((key & 0xffffffffU) - first) * campaigns_ + (key >> 32U);
  if (at >= counts_.size()) counts_.resize(at + 1);
  return counts_[at];
}

std::uint64_t window_counts::views() const {
  std::uint64_t sum = 0;
  for (auto n : counts_) sum += n;
  return sum;
}

void window_counts::check(window_counts const& found, std::uint64_t times) const {
  expect("the number of windows", counts_.size(), found.counts_.size());
  for (std::size_t i = 0; i != counts_.size(); ++i)
    expect("the number of views in window " + std::to_string(i / campaigns_) + " of campaign " +
               std::to_string(i % campaigns_),
           times * counts_[i], found.counts_[i]);
}

json_ads::json_ads(ad_plan const& plan)
    : ad_data{plan.campaigns, 0, 0, window_counts{plan.campaigns}} {
  auto const ads = plan.campaigns * plan.ads_per_campaign;
  ad_names.reserve(ads);
  campaign_of.reserve(ads);
  for (std::uint32_t ad = 0; ad != ads; ++ad)
    campaign_of.emplace(view_of(ad_names.emplace_back(uuid_of(3, ad))), ad % plan.campaigns);
  json_writer const writer{ad_names};
  // As many as fit on the whole; what the time goes by need not be exact.
  event_source events{plan, plan.bytes / 250};
  for (std::size_t b = 0; b != plan.bytes / ad_block_bytes; ++b) {
    auto& block = blocks.emplace_back();
    block.reserve(ad_block_bytes);
    while (block.size() + longest_line <= ad_block_bytes) {
      auto const event = events.next();
      writer.line(block, event);
      note(*this, event);
    }
    bytes += block.size();
  }
}

binary_ads::binary_ads(ad_plan const& plan)
    : ad_data{plan.campaigns, 0, 0, window_counts{plan.campaigns}} {
  auto const ads = plan.campaigns * plan.ads_per_campaign;
  campaign_of.reserve(ads);
  for (std::uint32_t ad = 0; ad != ads; ++ad) campaign_of.emplace(key_of(ad), ad % plan.campaigns);
  event_source events{plan, plan.bytes / sizeof(binary_event)};
  for (std::size_t b = 0; b != plan.bytes / ad_block_bytes; ++b) {
    auto& block = blocks.emplace_back();
    for (std::size_t i = 0; i != ad_block_bytes / sizeof(binary_event); ++i) {
      auto event = events.next();
      note(*this, event);
      event.ad = key_of(event.ad);
      block.push_back(event);
    }
    bytes += block.size() * sizeof(binary_event);
  }
}

}  // namespace bench
