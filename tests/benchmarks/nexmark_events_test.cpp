#include <doctest/doctest.h>

#include <algorithm>
#include <cmath>
#include <fstream>
#include <set>
#include <string>

#include "nexmark/event_lines.hpp"
#include "nexmark/generator.hpp"
#include "tests/temporary_directory.hpp"

using namespace bench::nexmark;
using sluice::tests::temporary_directory;

namespace {

std::vector<event> all_of(event_log const& log) {
  std::vector<event> all;
  for_each_event(log.blocks, [&](event const& e) { all.push_back(e); });
  return all;
}

bool same(event const& a, event const& b) {
  return std::visit(
      []<class A, class B>(A const* x, B const* y) {
        if constexpr (std::is_same_v<A, B>)
          return *x == *y;
        else
          return false;
      },
      a, b);
}

bool same(event_log const& a, event_log const& b) {
  auto const left = all_of(a), right = all_of(b);
  return std::equal(left.begin(), left.end(), right.begin(), right.end(),
                    [](event const& x, event const& y) { return same(x, y); });
}

template <class Kind>
std::vector<Kind> kind_of(event_log const& log) {
  std::vector<Kind> found;
  for_each_event(log.blocks, [&](event const& e) {
    if (auto const* const one = as<Kind>(e)) found.push_back(*one);
  });
  return found;
}

millis time(event const& e) {
  return std::visit([](auto const* one) { return one->time; }, e);
}

/// How many of the records have a property.
template <class Records, class F>
double share(Records const& all, F has) {
  return static_cast<double>(std::count_if(all.begin(), all.end(), has)) /
         static_cast<double>(all.size());
}

template <class Records, class F>
double average(Records const& all, F size) {
  double sum = 0;
  for (auto const& one : all) sum += static_cast<double>(size(one));
  return sum / static_cast<double>(all.size());
}

}  // namespace

TEST_CASE("nexmark events are one person, three auctions and 46 bids of 50") {
  auto const log = make_events({.events = 5'000});
  auto const events = all_of(*log);
  for (std::size_t i = 0; i != events.size(); ++i)
    CHECK(events[i].index() == (i % 50 == 0 ? 0 : i % 50 <= 3 ? 1 : 2));
}

TEST_CASE("nexmark ids count from 1000 on, times follow from the event's number") {
  auto const log = make_events({.events = 5'000, .events_per_second = 10'000});
  id next = 1'000;
  for (auto const& p : kind_of<person>(*log)) CHECK(p.id == next++);
  next = 1'000;
  for (auto const& a : kind_of<auction>(*log)) CHECK(a.id == next++);
  auto const events = all_of(*log);
  for (std::size_t i = 0; i != events.size(); ++i)
    CHECK(time(events[i]) == first_time + static_cast<millis>(i) / 10);
}

TEST_CASE("nexmark events are the same from any start, and others with another seed") {
  auto const all = make_events({.events = 3'000});
  auto const late = make_events({.events = 1'000, .first = 2'000, .events_per_block = 7});
  auto const from = all_of(*all), to = all_of(*late);
  for (std::size_t i = 0; i != to.size(); ++i) CHECK(same(from[2'000 + i], to[i]));
  CHECK(same(*all, *make_events({.events = 3'000})));
  CHECK_FALSE(same(*all, *make_events({.events = 3'000, .seed = 2})));
}

TEST_CASE("nexmark disorder shuffles within groups and loses nothing") {
  event_plan const plan{.events = 4'000, .events_per_second = 1'000, .disorder = 1'000};
  auto const log = make_events(plan);
  auto const events = all_of(*log);
  std::multiset<millis> times;
  bool in_order = true;
  for (std::size_t i = 0; i != events.size(); ++i) {
    CHECK((time(events[i]) - first_time) / 1'000 == static_cast<millis>(i / 1'000));
    in_order = in_order && (i == 0 || time(events[i - 1]) <= time(events[i]));
    times.insert(time(events[i]));
  }
  CHECK_FALSE(in_order);
  CHECK(*times.rbegin() == first_time + 3'999);
  CHECK(std::set<millis>(times.begin(), times.end()).size() == times.size());
}

TEST_CASE("nexmark bids are for hot auctions by half and from hot bidders by three quarters") {
  auto const log = make_events({.events = 200'000});
  auto const bids = kind_of<bid>(*log);
  CHECK(share(bids, [](bid const& b) { return b.auction % 100 == 0; }) ==
        doctest::Approx(0.5 + 0.5 / 100).epsilon(0.02));
  CHECK(share(bids, [](bid const& b) { return b.bidder % 100 == 1; }) ==
        doctest::Approx(0.75 + 0.25 / 100).epsilon(0.02));
  CHECK(share(bids, [](bid const& b) { return !b.channel.starts_with("channel-"); }) ==
        doctest::Approx(0.5).epsilon(0.02));
  auto const auctions = kind_of<auction>(*log);
  CHECK(share(auctions, [](auction const& a) { return a.seller % 100 == 0; }) ==
        doctest::Approx(0.75 + 0.25 / 100).epsilon(0.02));
  for (std::int64_t category = 10; category != 15; ++category)
    CHECK(share(auctions, [=](auction const& a) { return a.category == category; }) ==
          doctest::Approx(0.2).epsilon(0.1));
}

TEST_CASE("nexmark cold ids are of the newest, and up to ten are yet to come") {
  std::set<id> ahead;
  id people = 999, auctions = 999;
  auto const log = make_events({.events = 200'000});
  for (auto const& e : all_of(*log)) {
    if (auto const* p = as<person>(e)) people = p->id;
    if (auto const* a = as<auction>(e)) auctions = a->id;
    auto const* const b = as<bid>(e);
    if (!b || b->auction % 100 == 0) continue;
    CHECK(b->auction >= auctions - 100);
    CHECK(b->auction <= auctions + 10);
    ahead.insert(std::max<id>(b->auction - auctions, 0));
    if (b->bidder % 100 == 1) continue;
    CHECK(b->bidder > people - 1'000);
    CHECK(b->bidder <= people + 10);
  }
  CHECK(ahead.size() == 11);
}

TEST_CASE("nexmark prices are spread evenly over six orders of magnitude") {
  auto const log = make_events({.events = 200'000});
  auto const bids = kind_of<bid>(*log);
  for (int decade = 2; decade != 8; ++decade)
    CHECK(share(bids, [=](bid const& b) {
            auto const digits = std::log10(static_cast<double>(b.price));
            return digits >= decade && digits < decade + 1;
          }) == doctest::Approx(1.0 / 6).epsilon(0.03));
}

TEST_CASE("nexmark auctions expire 17 ms later on average, with 100,000 events a second") {
  auto const log = make_events({.events = 200'000});
  auto const auctions = kind_of<auction>(*log);
  CHECK(average(auctions, [](auction const& a) { return a.expires - a.time; }) ==
        doctest::Approx(17).epsilon(0.05));
  for (auto const& a : auctions) CHECK(a.expires > a.time);
}

TEST_CASE("nexmark entities have their average sizes") {
  auto const log = make_events({.events = 50'000});
  CHECK(average(kind_of<person>(*log), [](person const& p) {
          return 16 + p.name.size() + p.email.size() + p.credit_card.size() + p.city.size() +
                 p.state.size() + p.extra.size();
        }) == doctest::Approx(200).epsilon(0.02));
  CHECK(average(kind_of<auction>(*log), [](auction const& a) {
          return 56 + a.item.size() + a.description.size() + a.extra.size();
        }) == doctest::Approx(500).epsilon(0.02));
  CHECK(average(kind_of<bid>(*log), [](bid const& b) { return 32 + b.extra.size(); }) ==
        doctest::Approx(100).epsilon(0.02));
}

TEST_CASE("nexmark bidders can be moved twice, as the suite for Flink does") {
  auto const plain = make_events({.events = 1'000});
  auto const moved = make_events({.events = 1'000, .doubled_bidder_offset = true});
  auto const once = kind_of<bid>(*plain), twice = kind_of<bid>(*moved);
  for (std::size_t i = 0; i != once.size(); ++i) CHECK(twice[i].bidder == once[i].bidder + 1'000);
}

TEST_CASE("nexmark events are read from lines as they were written") {
  temporary_directory const directory;
  auto const file = directory / "events";
  auto const log = make_events({.events = 5'000});
  std::ofstream out{file};
  write_lines(out, *log);
  out.close();
  auto const found = read_lines(file, 100);
  CHECK(found->events == 5'000);
  CHECK(found->blocks.size() == 50);
  CHECK(same(*log, *found));
}

TEST_CASE("nexmark reading names the line that is no event") {
  temporary_directory const directory;
  auto const file = directory / "events";
  for (std::string const bad : {"3\t1", "2\t1\t2\tx\tc\tu\t4\te", "2\t1\t2\t3\tc\tu\t4", ""}) {
    std::ofstream{file} << "2\t1\t2\t3\tc\tu\t4\te\n" << bad << "\n";
    CHECK_THROWS_WITH(read_lines(file, 100), "line 2 is no event");
  }
}
