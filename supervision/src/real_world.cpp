#include <random>
#include <sluice/supervision/world.hpp>

#include "asio_network.hpp"
#include "background_thread.hpp"
#include "io_thread.hpp"
#include "posix_storage.hpp"

namespace sluice {
namespace {

class system_clock final : public clock {
 public:
  batch_time now() const override {
    return std::chrono::floor<duration>(std::chrono::system_clock::now());
  }
  std::chrono::nanoseconds monotonic() const override {
    return std::chrono::steady_clock::now().time_since_epoch();
  }
};

std::uint64_t seed_of_this_process_run() {
  auto device = std::random_device{};
  return (std::uint64_t{device()} << 32) | device();
}

class real_world final : public world {
 public:
  sluice::clock& clock() override { return clock_; }
  sluice::storage& storage() override { return storage_; }
  sluice::network& network() override { return network_; }
  random_stream random(char const* subsystem) override { return random_for(seed_, subsystem); }
  bool simulated() const override { return false; }
  void in_background(std::function<void()> work) override { background_.run(std::move(work)); }

 private:
  std::uint64_t const seed_ = seed_of_this_process_run();
  system_clock clock_;
  io_thread io_;
  posix_storage storage_{io_};
  asio_network network_{io_};
  background_thread background_;  // its work uses what is above
};

}  // namespace

std::unique_ptr<world> make_real_world() { return std::make_unique<real_world>(); }

}  // namespace sluice
