// What durability costs and how soon a stream goes on: against hand-written files and loops.

#include <string_view>

#include "cases.hpp"

int main(int argc, char** argv) {
  if (argc > 1 && argv[1] == std::string_view{bench::child_argument})
    return bench::run_as_child(argc, argv);
  return bench::run_program(
      argc, argv,
      {{"durable_commit", "batches that are durable before they are worked on against a bare loop",
        bench::durable_commit},
       {"durable_commit_sqlite", "the same with an output into SQLite",
        bench::durable_commit_sqlite},
       {"full_checkpoint",
        "the first checkpoint of 1,000,000 keys against copying and writing them",
        bench::full_checkpoint},
       {"restore", "the start of a stream with 1,000,000 saved keys against reading them in a loop",
        bench::restore},
       {"checkpoint_cost", "what checkpoints every second cost while a tenth of the keys changes",
        bench::checkpoint_cost},
       {"checkpoint_growth", "what a checkpoint of as many changes costs with more keys",
        bench::checkpoint_growth},
       {"stage_restart", "how soon a stream has caught up after one of its functions has thrown",
        bench::stage_restart},
       {"process_recovery", "how soon a killed process is replaced, against a hand-written one",
        bench::process_recovery},
       {"interval_1ms_durable", "latency of a durable batch every millisecond against two threads",
        bench::interval_durable}});
}
