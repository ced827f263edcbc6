#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <doctest/doctest.h>
#include <array>
#include <atomic>
#include <filesystem>
#include <future>
#include <sluice/operators/error.hpp>
#include <sluice/supervision/storage.hpp>
#include <sluice/supervision/world.hpp>
#include <string>

#include "tests/print_results.hpp"
#include "tests/temporary_directory.hpp"

using namespace sluice;
using sluice::tests::temporary_directory;

namespace {

void touch(storage& files, std::string const& path) {
  REQUIRE(files.open_write(path, write_mode::append));
}

bool arrives(std::future<void> const& event) {
  return event.wait_for(std::chrono::seconds{30}) == std::future_status::ready;
}

}  // namespace

TEST_CASE("world gives each subsystem a random stream of its own") {
  auto const world = make_real_world();
  auto first = world->random("restarts");
  auto again = world->random("restarts");
  auto other = world->random("sampling");
  auto const drawn = first();
  CHECK(again() == drawn);
  CHECK(other() != drawn);
  CHECK_FALSE(world->simulated());
}

TEST_CASE("world derives random streams from seed and name alone") {
  // These numbers are part of every recorded seed's meaning: they may never change.
  auto stream = random_for(42, "restarts");
  CHECK(stream() == 2220499564948942324U);
  CHECK(stream() == 8706314113620632538U);
  CHECK(random_for(43, "restarts")() != 2220499564948942324U);
  CHECK(random_for(42, "restart")() != 2220499564948942324U);
}

TEST_CASE("world keeps a monotonic clock that does not go back") {
  auto const world = make_real_world();
  auto const before = world->clock().monotonic();
  CHECK(world->clock().monotonic() >= before);
  CHECK(world->clock().now() > batch_time{std::chrono::sys_days{std::chrono::year{2020} / 1 / 1}});
}

TEST_CASE("io_result throws a runtime_failure that names the resource") {
  auto const world = make_real_world();
  auto const missing = world->storage().open_read("/no/such/file");
  CHECK_THROWS_WITH_AS(missing.value(), "/no/such/file: No such file or directory",
                       runtime_failure);
}

TEST_CASE("storage keeps the first error of a written file as its last word") {
  auto const world = make_real_world();
  auto const file = world->storage().open_write("/dev/full", write_mode::append);
  REQUIRE(file);
  CHECK((*file)->append("x").error().message() == "/dev/full: No space left on device");
  CHECK((*file)->append("").error().code == std::errc::no_space_on_device);
  CHECK((*file)->sync().error().code == std::errc::no_space_on_device);
  CHECK((*file)->close().error().code == std::errc::no_space_on_device);
}

TEST_CASE("storage follows links and does not list those that lead nowhere") {
  auto const world = make_real_world();
  temporary_directory root;
  touch(world->storage(), root / "file");
  std::filesystem::create_directory(root / "directory");
  std::filesystem::create_symlink(root / "directory", root / "link");
  std::filesystem::create_symlink(root / "nothing", root / "broken");
  std::filesystem::create_symlink("circle", root / "circle");
  auto const entries = world->storage().list(root / "");
  REQUIRE(entries);
  REQUIRE(entries->size() == 3);
  CHECK((*entries)[0].name == "directory");
  CHECK((*entries)[1].name == "file");
  CHECK((*entries)[2].name == "link");
  CHECK((*entries)[2].is_directory);
}

TEST_CASE("storage does not wait for the writer of a named pipe") {
  auto const world = make_real_world();
  temporary_directory root;
  REQUIRE(::mkfifo((root / "pipe").c_str(), 0600) == 0);
  auto const file = world->storage().open_read(root / "pipe");
  REQUIRE(file);
  auto text = std::array<char, 4>{};
  CHECK((*file)->read_at(0, text).error().code == std::errc::invalid_seek);
}

TEST_CASE("storage does not leave files open for child processes") {
  auto const world = make_real_world();
  temporary_directory root;
  // The lowest free number is the one that the next open gets.
  auto const next = ::dup(0);
  REQUIRE(next != -1);
  ::close(next);
  auto const file = world->storage().open_write(root / "a", write_mode::append);
  CHECK((::fcntl(next, F_GETFD) & FD_CLOEXEC) != 0);
}

TEST_CASE("watch makes no call after its destructor") {
  auto const world = make_real_world();
  temporary_directory root;
  auto probe = std::promise<void>{};
  auto probed = std::atomic<bool>{false};
  for (int round = 0; round < 50; ++round) {
    auto alive = std::make_unique<std::atomic<bool>>(true);
    auto watch = world->storage().watch_directory(root / "",
                                                  [alive = alive.get()] { CHECK(alive->load()); });
    REQUIRE(watch);
    touch(world->storage(), root / std::to_string(round));
    watch->reset();
    alive->store(false);
  }
  // A last watch, to know that the thread has been past all the others.
  auto last = world->storage().watch_directory(root / "", [&] {
    if (!probed.exchange(true)) probe.set_value();
  });
  touch(world->storage(), root / "last");
  CHECK(arrives(probe.get_future()));
}

TEST_CASE("watch may be destroyed after its world") {
  temporary_directory root;
  auto world = make_real_world();
  auto watch = world->storage().watch_directory(root / "", [] {});
  REQUIRE(watch);
  world.reset();
  watch->reset();
}
