#include <doctest/doctest.h>
#include <sluice/supervision/world.hpp>
#include <string>

#include "checkpoint_model.hpp"

using namespace sluice;
using namespace sluice::testkit;
using namespace sluice::tests;

namespace {

std::uint64_t operations_of_reference_run() {
  checkpoint_model model{1};
  REQUIRE(reference_run(model, false));
  return model.scene().files.operations();
}

// After a crash the store opens with what it promised, goes on, and keeps all of it.
void check_recovery(checkpoint_model& model) {
  REQUIRE(model.open());
  model.scene().files.crash(crash_loss::everything);
  REQUIRE(model.open());
  CHECK(model.commit());
  CHECK(model.commit());
  model.scene().files.crash(crash_loss::everything);
  REQUIRE(model.open());
  // Two checkpoints, each of a manifest and two blobs, three markers less the one of a clean stop,
  // and the lock, but nothing left over.
  CHECK(model.scene().names().size() == 9);
}

}  // namespace

TEST_CASE("checkpoint_store keeps what it confirmed when the machine stops at any operation") {
  auto const operations = operations_of_reference_run();
  CHECK(operations > 200);
  for (std::uint64_t stop = 0; stop <= operations; ++stop) {
    for (auto loss : losses) {
      for (std::uint64_t seed = 1; seed <= (loss == crash_loss::chosen ? 8 : 1); ++seed) {
        CAPTURE(stop);
        CAPTURE(seed);
        checkpoint_model model{seed};
        fail_operations(model.scene().files, stop, no_end);
        reference_run(model, false);
        model.drop();
        fail_no_more(model.scene().files);
        model.scene().files.crash(loss);
        check_recovery(model);
      }
    }
  }
}

TEST_CASE("checkpoint_store keeps what it confirmed when any one operation fails") {
  auto const operations = operations_of_reference_run();
  for (std::uint64_t at = 0; at <= operations; ++at) {
    for (auto code : {std::errc::io_error, std::errc::no_space_on_device}) {
      for (auto loss : losses) {
        CAPTURE(at);
        checkpoint_model model{at + 1};
        fail_operations(model.scene().files, at, at + 1, code);
        CHECK(reference_run(model, true));
        model.drop();
        fail_no_more(model.scene().files);
        model.scene().files.crash(loss);
        check_recovery(model);
      }
    }
  }
}

TEST_CASE("checkpoint_store keeps what it confirmed on a disk that is full at any size") {
  for (std::uint64_t size = 0; size < 1200; size += 3) {
    CAPTURE(size);
    checkpoint_model model{size + 1};
    auto& files = model.scene().files;
    files.set_capacity(size);
    // An opening that needs room fails as often as it is tried.
    if (model.open()) {
      for (int i = 0; i < 6; ++i) model.commit();
      model.abandon();
      model.close();
    }
    model.drop();
    files.crash(size % 2 == 0 ? crash_loss::everything : crash_loss::chosen);
    files.set_capacity({});
    check_recovery(model);
  }
}

TEST_CASE("checkpoint_store falls back or refuses for any rotten byte, and gives nothing wrong") {
  checkpoint_model model{1};
  REQUIRE(reference_run(model, false));
  auto& files = model.scene().files;
  auto fallen_back = std::size_t{0};
  for (auto const& name : model.scene().names()) {
    auto const path = "ckpt/" + name;
    for (std::size_t at = 0; files.contents(path) && at < files.contents(path)->size(); ++at) {
      CAPTURE(path);
      CAPTURE(at);
      auto const bit = static_cast<unsigned>(at % 8);
      files.flip_bit(path, at, bit);
      REQUIRE(model.open(true));
      model.drop();
      fallen_back += files.contents(path) ? 1 : 0;
      if (files.contents(path)) files.flip_bit(path, at, bit);
    }
  }
  CHECK(fallen_back > 100);
  REQUIRE(model.open());
}

TEST_CASE("checkpoint_store refuses when both checkpoints are rotten, and gives nothing wrong") {
  for (std::uint64_t seed = 1; seed <= 300; ++seed) {
    CAPTURE(seed);
    checkpoint_model model{seed};
    REQUIRE(reference_run(model, false));
    auto& files = model.scene().files;
    auto chance = random_for(seed, "rot");
    auto const manifests = model.scene().names("manifest-");
    REQUIRE(manifests.size() == 2);
    for (auto const& manifest : manifests) {
      auto const number = manifest.substr(manifest.find('-'));
      auto const path = "ckpt/" + (chance.below(2) == 0 ? manifest : "blob" + number + "-left");
      files.flip_bit(path, chance.below(files.contents(path)->size()));
    }
    REQUIRE_FALSE(model.open());
    CHECK(model.refusal().code == durability_errc::no_checkpoint_usable);
  }
}

namespace {

// One step of a random life.
void random_step(checkpoint_model& model, random_stream& chance) {
  auto& files = model.scene().files;
  switch (chance.below(12)) {
    case 0: model.close(); break;
    case 1: model.drop(); break;
    case 2:
      model.drop();
      files.crash(losses[chance.below(losses.size())]);
      break;
    case 3:
    case 4: fail_soon(files, chance); break;
    case 5:
      files.set_capacity(chance.below(2) == 0 ? std::optional<std::uint64_t>{}
                                              : files.used() + chance.below(300));
      break;
    case 6: model.abandon(); break;
    default: model.commit(); break;
  }
}

}  // namespace

TEST_CASE("checkpoint_store keeps its promise through random crashes, faults and full disks") {
  auto confirmed = std::uint64_t{0};
  constexpr auto seeds = std::uint64_t{1000};
  for (std::uint64_t seed = 1; seed <= seeds; ++seed) {
    CAPTURE(seed);
    checkpoint_model model{seed};
    auto chance = random_for(seed, "steps");
    for (int step = 0; step < 60; ++step) {
      CAPTURE(step);
      // While the disk is full or fails, it may refuse, but it never gives anything wrong.
      if (!model.is_open() && !model.open()) {
        if (chance.below(4) == 0) model.scene().files.set_capacity({});
        continue;
      }
      random_step(model, chance);
    }
    model.drop();
    auto& files = model.scene().files;
    files.set_capacity({});
    fail_no_more(files);
    files.crash(crash_loss::chosen);
    check_recovery(model);
    confirmed += model.confirmed();
    auto const names = model.scene().names();
    auto const path = "ckpt/" + names[chance.below(names.size())];
    model.drop();
    if (auto const size = files.contents(path)->size(); size > 0) {
      files.flip_bit(path, chance.below(size), static_cast<unsigned>(chance.below(8)));
      REQUIRE(model.open(true));
    }
  }
  MESSAGE("seeds 1 to " << seeds << ": " << confirmed
                        << " is the sum of the last checkpoints' ids");
  CHECK(confirmed > seeds * 5);
}
