// Counting the views of advertisements by campaign in windows of event time.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"ysb_json", "views by campaign and window, from JSON in memory, against a loop",
        bench::ysb_json},
       {"ysb_json_tcp", "the same from a TCP peer that floods", bench::ysb_json_tcp},
       {"ysb_binary", "the same from records of 64 bytes in memory", bench::ysb_binary},
       {"ysb_many_campaigns", "the same with 10,000 campaigns of 100 ads (1,000 with --quick)",
        bench::ysb_many_campaigns},
       {"ysb_zipf", "the same with ads by Zipf's law", bench::ysb_zipf}});
}
