#include <doctest/doctest.h>
#include <array>
#include <set>
#include <sluice/testkit/sim_world.hpp>
#include <string>

#include "sim_machine.hpp"

using namespace sluice;
using namespace sluice::testkit;
using sluice::tests::machine;
using sluice::tests::names;

TEST_CASE("crash takes bytes that were not synced") {
  machine at;
  auto const file = at.open("a");
  REQUIRE(file->append("safe"));
  REQUIRE(file->sync());
  REQUIRE(at.files.sync_directory("/"));
  REQUIRE(file->append(" lost"));
  CHECK(at.files.contents("a") == "safe lost");
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("a") == "safe");
}

TEST_CASE("crash takes a synced file whose name was not synced") {
  machine at;
  auto const file = at.open("a");
  REQUIRE(file->append("bytes"));
  REQUIRE(file->sync());
  at.files.crash(crash_loss::everything);
  CHECK(at.children().empty());
}

TEST_CASE("crash leaves an empty file where only the name was synced") {
  machine at;
  REQUIRE(at.open("a")->append("bytes"));
  REQUIRE(at.files.sync_directory("/"));
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("a") == "");
}

TEST_CASE("crash takes a rename that was not synced, old target included") {
  machine at;
  at.save("target", "old");
  at.save("temporary", "new");
  REQUIRE(at.files.rename("temporary", "target"));
  CHECK(at.children() == names{"target"});
  at.files.crash(crash_loss::everything);
  CHECK(at.children() == names{"target", "temporary"});
  CHECK(at.files.contents("target") == "old");
}

TEST_CASE("crash leaves a rename that was synced") {
  machine at;
  at.save("target", "old");
  at.save("temporary", "new");
  REQUIRE(at.files.rename("temporary", "target"));
  REQUIRE(at.files.sync_directory("/"));
  at.files.crash(crash_loss::everything);
  CHECK(at.children() == names{"target"});
  CHECK(at.files.contents("target") == "new");
}

TEST_CASE("crash brings back a removed file whose removal was not synced") {
  machine at;
  at.save("a", "bytes");
  REQUIRE(at.files.remove("a"));
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("a") == "bytes");
}

TEST_CASE("crash takes a rename between directories unless both were synced") {
  machine at;
  at.files.put("from/a", "bytes");
  at.files.put("to/other", "");
  REQUIRE(at.files.rename("from/a", "to/a"));
  SUBCASE("only the target") {
    REQUIRE(at.files.sync_directory("to"));
    at.files.crash(crash_loss::everything);
    CHECK(at.children("from") == names{"a"});
    CHECK(at.children("to") == names{"other"});
  }
  SUBCASE("both") {
    REQUIRE(at.files.sync_directory("to"));
    REQUIRE(at.files.sync_directory("from"));
    at.files.crash(crash_loss::everything);
    CHECK(at.children("from").empty());
    CHECK(at.children("to") == names{"a", "other"});
  }
  SUBCASE("a later change of the same directory carries it along") {
    REQUIRE(at.files.sync_directory("to"));
    at.open("to/later");
    REQUIRE(at.files.sync_directory("to"));
    at.files.crash(crash_loss::everything);
    CHECK(at.children("from").empty());
    CHECK(at.children("to") == names{"a", "later", "other"});
  }
}

TEST_CASE("crash takes a directory whose parent was not synced, with all that is in it") {
  machine at;
  REQUIRE(at.files.create_directories("x/y"));
  REQUIRE(at.files.sync_directory("/"));
  REQUIRE(at.open("x/y/a")->sync());
  REQUIRE(at.files.sync_directory("x/y"));
  at.files.crash(crash_loss::everything);
  CHECK(at.children() == names{"x"});
  CHECK(at.children("x").empty());
}

TEST_CASE("crash takes a truncation that was not synced") {
  machine at;
  at.save("a", "old content");
  auto const file = at.open("a", write_mode::truncate);
  REQUIRE(file->append("new"));
  SUBCASE("not synced") {
    at.files.crash(crash_loss::everything);
    CHECK(at.files.contents("a") == "old content");
  }
  SUBCASE("synced") {
    REQUIRE(file->sync());
    at.files.crash(crash_loss::everything);
    CHECK(at.files.contents("a") == "new");
  }
}

TEST_CASE("crash of the process alone leaves everything") {
  machine at;
  REQUIRE(at.files.create_directories("x"));
  REQUIRE(at.open("x/a")->append("bytes"));
  at.files.crash(crash_loss::nothing);
  CHECK(at.files.contents("x/a") == "bytes");
  at.files.crash(crash_loss::everything);
  CHECK(at.files.contents("x/a") == "bytes");
}

TEST_CASE("crash may leave any prefix of what was not synced") {
  auto contents = std::set<std::string>{};
  auto listings = std::set<names>{};
  for (std::uint64_t seed = 0; seed < 200; ++seed) {
    CAPTURE(seed);
    machine at{seed};
    at.save("a", "safe");
    REQUIRE(at.open("a")->append("1234"));
    for (auto const* name : {"b", "c", "d"}) at.open(name);
    at.files.crash(crash_loss::chosen);
    contents.insert(*at.files.contents("a"));
    listings.insert(at.children());
  }
  CHECK(contents == std::set<std::string>{"safe", "safe1", "safe12", "safe123", "safe1234"});
  CHECK(listings == std::set<names>{{"a"}, {"a", "b"}, {"a", "b", "c"}, {"a", "b", "c", "d"}});
}

TEST_CASE("crash with one seed leaves the same every time") {
  auto const leaves = [](std::uint64_t seed) {
    machine at{seed};
    for (int number = 0; number < 20; ++number) {
      auto const name = std::to_string(number);
      REQUIRE(at.open(name)->append(std::string(100, 'x')));
    }
    at.files.crash(crash_loss::chosen);
    auto text = std::string{};
    for (auto const& entry : *at.files.list("/")) {
      text += entry.name + "=" + std::to_string(entry.size) + " ";
    }
    return text;
  };
  auto different = std::set<std::string>{};
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    CHECK(leaves(seed) == leaves(seed));
    different.insert(leaves(seed));
  }
  CHECK(different.size() > 5);
}

TEST_CASE("crash makes open files useless and harmless") {
  machine at;
  at.save("a", "safe");
  auto const writer = at.open("a");
  auto const reader = at.files.open_read("a");
  auto watched = at.files.watch_directory("/", [] { FAIL("the process is dead"); });
  at.files.crash(crash_loss::everything);
  auto text = std::array<char, 4>{};
  CHECK(writer->append("ghost").error().code == std::errc::bad_file_descriptor);
  CHECK(writer->sync().error().code == std::errc::bad_file_descriptor);
  CHECK((*reader)->read_at(0, text).error().code == std::errc::bad_file_descriptor);
  at.open("b");
  at.run_events();
  CHECK(at.files.contents("a") == "safe");
}

TEST_CASE("files may outlive their storage") {
  auto at = std::make_unique<machine>();
  auto const file = at->open("a");
  auto const watched = at->files.watch_directory("/", [] {});
  at.reset();
  CHECK(file->append("x").error().code == std::errc::bad_file_descriptor);
}
