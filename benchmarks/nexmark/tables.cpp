// Queries with state that is kept forever.

#include "queries/tables.hpp"

#include "cases.hpp"

namespace bench::nexmark {

std::vector<bench_case> cases_of_tables() {
  return {query_case("q3", "auctions of a category with their sellers, in three states", keyed,
                     hand_q3, q3),
          query_case("q4", "the average of winning bids per category", keyed, hand_q4, q4),
          query_case("q17", "statistics of bids per auction and day", aggregated, hand_q17, q17),
          query_case("q20", "bids with their auctions, in a category", keyed, hand_q20, q20)};
}

}  // namespace bench::nexmark
