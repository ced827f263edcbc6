// Windows that slide batch by batch: against a hand-written loop, and when they grow.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"word_count_window", "words in a sliding window of 30 batches against a loop",
        bench::word_count_window},
       {"top_k_count", "the ten most frequent words of the window against counting alone",
        bench::top_k_count},
       {"window_length", "what a record costs when the window is ten times as long",
        bench::window_length},
       {"window_slide", "what a record costs when the window is emitted ten times as often",
        bench::window_slide},
       {"window_concurrent", "what a record costs with ten windows instead of one",
        bench::window_concurrent}});
}
