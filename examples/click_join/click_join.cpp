// Two streams joined over time: which shown advertisement was clicked within three batches.

#include <iostream>
#include <sluice/sluice.hpp>

using namespace std::chrono_literals;
using shown = std::pair<int, std::string>;  // id, page
using clicked = std::pair<int, char>;       // id, nothing more

int main() {
  sluice::streaming_context ssc{{.app_name = "click-join", .trigger = sluice::every(1s)}};

  auto const views = ssc.queue_stream<shown>(
      {{{1, "home"}, {2, "news"}}, {{3, "home"}}, {}, {{4, "news"}}, {}, {}});
  auto const clicks =
      ssc.queue_stream<clicked>({{}, {{1, 'x'}}, {{3, 'x'}}, {{2, 'x'}}, {{4, 'x'}}, {}});

  // A click meets the views of its own batch and of the two before.
  clicks.join(views.window(3s))
      .map([](auto const& met) {
        return shown{met.first, met.second.second};
      })
      .foreach_rdd([](sluice::rdd<shown> const& found) {
        std::cout << sluice::show(found.sort_by_key().collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
