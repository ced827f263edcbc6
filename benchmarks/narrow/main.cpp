// What is left of a hand-written loop's speed with narrow operators, and what a batch costs.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"fused_chain", "five fused steps over numbers against a hand-written loop",
        bench::fused_chain},
       {"grep", "lines that contain a pattern against a hand-written loop", bench::grep},
       {"empty_batch", "a batch without records through three fused steps", bench::empty_batch}});
}
