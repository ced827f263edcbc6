// Runs a program and starts it again when it dies.

#include <exception>
#include <iostream>

#include "supervise/exit_codes.hpp"
#include "supervise/settings.hpp"
#include "supervise/supervisor.hpp"

int main(int argc, char** argv) {
  try {
    auto const wanted = supervise::parse(argc, argv);
    return wanted ? supervise::supervisor{*wanted}.run() : 0;
  } catch (std::exception const& failed) {
    std::cerr << "sluice-supervise: " << failed.what() << '\n';
    return supervise::exit_code::own_failure;
  }
}
