#include <doctest/doctest.h>
#include <sluice/operators/error.hpp>
#include <sluice/receivers/raw_socket_input.hpp>
#include <string>
#include <utility>
#include <vector>

#include "tests/receivers/fake_host.hpp"

using namespace sluice;
using namespace sluice::tests;
using namespace std::chrono_literals;
using testkit::sim_peer;
using testkit::sim_script;

namespace {

using word = std::pair<std::string, int>;
using words = std::vector<word>;

constexpr auto an_error = receiver_event::type::error;

raw_socket_options quick() {
  return {.backoff = {.min = 100ms, .max = 1000ms, .factor = 2, .jitter = 0}};
}

template <class T>
struct fixture : simulation {
  explicit fixture(raw_socket_options how = quick(), buffer_limits limits = {})
      : simulation{limits}, source{"feed", 9999, how} {}
  ~fixture() { source.stop(); }

  void start() {
    source.start(host);
    settle();
  }
  std::vector<T> next(std::uint64_t most = everything) {
    auto const cut = source.cut({++batch, {}}, most);
    source.committed(batch);
    return records_of<T>(cut.parts);
  }
  std::uint64_t counter(std::string const& name) const { return source.counters().at(name); }

  sim_peer& peer = world.network().listen("feed", 9999);
  raw_socket_input<T> source;
  batch_id batch = 0;
};

bool mentions(std::string const& text, std::string_view part) {
  return text.find(part) != std::string::npos;
}

std::string header(std::uint32_t length) {
  auto bytes = std::string{};
  for (auto shift = 24; shift >= 0; shift -= 8) bytes.push_back(static_cast<char>(length >> shift));
  return bytes;
}

}  // namespace

TEST_CASE("raw socket input decodes the records of every frame in order") {
  auto f = fixture<word>{};
  f.world.network().set_split_reads(true);
  f.peer.accept(sim_script{}
                    .send(encode_frame(words{{"one", 1}, {"two", 2}}))
                    .send(encode_frame(words{}))
                    .send(encode_frame(words{{"three", 3}})));
  f.start();
  CHECK(f.next(1) == words{{"one", 1}});
  CHECK(f.next() == words{{"two", 2}, {"three", 3}});
  CHECK(f.counter("frames") == 3);
  CHECK(f.counter("records") == 3);
}

TEST_CASE("raw socket input ends the connection at a frame that cannot be decoded") {
  auto f = fixture<word>{};
  auto bad = encode_frame(words{{"cut off", 1}});
  bad.pop_back();
  bad[3] = static_cast<char>(bad[3] - 1);
  f.peer.accept(sim_script{}.send(encode_frame(words{{"good", 1}}) + bad + "more"))
      .accept(sim_script{}.send(encode_frame(words{{"again", 2}})));
  f.start();
  CHECK(f.next() == words{{"good", 1}});
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "feed:9999: a frame cannot be decoded"));
  CHECK(mentions(f.host->reasons(an_error)[0], "connecting again in 100 ms"));
  CHECK(f.counter("bad_frames") == 1);
  CHECK(f.peer.open() == 0);
  f.advance(1s);
  CHECK(f.next() == words{{"again", 2}});
  CHECK(f.counter("reconnects") == 1);
}

TEST_CASE("raw socket input believes a length only as far as its bound") {
  auto how = quick();
  how.max_frame_bytes = 100;
  auto f = fixture<word>{how};
  f.peer.accept(sim_script{}.send(header(0xffff'fff0) + "abc"));
  f.start();
  REQUIRE(f.host->count(an_error) == 1);
  CHECK(mentions(f.host->reasons(an_error)[0], "length is 4294967280, above 100"));
  CHECK(f.counter("bad_frames") == 1);
  CHECK(f.source.status(false).idle);
}

TEST_CASE("raw socket input takes a frame of exactly the bound that spans many blocks") {
  auto how = quick();
  auto const payload = std::string(500'000, 'x');
  auto const frame = encode_frame(std::vector<std::string>{payload});
  how.max_frame_bytes = frame.size() - 4;
  auto f = fixture<std::string>{how};
  f.peer.accept(sim_script{}.send(frame));
  f.start();
  CHECK(f.next() == std::vector<std::string>{payload});
}

TEST_CASE("raw socket input leaves out a frame that the end of the connection cut off") {
  auto f = fixture<word>{};
  auto const frame = encode_frame(words{{"one", 1}});
  f.peer.accept(sim_script{}.send(frame + frame.substr(0, 5)).close());
  f.start();
  f.advance(1s);
  CHECK(f.next() == words{{"one", 1}});
  CHECK(f.counter("partial_frames") == 1);
  CHECK(f.counter("dropped_bytes") == 5);
}

TEST_CASE("raw socket input stops reading without room") {
  auto f = fixture<int>{quick(), {.bytes = 64 * 1024}};
  auto const frame = encode_frame(std::vector<int>(1000, 7));
  auto all = std::string{};
  for (auto i = 0; i < 500; ++i) all += frame;
  f.peer.accept(sim_script{}.send(all));
  f.start();
  CHECK_FALSE(f.peer.session(0).reading());
  auto total = std::size_t{0};
  while (total < 500'000) {
    auto const records = f.next().size();
    REQUIRE(records > 0);
    total += records;
    f.settle();
  }
  CHECK(total == 500'000);
}

TEST_CASE("raw socket input names an option that is wrong") {
  CHECK_THROWS_WITH_AS((raw_socket_input<int>{"feed", 1, {.max_frame_bytes = 0}}),
                       doctest::Contains("max_frame_bytes is 0"), usage_error);
  CHECK_THROWS_WITH_AS((raw_socket_input<int>{"feed", 0}),
                       doctest::Contains("raw_socket: the port of feed is 0"), usage_error);
}
