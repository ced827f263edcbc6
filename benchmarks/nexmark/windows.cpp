// Queries over windows.

#include "queries/windows.hpp"

#include "cases.hpp"

namespace bench::nexmark {

std::vector<bench_case> cases_of_windows() {
  return {query_case("q5", "the auctions with most bids in a sliding window", keyed, hand_q5, q5),
          query_case("q7", "the highest bids of each window", keyed, hand_q7, q7),
          query_case("q8", "who registers and sells in the same window", keyed, hand_q8, q8),
          query_case("q11", "bids per session of a bidder", keyed, hand_q11, q11),
          query_case("q12", "bids per bidder in windows of the engine's time, their sum is checked",
                     keyed, hand_q12, q12, counts_of_q12, false)};
}

}  // namespace bench::nexmark
