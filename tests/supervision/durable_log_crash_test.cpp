#include <doctest/doctest.h>
#include <sluice/supervision/world.hpp>
#include <string>

#include "log_model.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace sluice::tests;

namespace {

std::uint64_t operations_of_reference_run() {
  log_model model{1};
  REQUIRE(reference_run(model, false));
  return model.scene().files.operations();
}

// After a crash the log opens with what it promised, goes on, and keeps all of it.
void check_recovery(log_model& model) {
  REQUIRE(model.open());
  CHECK(model.append());
  CHECK(model.sync());
  model.scene().files.crash(crash_loss::everything);
  REQUIRE(model.open());
}

}  // namespace

TEST_CASE("durable_log keeps what it confirmed when the machine stops at any operation") {
  auto const operations = operations_of_reference_run();
  CHECK(operations > 100);
  for (std::uint64_t stop = 0; stop <= operations; ++stop) {
    for (auto loss : losses) {
      for (std::uint64_t seed = 1; seed <= (loss == crash_loss::chosen ? 10 : 1); ++seed) {
        CAPTURE(stop);
        CAPTURE(seed);
        log_model model{seed};
        fail_operations(model.scene().files, stop, no_end);
        CHECK(reference_run(model, false) == (stop == operations));
        model.close();
        fail_no_more(model.scene().files);
        model.scene().files.crash(loss);
        check_recovery(model);
      }
    }
  }
}

TEST_CASE("durable_log keeps what it confirmed when any one operation fails") {
  auto const operations = operations_of_reference_run();
  for (std::uint64_t at = 0; at <= operations; ++at) {
    for (auto code : {std::errc::io_error, std::errc::no_space_on_device}) {
      for (auto loss : losses) {
        CAPTURE(at);
        log_model model{at + 1};
        fail_operations(model.scene().files, at, at + 1, code);
        REQUIRE(reference_run(model, true));
        fail_no_more(model.scene().files);
        model.scene().files.crash(loss);
        check_recovery(model);
      }
    }
  }
}

TEST_CASE("durable_log keeps what it confirmed on a disk that is full at any size") {
  log_model whole{1};
  REQUIRE(reference_run(whole, false));
  for (std::uint64_t size = 0; size < whole.scene().files.used() + 200; size += 3) {
    CAPTURE(size);
    log_model model{size + 1};
    model.scene().files.set_capacity(size);
    reference_run(model, false);
    model.close();
    model.scene().files.crash(size % 2 == 0 ? crash_loss::everything : crash_loss::chosen);
    model.scene().files.set_capacity({});
    check_recovery(model);
  }
}

TEST_CASE("durable_log gives no wrong record for any rotten byte after a run with failures") {
  auto refused = std::size_t{0};
  for (std::uint64_t fault : {std::uint64_t{20}, std::uint64_t{57}, std::uint64_t{90}}) {
    log_model model{fault};
    fail_operations(model.scene().files, fault, fault + 1);
    REQUIRE(reference_run(model, true));
    fail_no_more(model.scene().files);
    model.scene().files.crash(crash_loss::chosen);
    REQUIRE(model.open());
    for (auto const& name : model.scene().segments()) {
      for (std::size_t at = 0; at < model.scene().files.contents(name)->size(); ++at) {
        CAPTURE(name);
        CAPTURE(at);
        auto const bit = static_cast<unsigned>(at % 8);
        model.scene().files.flip_bit(name, at, bit);
        if (!model.open()) {
          CHECK(model.refusal().code == durability_errc::damaged);
          ++refused;
        }
        model.scene().files.flip_bit(name, at, bit);
      }
    }
    REQUIRE(model.open());
  }
  CHECK(refused > 100);
}

namespace {

// One step of a random life.
void random_step(log_model& model, random_stream& chance) {
  auto& files = model.scene().files;
  auto ok = true;
  switch (chance.below(16)) {
    case 0: ok = model.clean(); break;
    case 1: model.close(); break;
    case 2:
      model.close();
      files.crash(losses[chance.below(losses.size())]);
      break;
    case 3: fail_soon(files, chance); break;
    case 4:
      files.set_capacity(chance.below(2) == 0 ? std::optional<std::uint64_t>{}
                                              : files.used() + chance.below(200));
      break;
    case 5:
    case 6:
    case 7: ok = model.sync(); break;
    default: ok = model.append(); break;
  }
  if (ok || model.reopen() || chance.below(2) == 0) return;
  model.close();
}

// A rotten bit: an error, or nothing that matters. Gives whether it was an error.
bool rot(log_model& model, random_stream& chance) {
  auto& files = model.scene().files;
  auto const names = model.scene().segments();
  if (names.empty()) return false;
  auto const name = names[chance.below(names.size())];
  auto const size = files.contents(name)->size();
  if (size == 0) return false;
  auto const offset = chance.below(size);
  auto const bit = static_cast<unsigned>(chance.below(8));
  files.flip_bit(name, offset, bit);
  auto const refused = !model.open();
  if (files.contents(name)) files.flip_bit(name, offset, bit);
  return refused;
}

}  // namespace

TEST_CASE("durable_log keeps its promise through random crashes, faults and full disks") {
  auto confirmed = std::uint64_t{0};
  auto refused = std::uint64_t{0};
  constexpr auto seeds = std::uint64_t{1000};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    log_model model{seed};
    auto chance = random_for(seed, "steps");
    for (int step = 0; step < 80; ++step) {
      CAPTURE(step);
      // With a fault on its way the storage may refuse, but it never gives a wrong record.
      if (!model.is_open() && !model.open()) continue;
      random_step(model, chance);
    }
    model.close();
    auto& files = model.scene().files;
    files.set_capacity({});
    fail_no_more(files);
    files.crash(crash_loss::chosen);
    REQUIRE(model.open());
    refused += rot(model, chance) ? 1 : 0;
    REQUIRE(model.open());
    confirmed += model.confirmed();
  }
  MESSAGE("seeds 1 to " << seeds << ": " << confirmed << " records confirmed, " << refused
                        << " rotten bits refused");
  CHECK(confirmed > seeds * 10);
  CHECK(refused > seeds / 4);
}
