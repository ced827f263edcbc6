#include <doctest/doctest.h>
#include <array>
#include <set>
#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>
#include <vector>

#include "sim_machine.hpp"

using namespace sluice;
using namespace sluice::testkit;
using sluice::tests::machine;
using sluice::tests::names;

TEST_CASE("a full disk takes what fits and then fails") {
  machine at;
  at.files.set_capacity(10);
  auto const file = at.open("a");
  CHECK(file->append("12345678"));
  auto const full = file->append("90abc");
  REQUIRE_FALSE(full);
  CHECK(full.error().message() == "a: No space left on device");
  CHECK(at.files.contents("a") == "1234567890");
  CHECK(file->append("").error().code == std::errc::no_space_on_device);
  CHECK(at.files.used() == 10);
}

TEST_CASE("a full disk has room again after a removal") {
  machine at;
  at.files.set_capacity(4);
  REQUIRE(at.open("a")->append("1234"));
  CHECK_FALSE(at.open("b")->append("5"));
  REQUIRE(at.files.remove("a"));
  CHECK(at.open("b")->append("5"));
}

TEST_CASE("a fault fails the operation it names as often as it says") {
  machine at;
  at.files.inject({.operation = storage_operation::open_write,
                   .path = "*/log-*",
                   .code = std::errc::permission_denied,
                   .times = 2,
                   .after = 1});
  REQUIRE(at.files.create_directory("d"));
  CHECK(at.files.open_write("d/data", write_mode::append));
  CHECK(at.files.open_write("d/log-1", write_mode::append));
  auto const failed = at.files.open_write("d/log-2", write_mode::append);
  REQUIRE_FALSE(failed);
  CHECK(failed.error().message() == "d/log-2: Permission denied");
  CHECK(at.files.faults_left() == 1);
  CHECK_FALSE(at.files.open_write("d/log-2", write_mode::append));
  CHECK(at.files.faults_left() == 0);
  CHECK(at.files.open_write("d/log-2", write_mode::append));
  CHECK(at.children("d") == names{"data", "log-1", "log-2"});
}

TEST_CASE("every operation can be made to fail") {
  machine at;
  at.save("a", "bytes");
  auto const writer = at.open("a");
  auto const reader = at.files.open_read("a");
  auto text = std::array<char, 4>{};
  auto const fails = [&](storage_operation operation, auto call) {
    CAPTURE(std::string{to_string(operation)});
    at.files.inject({.operation = operation, .path = "*"});
    auto const result = call();
    REQUIRE_FALSE(result);
    CHECK(result.error().code == std::errc::io_error);
    CHECK(at.files.faults_left() == 0);
  };
  using enum storage_operation;
  fails(list, [&] { return at.files.list("/"); });
  fails(open_read, [&] { return at.files.open_read("a"); });
  fails(read, [&] { return (*reader)->read_at(0, text); });
  fails(open_write, [&] { return at.files.open_write("b", write_mode::append); });
  fails(append, [&] { return at.open("a")->append("x"); });
  fails(sync, [&] { return at.open("a")->sync(); });
  fails(close, [&] { return writer->close(); });
  fails(create_directory, [&] { return at.files.create_directory("d"); });
  fails(create_directory, [&] { return at.files.create_directories("d/e"); });
  fails(rename, [&] { return at.files.rename("a", "b"); });
  fails(remove, [&] { return at.files.remove("a"); });
  fails(sync_directory, [&] { return at.files.sync_directory("/"); });
  fails(watch, [&] { return at.files.watch_directory("/", [] {}); });
  fails(lock, [&] { return at.files.lock("b"); });
  CHECK(at.children() == names{"a"});
}

TEST_CASE("a failed append leaves a torn write, and the file refuses to go on") {
  auto torn = std::set<std::string>{};
  for (std::uint64_t seed = 0; seed < 100; ++seed) {
    machine at{seed};
    auto const file = at.open("a");
    at.files.inject({.operation = storage_operation::append});
    CHECK_FALSE(file->append("abc"));
    CHECK_FALSE(file->append("more"));
    CHECK_FALSE(file->sync());
    torn.insert(*at.files.contents("a"));
  }
  CHECK(torn == std::set<std::string>{"", "a", "ab"});
}

TEST_CASE("a failed sync makes nothing durable, and the file refuses to go on") {
  machine at;
  at.save("a", "safe");
  auto const file = at.open("a");
  REQUIRE(file->append(" lost"));
  at.files.inject({.operation = storage_operation::sync});
  CHECK_FALSE(file->sync());
  CHECK_FALSE(file->sync());
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("a") == "safe");
}

TEST_CASE("a probe sees every operation and may fail it") {
  machine at;
  auto seen = std::vector<std::string>{};
  at.files.set_probe([&](storage_operation operation, std::string const& path) {
    seen.push_back(std::string{to_string(operation)} + " " + path);
    return operation == storage_operation::sync ? std::optional{std::errc::io_error} : std::nullopt;
  });
  auto const before = at.files.operations();
  auto const file = at.open("a");
  CHECK(file->append("x"));
  CHECK(file->sync().error().code == std::errc::io_error);
  CHECK_FALSE(file->close());
  CHECK(seen == std::vector<std::string>{"open_write a", "append a", "sync a", "close a"});
  CHECK(at.files.operations() == before + 4);
}

TEST_CASE("put places a whole durable file and tells who watches") {
  machine at;
  at.files.put("in/first", "1");
  auto calls = 0;
  auto const watched = at.files.watch_directory("in", [&] { ++calls; });
  at.files.put("in/second", "2");
  at.files.put("in/third", "3");
  CHECK(calls == 0);
  CHECK(at.run_events() == 1);
  CHECK(calls == 1);
  at.files.put("in/first", "replaced");
  at.run_events();
  CHECK(calls == 2);
  at.files.crash(crash_loss::everything);
  CHECK(at.children("in") == names{"first", "second", "third"});
  CHECK(at.files.contents("in/first") == "replaced");
}

TEST_CASE("put and flip_bit refuse what is not a file") {
  machine at;
  at.files.put("a", "x");
  REQUIRE(at.files.create_directory("d"));
  CHECK_THROWS_AS(at.files.put("a/b", ""), usage_error);
  CHECK_THROWS_AS(at.files.put("d", ""), usage_error);
  CHECK_THROWS_AS(at.files.put("/", ""), usage_error);
  CHECK_THROWS_AS(at.files.put("", ""), usage_error);
  CHECK_THROWS_AS(at.files.flip_bit("d", 0), usage_error);
  CHECK_THROWS_AS(at.files.flip_bit("a", 1), usage_error);
  CHECK_THROWS_AS(at.files.flip_bit("a", 0, 8), usage_error);
}

TEST_CASE("flip_bit turns one bit for good") {
  machine at;
  at.save("a", "abc");
  at.files.flip_bit("a", 1, 0);
  CHECK(at.files.contents("a") == "acc");
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("a") == "acc");
}

TEST_CASE("storage dates files by the virtual clock") {
  machine at;
  at.world.clock().advance(std::chrono::hours{1});
  at.open("a");
  CHECK((*at.files.list("/"))[0].modified == sim_clock::epoch + std::chrono::hours{1});
}

TEST_CASE("paths with dots and doubled slashes lead to the same file") {
  machine at;
  at.files.put("x/y/a", "bytes");
  CHECK(at.files.contents("/x//y/./a") == "bytes");
  CHECK(at.files.contents("x/../x/y/a") == "bytes");
  CHECK(at.files.contents("/../x/y/a") == "bytes");
  CHECK(at.files.open_read("none/../x/y/a").error().code == std::errc::no_such_file_or_directory);
}
