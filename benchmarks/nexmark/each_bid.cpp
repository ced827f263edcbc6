// Queries that look at one bid at a time.

#include "queries/each_bid.hpp"
#include "cases.hpp"

namespace bench::nexmark {

std::vector<bench_case> cases_of_each_bid() {
  return {query_case("q0", "every bid as it is", per_bid, hand_q0, q0),
          query_case("q1", "every bid in another currency", per_bid, hand_q1, q1),
          query_case("q2", "the bids for some auctions", per_bid, hand_q2, q2),
          query_case("q22", "directories of the url of every bid", per_bid, hand_q22, q22)};
}

}  // namespace bench::nexmark
