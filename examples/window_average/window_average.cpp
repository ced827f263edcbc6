// The average of the last readings of a thermometer: a sliding window that is kept up by adding
// what comes and taking away what leaves, so that its length costs nothing.

#include <iostream>
#include <sluice/sluice.hpp>

using namespace std::chrono_literals;

namespace {

struct sum {
  double degrees = 0;
  long readings = 0;
};

sum plus(sum a, sum b) { return {a.degrees + b.degrees, a.readings + b.readings}; }
sum minus(sum a, sum b) { return {a.degrees - b.degrees, a.readings - b.readings}; }

}  // namespace

int main() {
  sluice::streaming_context ssc{{.app_name = "window-average", .trigger = sluice::every(1s)}};

  // One batch per second; the window holds three of them.
  ssc.queue_stream<double>({{20.5, 20.5}, {21.5}, {}, {22.0, 24.0}, {23.0}, {}, {}})
      .map([](double degrees) {
        return sum{degrees, 1};
      })
      .reduce_by_window(plus, minus, 3s)
      .filter([](sum const& s) { return s.readings != 0; })
      .map([](sum const& s) { return s.degrees / static_cast<double>(s.readings); })
      .foreach_rdd([second = 0](sluice::rdd<double> const& average) mutable {
        std::cout << "after " << ++second << " s: " << sluice::show(average.collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
