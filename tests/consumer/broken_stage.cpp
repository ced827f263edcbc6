// A user's test of a user's own operator: it numbers records, once with a counter of its own, which
// no restart brings back, and once with a counter in keyed state.
#include <iostream>
#include <sluice/sluice.hpp>
#include <sluice/testkit.hpp>

namespace {

using numbered = std::pair<int, long>;

sluice::dstream<int> measurements(sluice::streaming_context& ssc, sluice::testkit::scene& in) {
  return in.input<int>(ssc, {{10, 11}, {12}, {13, 14}, {15}, {16}});
}

void declare_broken(sluice::streaming_context& ssc, sluice::testkit::scene& in) {
  measurements(ssc, in)
      .repartition(1)
      .map([n = 0L](int x) mutable {
        return numbered{x, ++n};
      })
      .to(in.output<numbered>("numbered"));
}

void declare_sound(sluice::streaming_context& ssc, sluice::testkit::scene& in) {
  measurements(ssc, in)
      .map([](int x) {
        return std::pair{0, x};
      })
      .map_with_state(sluice::state_spec([](int, std::optional<int> x, sluice::state<long>& n) {
        n.update(n.exists() ? n.get() + 1 : 1);
        return numbered{x.value_or(0), n.get()};
      }))
      .to(in.output<numbered>("numbered"));
}

}  // namespace

int main() {
  sluice::testkit::experiment_options const stormy{.faults = sluice::testkit::storm()};
  try {
    sluice::testkit::for_seeds(500, declare_broken, stormy);
    std::cerr << "the broken operator was not found out\n";
    return 1;
  } catch (sluice::testkit::falsified const& found) {
    std::cout << found.what();
    if (found.reduced().script.faults.size() > 15) return 1;
  }
  auto const done = sluice::testkit::for_seeds(500, declare_sound, stormy);
  std::cout << "the sound operator: " << done.runs << " runs, " << done.faults << " faults, "
            << done.processes << " processes\n";
}
