// What a record costs when one dimension grows ten times, and the work stays the same.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"fused_stages", "what a record costs with ten fused steps instead of one",
        bench::fused_stages},
       {"linked_stages", "what a record costs with ten linked stages instead of one",
        bench::linked_stages},
       {"partitions", "what a record costs with 20 and 200 partitions instead of 2",
        bench::partitions},
       {"batch_records", "what a record costs with ten times as many of them in a batch",
        bench::batch_records},
       {"batch_interval", "what a second costs with batches ten times as often",
        bench::batch_interval},
       {"run_length", "what a record costs, and memory, when ten times as many have come",
        bench::run_length},
       {"key_growth_10m", "what a record costs with 10,000,000 keys instead of 1,000,000",
        bench::key_growth_10m},
       {"distinct_values", "what a record costs with ten times as many distinct values",
        bench::distinct_values},
       {"idle_streams", "what a stream costs that nothing comes into", bench::idle_streams},
       {"workers", "what a second worker adds", bench::workers}});
}
