#include <doctest/doctest.h>
#include <algorithm>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/checksum.hpp>
#include <sluice/supervision/world.hpp>
#include <string>

#include "log_scene.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace sluice::tests;

TEST_CASE("checksum is XXH3-64 with its published values") {
  CHECK(checksum("") == 0x2d06800538d394c2ULL);
  CHECK(checksum("a") != checksum("b"));
}

TEST_CASE("durable_log is empty at first") {
  log_scene at;
  auto const log = at.open();
  CHECK(at.read.empty());
  CHECK(log->next() == 1);
  CHECK(log->durable() == 0);
  CHECK(*log->sync() == 0);
  CHECK(at.segments().empty());
}

TEST_CASE("durable_log gives back what was appended, in order and with its sequence") {
  log_scene at;
  auto const log = at.open();
  CHECK(*log->append("one") == 1);
  CHECK(*log->append("") == 2);
  CHECK(*log->append(std::string("t\0o", 3)) == 3);
  CHECK(log->durable() == 0);
  CHECK(*log->sync() == 3);
  CHECK(log->durable() == 3);
  CHECK(at.reopen_and_read() == payloads{"one", "", std::string("t\0o", 3)});
  CHECK(at.read.begin()->first == 1);
}

TEST_CASE("durable_log goes on after it was opened again") {
  log_scene at;
  at.write(*at.open(), {"1", "2"});
  auto const log = at.open();
  CHECK(log->durable() == 2);
  CHECK(log->recovered().records == 2);
  CHECK(log->recovered().first == 1);
  CHECK(*log->append("3") == 3);
  CHECK(*log->sync() == 3);
  CHECK(at.reopen_and_read() == payloads{"1", "2", "3"});
}

TEST_CASE("durable_log reads a record of two pieces as one") {
  log_scene at;
  at.options.max_bytes = 1 << 20;
  auto const large = std::string(100'000, 'y');
  auto const log = at.open();
  REQUIRE(log->append("small ", "body"));
  REQUIRE(log->append("large ", large));
  REQUIRE(log->append("", ""));
  REQUIRE(log->append("head", ""));
  REQUIRE(log->sync());
  CHECK(at.reopen_and_read() == payloads{"small body", "large " + large, "", "head"});
}

TEST_CASE("durable_log syncs many records at once") {
  log_scene at;
  at.options.buffer_bytes = 1 << 16;
  at.options.segment_bytes = 1 << 16;
  at.options.max_bytes = 1 << 20;
  auto const log = at.open();
  at.write(*log, {"first"});
  auto const before = at.files.operations();
  for (int i = 0; i < 100; ++i) REQUIRE(log->append("record"));
  CHECK(at.files.operations() == before);
  REQUIRE(log->sync());
  CHECK(at.files.operations() == before + 2);  // one append, one sync
  REQUIRE(log->sync());
  CHECK(at.files.operations() == before + 2);
}

TEST_CASE("durable_log hands over its buffer when that is full") {
  log_scene at;
  at.options.buffer_bytes = 100;
  auto const log = at.open();
  REQUIRE(log->append("small"));
  CHECK(at.files.contents(segment(1)) == "");
  REQUIRE(log->append(fifty));
  CHECK(at.files.contents(segment(1))->size() == log->size());
}

TEST_CASE("durable_log rolls to a new segment at the size that was set") {
  log_scene at;
  auto const log = at.open();
  at.write(*log, {fifty, fifty});
  CHECK(at.segments().size() == 1);
  at.write(*log, {fifty});
  CHECK(at.segments() == std::vector{segment(1), segment(2)});
  CHECK(at.reopen_and_read() == payloads{fifty, fifty, fifty});
}

TEST_CASE("durable_log gives a record above the segment size a segment of its own") {
  log_scene at;
  auto const large = std::string(1000, 'L');
  auto const log = at.open();
  at.write(*log, {"a", large, "b"});
  CHECK(at.segments().size() == 3);
  CHECK(at.reopen_and_read() == payloads{"a", large, "b"});
}

TEST_CASE("durable_log removes whole segments below a sequence and keeps the last one") {
  log_scene at;
  auto const log = at.open();
  for (int i = 0; i < 6; ++i) at.write(*log, {fifty});  // two in each segment
  auto const size = log->size();
  CHECK(*log->clean_up_to(1) == 0);
  CHECK(*log->clean_up_to(3) == 1);
  CHECK(log->size() < size);
  CHECK(at.segments() == std::vector{segment(2), segment(3)});
  CHECK(*log->clean_up_to(100) == 1);
  CHECK(*log->clean_up_to(100) == 0);
  CHECK(at.reopen_and_read().size() == 2);
  CHECK(at.read.begin()->first == 5);
  CHECK(at.open()->next() == 7);
}

TEST_CASE("durable_log keeps its sequence when everything was cleaned up") {
  log_scene at;
  at.write(*at.open(), {"1", "2", "3"});
  auto const log = at.open();
  CHECK(*log->clean_up_to(3) == 0);
  at.write(*log, {"4"});
  CHECK(*log->clean_up_to(3) == 1);
  CHECK(at.reopen_and_read() == payloads{"4"});
  CHECK(at.read.begin()->first == 4);
}

TEST_CASE("durable_log keeps its last durable segment while the next one is not durable") {
  log_scene at;
  auto const log = at.open();
  at.write(*log, {fifty, fifty});
  REQUIRE(log->append(fifty));
  CHECK(at.segments().size() == 2);
  CHECK(*log->clean_up_to(2) == 0);
  at.files.crash(crash_loss::everything);
  CHECK(at.open()->next() == 3);
}

TEST_CASE("durable_log is full at its bound, stays usable, and has room after a clean-up") {
  log_scene at;
  at.options.max_bytes = 400;
  auto const log = at.open();
  auto count = 0;
  auto full = io_result<std::uint64_t>{0};
  while ((full = log->append(fifty))) ++count;
  CHECK(code_of(full) == durability_errc::log_full);
  CHECK(full.error().message() ==
        "log with " + std::to_string(log->size()) +
            " bytes: the log is full: nothing was written; let a checkpoint complete so that old "
            "segments go, or raise max_bytes");
  CHECK(log->size() <= 400);
  CHECK(at.files.used() <= 400);
  CHECK(*log->sync() == static_cast<std::uint64_t>(count));
  CHECK(*log->clean_up_to(2) == 1);
  CHECK(*log->append(fifty) == static_cast<std::uint64_t>(count + 1));
  REQUIRE(log->sync());
}

TEST_CASE("durable_log that one record has filled has room when that was cleaned up") {
  log_scene at;
  at.options.max_bytes = 1000;
  auto const log = at.open();
  at.write(*log, {std::string(900, 'x')});
  CHECK(code_of(log->append(fifty)) == durability_errc::log_full);
  CHECK(*log->clean_up_to(0) == 0);
  CHECK(*log->clean_up_to(1) == 1);
  CHECK(at.files.used() <= 1000);
  at.write(*log, {fifty});
  CHECK(at.reopen_and_read() == payloads{fifty});
  CHECK(at.read.begin()->first == 2);
}

TEST_CASE("durable_log refuses a record that can never fit") {
  log_scene at;
  at.options.max_record_bytes = 100;
  auto const log = at.open();
  CHECK(code_of(log->append(std::string(101, 'x'))) == durability_errc::record_too_large);
  CHECK(log->append(std::string(100, 'x')));
  at.options = {.segment_bytes = 200, .max_bytes = 400};
  auto const small = at.open();
  CHECK(code_of(small->append(std::string(400, 'x'))) == durability_errc::record_too_large);
}

TEST_CASE("durable_log refuses options that contradict themselves") {
  log_scene at;
  at.options = {.segment_bytes = 10};
  CHECK_THROWS_AS(at.try_open(), usage_error);
  at.options = {.segment_bytes = 200, .max_bytes = 399};
  CHECK_THROWS_WITH_AS(at.try_open(),
                       "durable_log_options.max_bytes is 399: it must be at least twice "
                       "segment_bytes, so that one can go while another is written",
                       usage_error);
  at.options = {.max_record_bytes = 0};
  CHECK_THROWS_AS(at.try_open(), usage_error);
}

TEST_CASE("durable_log gives its first error again until it is reopened") {
  log_scene at;
  auto const log = at.open();
  at.write(*log, {"1"});
  REQUIRE(log->append("lost"));
  at.files.inject({.operation = storage_operation::sync});
  auto const failed = log->sync();
  CHECK(code_of(failed) == std::errc::io_error);
  CHECK(log->failed());
  CHECK(log->append("x").error().message() == failed.error().message());
  CHECK(log->sync().error().message() == failed.error().message());
  REQUIRE(log->reopen());
  CHECK(log->durable() == 1);
  CHECK(*log->append("2") == 2);
  REQUIRE(log->sync());
  CHECK(at.reopen_and_read() == payloads{"1", "2"});
  CHECK(at.open()->recovered().abandoned_bytes > 0);
}

TEST_CASE("durable_log can fail and be reopened many times") {
  log_scene at;
  auto const log = at.open();
  for (int i = 1; i <= 5; ++i) {
    for (auto operation : {storage_operation::append, storage_operation::sync,
                           storage_operation::open_write, storage_operation::sync_directory}) {
      at.files.inject({.operation = operation});
      while (!log->failed()) static_cast<void>(log->append("no") && log->sync());
      at.files.inject({.operation = storage_operation::list});
      CHECK_FALSE(log->reopen());
      REQUIRE(log->reopen());
    }
    at.options.max_bytes += 100000;
    at.write(*log, {std::to_string(i)});
  }
  auto read = at.reopen_and_read();
  CHECK(std::count(read.begin(), read.end(), "5") == 1);
  CHECK(read.back() == "5");
}

TEST_CASE("durable_log that could not remove a segment tries again") {
  for (auto operation : {storage_operation::remove, storage_operation::sync_directory}) {
    log_scene at;
    auto const log = at.open();
    at.write(*log, {fifty, fifty, fifty});
    at.files.inject({.operation = operation});
    CHECK_FALSE(log->clean_up_to(2));
    CHECK_FALSE(log->failed());
    CHECK(*log->clean_up_to(2) == 1);
    CHECK(at.reopen_and_read() == payloads{fifty});
  }
}

TEST_CASE("durable_log makes each removal durable before the next one") {
  // Else a crash could bring back an older segment alone, and leave a gap after it.
  log_scene at;
  auto const log = at.open();
  for (int i = 0; i < 6; ++i) at.write(*log, {fifty});
  auto seen = std::string{};
  at.files.set_probe([&](storage_operation operation, std::string const&) {
    seen += std::string{to_string(operation)} + " ";
    return std::optional<std::errc>{};
  });
  CHECK(*log->clean_up_to(6) == 2);
  CHECK(seen == "remove sync_directory remove sync_directory ");
}

TEST_CASE("durable_log works on the real file system") {
  tests::temporary_directory root;
  auto const outside = make_real_world();
  auto const open = [&](payloads& read) {
    auto log =
        durable_log::open(outside->storage(), root / "deep/log", {},
                          [&](std::uint64_t, std::string_view bytes) { read.emplace_back(bytes); });
    REQUIRE(log);
    return std::move(*log);
  };
  auto read = payloads{};
  {
    auto const log = open(read);
    REQUIRE(log->append("one"));
    REQUIRE(log->sync());
    REQUIRE(log->append("two"));
    REQUIRE(log->sync());
  }
  REQUIRE(open(read)->append("three"));
  CHECK(read == payloads{"one", "two"});
}
