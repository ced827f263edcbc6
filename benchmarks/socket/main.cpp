// Lines from a socket: what is left of a bare reader's speed, and what happens when nobody takes
// what was read.

#include "cases.hpp"

int main(int argc, char** argv) {
  return bench::run_program(
      argc, argv,
      {{"socket_source", "lines from a socket against a bare reader", bench::socket_source},
       {"overload", "what is processed while the peer sends too much, by overflow policy",
        bench::overload},
       {"stalled_sink", "memory while the output stands still and the peer floods",
        bench::stalled_sink}});
}
