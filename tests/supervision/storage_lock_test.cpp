#include <doctest/doctest.h>
#include <sys/wait.h>
#include <unistd.h>

#include <fstream>
#include <memory>
#include <sluice/supervision/durability_error.hpp>
#include <sluice/supervision/storage.hpp>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <string>

#include "tests/print_results.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;

namespace {

class real_machine {
 public:
  storage& files() { return world_->storage(); }
  std::string path() const { return root_ / "lock"; }
  std::string holder() const { return "process " + std::to_string(::getpid()); }

 private:
  tests::temporary_directory root_;
  std::unique_ptr<world> world_ = make_real_world();
};

class simulated_machine {
 public:
  storage& files() { return world_.storage(); }
  std::string path() const { return "/lock"; }
  std::string holder() const { return "process 1"; }

 private:
  testkit::sim_world world_{1};
};

}  // namespace

TYPE_TO_STRING(real_machine);
TYPE_TO_STRING(simulated_machine);

TEST_CASE_TEMPLATE("storage locks a file once and names the holder", Machine, real_machine,
                   simulated_machine) {
  Machine at;
  auto held = at.files().lock(at.path());
  REQUIRE(held);
  auto const second = at.files().lock(at.path());
  REQUIRE_FALSE(second);
  CHECK(second.error().code == durability_errc::in_use);
  CHECK(second.error().message() == at.path() + ", held by " + at.holder() +
                                        ": in use; stop that process or choose another directory");
  held->reset();
  CHECK(at.files().lock(at.path()));
}

TEST_CASE_TEMPLATE("storage cannot lock where there is no directory", Machine, real_machine,
                   simulated_machine) {
  Machine at;
  auto const failed = at.files().lock(at.path() + "/no/such");
  CHECK_FALSE(failed);
}

TEST_CASE("storage takes a lock over from a dead process") {
  SUBCASE("simulated") {
    testkit::sim_world world{1};
    auto const held = world.storage().lock("lock");
    world.storage().crash(testkit::crash_loss::nothing);
    auto again = world.storage().lock("lock");
    REQUIRE(again);
    CHECK(world.storage().lock("lock").error().resource == "lock, held by process 2");
  }
  SUBCASE("real") {
    real_machine at;
    auto const child = ::fork();
    REQUIRE(child != -1);
    if (child == 0) {
      // The lock is held when the process ends without any clean-up.
      auto const held = at.files().lock(at.path());
      ::_exit(held ? 0 : 1);
    }
    auto status = -1;
    REQUIRE(::waitpid(child, &status, 0) == child);
    REQUIRE(status == 0);
    auto recorded = std::string{};
    std::getline(std::ifstream{at.path()}, recorded);
    CHECK(recorded == std::to_string(child));
    auto const held = at.files().lock(at.path());
    REQUIRE(held);
    CHECK(at.files().lock(at.path()).error().resource == at.path() + ", held by " + at.holder());
  }
}
