#include <sluice/sluice.hpp>

#include <functional>
using namespace std::chrono_literals;

int main() {
  sluice::streaming_context ssc{{.app_name = "word-count", .trigger = sluice::every(1s)}};
  auto counts = ssc.socket_text_stream("localhost", 9999)
                    .flat_map(sluice::split_words)
                    .map([](std::string_view w) {
                      return std::pair{w, 1L};
                    })
                    .reduce_by_key(std::plus<>{});
  counts.print();
  ssc.start();
  ssc.await_termination();
}
