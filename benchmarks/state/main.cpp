// State per key across batches: against hand-written loops, with more keys, in bytes.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"keyed_counter_10k", "counters of 10,000 keys that live across batches against a loop",
        [](bench::report& r) { bench::keyed_counter(r, 10'000, 0.50); }},
       {"keyed_counter_1m", "the same with 1,000,000 keys (100,000 with --quick)",
        [](bench::report& r) {
          bench::keyed_counter(r, r.how().quick ? 100'000 : 1'000'000, 1.0);
        }},
       {"keyed_counter_10m", "the same with 10,000,000 keys (left out with --quick)",
        [](bench::report& r) {
          if (r.how().quick)
            r.note("left out: it takes minutes and gigabytes");
          else
            bench::keyed_counter(r, 10'000'000, 1.0);
        }},
       {"key_growth", "what a record costs when there are ten times as many keys",
        bench::key_growth},
       {"state_bytes", "bytes of memory for the state of a key", bench::state_bytes}});
}
