#include <sluice/operators/error.hpp>
#include <sluice/testkit/sim_clock.hpp>
#include <string>

namespace sluice::testkit {

batch_time sim_clock::now() const {
  return epoch + std::chrono::floor<duration>(monotonic_) + jumped_;
}

void sim_clock::advance(std::chrono::nanoseconds by) { set(monotonic_ + by); }

void sim_clock::set(std::chrono::nanoseconds to) {
  if (to < monotonic_) {
    throw usage_error{"sim_clock: cannot go back from " + std::to_string(monotonic_.count()) +
                      " ns to " + std::to_string(to.count()) +
                      " ns; only the wall clock goes back, by jump()"};
  }
  monotonic_ = to;
}

}  // namespace sluice::testkit
