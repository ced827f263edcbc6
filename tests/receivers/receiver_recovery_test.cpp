#include <doctest/doctest.h>
#include <algorithm>
#include <memory>
#include <optional>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/receiver_input.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;

namespace {

using handle = receiver_handle<int>;

struct lending final : receiver<int> {
  explicit lending(handle*& to) : to_{to} {}
  void on_start(handle& into) override { to_ = &into; }
  void on_stop() override {}

 private:
  handle*& to_;
};

/// Processes with a receiver whose handle the test uses, one after the other.
struct scene : simulation {
  explicit scene(bool can_replay = true) : replayable{can_replay} { start({}); }
  ~scene() { source->stop(); }

  void start(std::string const& position) {
    source = std::make_unique<receiver_input<int>>(std::make_unique<lending>(into),
                                                   receiver_options{.replayable = replayable});
    if (!position.empty()) source->go_on_from(position);
    source->start(host);
    settle();
  }
  /// The process ends; the next one goes on behind what has been cut.
  void go_on() {
    auto const position = source->position();
    source->stop();
    host = std::make_shared<fake_host>(world);
    start(position);
  }
  std::vector<int> cut(std::uint64_t max_records = everything) {
    auto const made = source->cut({++batch, {}}, max_records);
    source->committed(batch);
    return records_of<int>(made.parts);
  }

  bool replayable;
  handle* into = nullptr;
  std::unique_ptr<receiver_input<int>> source;
  batch_id batch = 0;
};

using numbers = std::vector<int>;

}  // namespace

TEST_CASE("receiver input tells a receiver the position behind which nothing was cut") {
  scene s;
  CHECK(s.source->position().empty());
  s.into->store_at(10, 1);
  s.into->store_at(20, numbers{2, 3});
  CHECK(s.source->position().empty());
  CHECK(s.cut() == numbers{1, 2, 3});
  s.into->store_at(30, 4);
  s.go_on();
  CHECK(s.into->last_position() == 20);
  CHECK_THROWS_AS(s.into->store_at(20, 2), usage_error);
  s.into->store_at(30, 4);
  CHECK(s.cut() == numbers{4});
}

TEST_CASE("receiver input knows the position of each record of a block") {
  scene s;
  for (auto i = 1; i <= 5; ++i) s.into->store_at(static_cast<std::uint64_t>(i), i);
  CHECK(s.cut(2) == numbers{1, 2});
  s.go_on();
  CHECK(s.into->last_position() == 2);
  for (auto i = 3; i <= 5; ++i) s.into->store_at(static_cast<std::uint64_t>(i), i);
  CHECK(s.cut(1) == numbers{3});
  CHECK(s.cut(1) == numbers{4});
  s.go_on();
  CHECK(s.into->last_position() == 4);
}

TEST_CASE("receiver input leaves out what a batch has of a block that is stored again") {
  scene s;
  s.into->store_at(1, numbers{1, 2});
  s.into->store_at(2, numbers{3, 4, 5, 6});
  CHECK(s.cut(4) == numbers{1, 2, 3, 4});
  s.go_on();
  CHECK(s.into->last_position() == 1);
  s.into->store_at(2, numbers{3, 4, 5, 6});
  CHECK(s.source->status(false).records == 2);
  CHECK(s.cut(1) == numbers{5});
  s.go_on();
  CHECK(s.into->last_position() == 1);
  s.into->store_at(2, numbers{3, 4, 5, 6});
  CHECK(s.cut() == numbers{6});
  s.go_on();
  CHECK(s.into->last_position() == 2);
}

TEST_CASE("receiver input leaves out records whatever the blocks are that they come again in") {
  scene s;
  s.into->store_at(9, numbers{1, 2, 3, 4});
  CHECK(s.cut(3) == numbers{1, 2, 3});
  s.go_on();
  CHECK_FALSE(s.into->last_position());
  s.into->store_at(1, 1);
  s.into->store_at(2, numbers{2});
  CHECK(s.into->last_position() == 2);
  s.go_on();
  CHECK(s.into->last_position() == 2);
  s.into->store_at(3, 3);
  s.into->store_at(4, 4);
  CHECK(s.cut() == numbers{4});
}

TEST_CASE("receiver input counts what is stored without a position from the last one on") {
  scene s;
  s.into->store(1);
  s.into->store(numbers{2, 3});
  CHECK(s.cut(2) == numbers{1, 2});
  s.go_on();
  CHECK_FALSE(s.into->last_position());
  s.into->store(1);
  s.into->store(numbers{2, 3});
  s.into->store_at(7, 4);
  s.into->store(5);
  s.into->store(6);
  CHECK(s.cut(3) == numbers{3, 4, 5});
  s.go_on();
  CHECK(s.into->last_position() == 7);
  s.into->store(5);
  s.into->store(6);
  CHECK(s.cut() == numbers{6});
}

TEST_CASE("receiver input leaves nothing out of a source that does not give records again") {
  scene s{false};
  CHECK(s.source->guarantee() == delivery::at_most_once);
  CHECK(scene{}.source->guarantee() == delivery::exactly_once);
  s.into->store(1);
  s.cut();
  CHECK(s.source->position().empty());
  s.into->store_at(1, numbers{2, 3});
  s.into->store_at(2, numbers{4, 5});
  s.cut(3);
  s.go_on();
  CHECK(s.into->last_position() == 1);
  s.into->store_at(8, numbers{6, 7});
  CHECK(s.cut() == numbers{6, 7});
}

TEST_CASE("receiver input refuses positions that are damaged") {
  scene s;
  s.into->store_at(300, numbers{1, 2});
  s.cut();
  s.into->store(3);
  s.cut();
  auto const whole = s.source->position();
  for (std::size_t i = 1; i != whole.size(); ++i) {
    auto again = receiver_input<int>{std::make_unique<lending>(s.into)};
    CHECK_THROWS_AS(again.go_on_from(whole.substr(0, i)), runtime_failure);
  }
  auto other = whole;
  other[0] = 9;
  CHECK_THROWS_WITH_AS(s.source->go_on_from(other), doctest::Contains("another version"),
                       runtime_failure);
}

TEST_CASE("law: a replayable receiver's records are cut once, wherever its processes have ended") {
  for (std::uint64_t seed = 1; seed <= 500; ++seed) {
    CAPTURE(seed);
    auto chance = random_for(seed, "receiver");
    // What the source has at each position: a block, or one record.
    auto at = std::vector<numbers>(1 + chance.below(30));
    auto all = numbers{};
    for (auto& records : at) {
      records.resize(1 + chance.below(5));
      for (auto& each : records) {
        each = static_cast<int>(all.size());
        all.push_back(each);
      }
    }
    scene s;
    auto got = numbers{};
    while (got.size() < all.size()) {
      auto next = s.into->last_position() ? *s.into->last_position() + 1 : 0;
      for (auto n = chance.below(6); n > 0 && next < at.size(); --n, ++next) {
        if (at[next].size() == 1) {
          s.into->store_at(next, at[next].front());
        } else {
          s.into->store_at(next, at[next]);
        }
      }
      for (auto n = chance.below(3); n > 0; --n)
        for (auto const record : s.cut(1 + chance.below(6))) got.push_back(record);
      if (chance.below(3) == 0) s.go_on();
    }
    REQUIRE(got == all);
  }
}
