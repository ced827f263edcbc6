#include "generator.hpp"

#include <array>
#include <string>

#include "random.hpp"

namespace bench::nexmark {

namespace {

// Event ids come in rounds of one person, three auctions and 46 bids.
constexpr std::uint64_t round_length = 50;
constexpr std::int64_t hot_every = 100;        // of people and auctions, one is hot
constexpr std::int64_t active_people = 1'000;  // who may bid and sell
constexpr std::int64_t open_auctions = 100;
constexpr std::int64_t not_yet_created = 10;  // ids that are drawn although they come later
constexpr std::int64_t channels = 10'000;

constexpr std::array states{"AZ", "CA", "ID", "OR", "WA", "WY"};
constexpr std::array cities{"Phoenix", "Los Angeles", "San Francisco", "Boise", "Portland",
                            "Bend",    "Redmond",     "Seattle",       "Kent",  "Cheyenne"};
constexpr std::array first_names{"Peter", "Paul",  "Luke",  "John",   "Saul",  "Vicky",
                                 "Kate",  "Julie", "Sarah", "Deiter", "Walter"};
constexpr std::array last_names{"Shultz", "Abrams", "Spencer", "White", "Bartels",
                                "Walton", "Smith",  "Jones",   "Noris"};
constexpr std::array hot_channels{"Google", "Facebook", "Baidu", "Apple"};

/// The newest person and auction when an event happens, counted from 0.
struct newest {
  explicit newest(std::uint64_t identity)
      : person{static_cast<std::int64_t>(identity / round_length)},
        auction{3 * person + (identity % round_length == 0
                                  ? -1
                                  : std::min<std::int64_t>(identity % round_length, 3) - 1)} {}
  std::int64_t person;
  std::int64_t auction;
};

class generator {
 public:
  generator(event_plan const& plan, text_arena& text) : plan_{plan}, text_{text} {
    for (std::int64_t i = 0; i != channels; ++i) cold_.push_back(make_channel(i));
    for (auto const* name : hot_channels) {
      random_choices choose{plan.seed, ~std::uint64_t{0} - hot_.size()};
      hot_.push_back({text_.keep(name), make_url(choose, "")});
    }
  }

  void make(std::uint64_t number, event_block& into) {
    auto const identity = identity_of(plan_, number);
    auto const place = identity % round_length;
    random_choices choose{plan_.seed, identity};
    if (place == 0)
      into.add(make_person(identity, choose));
    else if (place <= 3)
      into.add(make_auction(identity, choose));
    else
      into.add(make_bid(identity, choose));
  }

 private:
  struct channel {
    std::string_view name, url;
  };

  person make_person(std::uint64_t identity, random_choices& choose) {
    person one{};
    one.id = first_id + newest{identity}.person;
    std::string name = one_of(first_names, choose);
    one.name = text_.keep(name.append(1, ' ').append(one_of(last_names, choose)));
    auto email = word(choose, 3, 6);
    one.email = text_.keep(email.append(1, '@').append(word(choose, 3, 4)).append(".com"));
    one.credit_card = credit_card(choose);
    one.city = one_of(cities, choose);
    one.state = one_of(states, choose);
    one.time = time_of(plan_, identity);
    auto const size = 16 + one.name.size() + one.email.size() + one.credit_card.size() +
                      one.city.size() + one.state.size();
    one.extra = choose.filler(text_, size, 200);
    return one;
  }

  auction make_auction(std::uint64_t identity, random_choices& choose) {
    newest const at{identity};
    auction one{};
    one.id = first_id + at.auction;
    one.item = choose.words(text_, 20);
    one.description = choose.words(text_, 100);
    one.initial_bid = choose.price();
    one.reserve = one.initial_bid + choose.price();
    one.time = time_of(plan_, identity);
    auto const ahead = identity + open_auctions * round_length / 3;
    auto const horizon = time_of(plan_, ahead) - one.time;
    one.expires = one.time + 1 + choose.below(std::max<millis>(2 * horizon, 1));
    one.seller = first_id + (choose.below(4) != 0 ? at.person / hot_every * hot_every
                                                  : cold_person(at.person, choose));
    one.category = first_category + choose.below(categories);
    one.extra = choose.filler(text_, 56 + one.item.size() + one.description.size(), 500);
    return one;
  }

  bid make_bid(std::uint64_t identity, random_choices& choose) {
    newest const at{identity};
    bid one{};
    one.auction = first_id + (choose.below(2) != 0 ? at.auction / hot_every * hot_every
                                                   : cold_auction(at.auction, choose));
    one.bidder = first_id + (choose.below(4) != 0 ? at.person / hot_every * hot_every + 1
                                                  : cold_person(at.person, choose));
    if (plan_.doubled_bidder_offset) one.bidder += first_id;
    one.price = choose.price();
    auto const& from = choose.below(2) != 0
                           ? hot_[static_cast<std::size_t>(choose.below(4))]
                           : cold_[static_cast<std::size_t>(choose.below(channels))];
    one.channel = from.name;
    one.url = from.url;
    one.time = time_of(plan_, identity);
    one.extra = choose.filler(text_, 32, 100);
    return one;
  }

  static std::int64_t cold_person(std::int64_t newest, random_choices& choose) {
    auto const people = std::min(newest + 1, active_people);
    return newest + 1 - people + choose.below(people + not_yet_created);
  }
  static std::int64_t cold_auction(std::int64_t newest, random_choices& choose) {
    auto const oldest = std::max<std::int64_t>(newest - open_auctions, 0);
    return oldest + choose.below(std::min(newest, open_auctions) + 1 + not_yet_created);
  }

  static char const* one_of(auto const& names, random_choices& choose) {
    return names[static_cast<std::size_t>(choose.below(static_cast<std::int64_t>(names.size())))];
  }
  static std::string word(random_choices& choose, std::int64_t shortest, std::int64_t longest) {
    std::string text(static_cast<std::size_t>(shortest + choose.below(longest - shortest + 1)),
                     ' ');
    choose.letters(text);
    return text;
  }
  std::string_view credit_card(random_choices& choose) {
    auto const room = text_.room(19);
    for (std::size_t i = 0; i != room.size(); ++i)
      room[i] = i % 5 == 4 ? ' ' : static_cast<char>('0' + choose.below(10));
    return {room.data(), room.size()};
  }

  /// A channel's own choices: they are the same whatever events are made.
  channel make_channel(std::int64_t number) {
    random_choices choose{~plan_.seed, static_cast<std::uint64_t>(number)};
    std::string name = "channel-", tag;
    name += std::to_string(number);
    if (choose.below(10) != 0) {
      tag = "&channel_id=";
      tag += std::to_string(key_of(static_cast<std::uint64_t>(number)) >> 34U);
    }
    return {text_.keep(name), make_url(choose, tag)};
  }
  std::string_view make_url(random_choices& choose, std::string_view tag) {
    std::string url = "https://auctions.example";
    for (int i = 0; i != 3; ++i) url.append(1, '/').append(word(choose, 3, 4));
    return text_.keep(url.append("/item.htm?query=1").append(tag));
  }

  event_plan plan_;
  text_arena& text_;
  std::vector<channel> hot_, cold_;
};

}  // namespace

std::uint64_t identity_of(event_plan const& plan, std::uint64_t number) {
  auto const group = number / plan.disorder * plan.disorder;
  return group + number * 953 % plan.disorder;
}

millis time_of(event_plan const& plan, std::uint64_t identity) {
  return first_time + static_cast<millis>(identity * 1'000'000 / plan.events_per_second) / 1'000;
}

std::unique_ptr<event_log> make_events(event_plan const& plan) {
  auto log = std::make_unique<event_log>();
  generator make{plan, log->text};
  for (auto at = plan.first; at != plan.first + plan.events; ++at) {
    if (log->events++ % plan.events_per_block == 0) log->blocks.emplace_back();
    make.make(at, log->blocks.back());
  }
  for (auto& block : log->blocks) block.seal();
  return log;
}

}  // namespace bench::nexmark
