// Looks into what streams leave behind.

#include <CLI/CLI.hpp>
#include <iostream>

#include "checkpoint.hpp"

namespace {

void inspect(std::string const& directory) {
  tool::print(sluice::read_checkpoint_directory(directory), std::cout);
}

// Reading verifies every byte that a stream would need.
void verify(std::string const& directory) {
  auto const found = sluice::read_checkpoint_directory(directory);
  std::cout << directory << ": a stream can go on behind batch "
            << (found.newest ? found.newest->batch.id : 0) << ", with " << found.batches.size()
            << " batches to be done again\n";
}

}  // namespace

int main(int argc, char** argv) {
  CLI::App app{"Looks into what streams leave behind.", "sluice"};
  app.require_subcommand(1);
  app.footer("Exit status: 0 all is well, 1 something cannot be read, 2 the command line is wrong");
  auto* checkpoint = app.add_subcommand("checkpoint", "the checkpoint directory of a stream");
  checkpoint->require_subcommand(1);
  std::string directory;
  auto const command = [&](char const* name, char const* what, void (*run)(std::string const&)) {
    auto* made = checkpoint->add_subcommand(name, what);
    made->add_option("DIR", directory, "options.checkpoint_dir of the stream")->required();
    made->callback([&directory, run] { run(directory); });
  };
  command("inspect", "prints what it holds", inspect);
  command("verify", "reads all of it and says whether a stream can go on from it", verify);
  try {
    app.parse(argc, argv);
    return 0;
  } catch (CLI::ParseError const& wrong) {
    return app.exit(wrong) == 0 ? 0 : 2;
  } catch (std::exception const& failed) {
    std::cerr << "sluice: " << failed.what() << '\n';
    return 1;
  }
}
