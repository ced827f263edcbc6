// Sessions: the pages that a visitor opened, until nothing came for two batches.

#include <iostream>
#include <sluice/sluice.hpp>

using namespace std::chrono_literals;
using visit = std::pair<std::string, std::string>;  // visitor, page
using pages = std::vector<std::string>;

namespace {

/// Emits a session when it has ended, nothing before.
std::optional<std::pair<std::string, pages>> session_of(sluice::batch_time,
                                                        std::string const& visitor,
                                                        std::optional<std::string> page,
                                                        sluice::state<pages>& session) {
  if (session.is_timing_out()) return std::pair{visitor, session.get()};
  auto all = session.get_option().value_or(pages{});
  all.push_back(*page);
  session.update(std::move(all));
  return std::nullopt;
}

}  // namespace

int main() {
  sluice::streaming_context ssc{{.app_name = "sessions", .trigger = sluice::every(1s)}};

  ssc.queue_stream<visit>({{{"ada", "home"}, {"ben", "home"}},
                           {{"ada", "news"}},
                           {},
                           {{"ada", "help"}},
                           {},
                           {},
                           {},
                           {}})
      .map_with_state(sluice::state_spec(session_of).timeout(2s))
      .foreach_rdd([second = 0](sluice::rdd<std::pair<std::string, pages>> const& ended) mutable {
        std::cout << "after " << ++second << " s: " << sluice::show(ended.collect()) << '\n';
      });

  ssc.start();
  ssc.run_until_idle();
}
