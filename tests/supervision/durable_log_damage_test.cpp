#include <doctest/doctest.h>
#include <set>
#include <sluice/supervision/checksum.hpp>
#include <string>

#include "log_scene.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace sluice::tests;

TEST_CASE("durable_log tells when it does not hold what is needed") {
  log_scene at;
  auto const log = at.open();
  for (int i = 0; i < 4; ++i) at.write(*log, {fifty});
  REQUIRE(log->clean_up_to(2));
  for (std::uint64_t needed : {3, 4, 5}) {
    at.options.needed_from = needed;
    CHECK(at.try_open());
  }
  at.options.needed_from = 2;
  CHECK(at.try_open().error().message() ==
        "log with records 3 to 4, needed from 2: records are missing; restore the files that held "
        "them from a copy");
  at.options.needed_from = 6;
  CHECK(code_of(at.try_open()) == durability_errc::records_missing);
}

TEST_CASE("durable_log tolerates and counts what a crash cut off at the end") {
  log_scene at;
  at.write(*at.open(), {"one", "two"});
  auto const whole = *at.files.contents(segment(1));
  for (std::size_t size = 0; size <= whole.size(); ++size) {
    CAPTURE(size);
    log_scene torn;
    torn.files.put(segment(1), whole.substr(0, size));
    auto const log = torn.open();
    auto const records = size == whole.size() ? 2 : size >= whole.size() - 27 ? 1 : 0;
    CHECK(torn.read.size() == static_cast<std::size_t>(records));
    auto const ends = std::set<std::size_t>{0, 32, 59, 86};
    CHECK((log->recovered().torn_bytes == 0) == ends.contains(size));
    torn.write(*log, {"next"});
    CHECK(torn.reopen_and_read().back() == "next");
    CHECK(torn.read.size() == static_cast<std::size_t>(records) + 1);
  }
}

TEST_CASE("durable_log takes space that was never filled for cut off") {
  log_scene at;
  at.write(*at.open(), {"one"});
  auto const whole = *at.files.contents(segment(1));
  at.files.put(segment(1), whole + std::string(100, '\0'));
  at.files.put(segment(2), std::string(100, '\0'));
  CHECK(at.reopen_and_read() == payloads{"one"});
}

TEST_CASE("durable_log refuses every turned bit, in whatever segment, with file and offset") {
  log_scene at;
  auto const log = at.open();
  at.write(*log, {fifty, fifty, fifty, "last"});
  auto const names = at.segments();
  REQUIRE(names.size() == 2);
  for (auto const& name : names) {
    for (std::size_t offset = 0; offset < at.files.contents(name)->size(); ++offset) {
      for (unsigned bit = 0; bit < 8; ++bit) {
        at.files.flip_bit(name, offset, bit);
        auto const opened = at.try_open();
        CAPTURE(name);
        CAPTURE(offset);
        REQUIRE_FALSE(opened);
        CHECK(opened.error().code == durability_errc::damaged);
        CHECK(opened.error().message().starts_with(name + " at byte "));
        at.files.flip_bit(name, offset, bit);
      }
    }
  }
}

TEST_CASE("durable_log cuts a damaged end if told to, but nothing that intact records follow") {
  log_scene at;
  at.write(*at.open(), {"one", "two"});
  at.options.if_damaged_tail = damaged_tail::cut;
  auto const second = std::uint64_t{32 + 24 + 3 + 24};
  at.files.flip_bit(segment(1), second);
  CHECK(at.reopen_and_read() == payloads{"one"});
  CHECK(at.open()->recovered().cut_bytes == 27);
  at.files.flip_bit(segment(1), second);
  at.files.flip_bit(segment(1), 32);
  CHECK(at.try_open().error().message() ==
        segment(1) +
            " at byte 32: damaged: the bytes are not what was written; restore the file "
            "from a copy");
}

TEST_CASE("durable_log refuses a segment that is missing or ends too early") {
  log_scene at;
  at.write(*at.open(), {fifty, fifty, fifty, fifty, fifty, fifty});
  auto const second = *at.files.contents(segment(2));
  REQUIRE(at.files.remove(segment(2)));
  CHECK(code_of(at.try_open()) == durability_errc::damaged);
  at.files.put(segment(2), second.substr(0, second.size() - 1));
  CHECK(at.try_open().error().message().starts_with(segment(2) + " at byte "));
  at.files.put(segment(2), second);
  CHECK(at.try_open());
  at.files.put(segment(4), second);  // under a wrong name
  CHECK(code_of(at.try_open()) == durability_errc::damaged);
}

TEST_CASE("durable_log names a newer format") {
  log_scene at;
  auto header = std::string{"sluiceWL"};
  header.append("\x02\0\0\0", 4);          // version
  header.append("\x01\0\0\0\0\0\0\0", 8);  // index
  header.append("\x01\0\0\0\0\0\0\0", 8);  // first sequence
  auto const check = static_cast<std::uint32_t>(checksum(header));
  for (unsigned i = 0; i < 4; ++i) header += static_cast<char>(check >> (8 * i));
  at.files.put(segment(1), header);
  CHECK(at.try_open().error().message() ==
        segment(1) +
            " of format 2, newest known 1: written by a newer version, which this one "
            "cannot read; run that version");
}
