// sluice-supervise as people run it: processes, their ends, and signals to them.
#include <signal.h>

#include <doctest/doctest.h>
#include <filesystem>
#include <fstream>

#include "tests/examples/child_process.hpp"
#include "tests/temporary_directory.hpp"

namespace sluice::tests {

namespace {

using words = std::vector<std::string>;

/// Short waits, and the program behind the options.
words supervise(words const& options, words const& program) {
  words all{SUPERVISE_PROGRAM, "--backoff-min", "1ms", "--backoff-max", "5ms"};
  all.insert(all.end(), options.begin(), options.end());
  all.push_back("--");
  all.insert(all.end(), program.begin(), program.end());
  return all;
}

words shell(std::string const& script) { return {"/bin/sh", "-c", script}; }

/// Waits for the start after so many restarts. @return the number of the process
pid_t await_start(child_process& supervisor, int restarts) {
  auto const start = "restart " + std::to_string(restarts) + ": process ";
  supervisor.wait_for_error(start);
  auto const at = supervisor.error().find(start) + start.size();
  return std::stoi(supervisor.error().substr(at));
}

bool is_there(std::string const& part, std::string const& text) {
  return text.find(part) != std::string::npos;
}

int occurrences(std::string const& part, std::string const& text) {
  int n = 0;
  for (auto at = text.find(part); at != text.npos; at = text.find(part, at + part.size())) ++n;
  return n;
}

/// Tells when it is ready for signals, and waits for them.
std::string waiting_shell(std::string const& traps) {
  return traps + " echo ready $SLUICE_RESTARTS >&2; while :; do sleep 0.02; done";
}

}  // namespace

TEST_CASE("supervise starts a child again that was killed, and tells it how often") {
  child_process supervisor{supervise({}, shell(waiting_shell("trap 'exit 0' TERM;")))};
  for (int restarts = 0; restarts != 3; ++restarts) {
    auto const child = await_start(supervisor, restarts);
    supervisor.wait_for_error("ready " + std::to_string(restarts));
    REQUIRE(::kill(child, SIGKILL) == 0);
    supervisor.wait_for_error("process " + std::to_string(child) + " was ended by signal 9");
  }
  supervisor.wait_for_error("ready 3");
  supervisor.signal(SIGTERM);
  CHECK(supervisor.wait() == 0);
}

TEST_CASE("supervise gives up with status 70 when the restarts are spent") {
  child_process supervisor{supervise({"--max-restarts", "3"}, shell("exit 1"))};
  CHECK(supervisor.wait() == 70);
  CHECK(occurrences("ended with status 1", supervisor.error()) == 4);
  CHECK(is_there("gave up: max_restarts of 3 within", supervisor.error()));
}

TEST_CASE("supervise does not restart at all with --max-restarts 0") {
  child_process supervisor{supervise({"--max-restarts", "0"}, shell("kill -9 $$"))};
  CHECK(supervisor.wait() == 70);
  CHECK(occurrences("was ended by signal 9", supervisor.error()) == 1);
}

TEST_CASE("supervise takes a status of 0 for the end") {
  child_process supervisor{supervise({}, shell("echo done"))};
  CHECK(supervisor.wait() == 0);
  CHECK(supervisor.out() == "done\n");
}

TEST_CASE("supervise ends with a status that is final") {
  for (int const status : {2, 64, 78}) {
    child_process supervisor{supervise({}, shell("exit " + std::to_string(status)))};
    CHECK(supervisor.wait() == status);
    CHECK(occurrences("ended with status", supervisor.error()) == 1);
  }
  child_process chosen{supervise({"--final-exit", "7,8"}, shell("exit 8"))};
  CHECK(chosen.wait() == 8);
  child_process not_chosen{
      supervise({"--final-exit", "none", "--max-restarts", "2"}, shell("exit 2"))};
  CHECK(not_chosen.wait() == 70);
}

TEST_CASE("supervise hands on a signal to end, once, and ends with the child's status") {
  for (auto const& [number, name] : std::vector<std::pair<int, std::string>>{
           {SIGTERM, "TERM"}, {SIGINT, "INT"}, {SIGQUIT, "QUIT"}}) {
    CAPTURE(name);
    ::signal(number, SIG_DFL);  // what is ignored from the start, a shell cannot trap
    child_process supervisor{supervise(
        {}, shell(waiting_shell("trap 'echo got " + name + "; sleep 0.1; exit 5' " + name + ";")))};
    supervisor.wait_for_error("ready 0");
    supervisor.signal(number);
    CHECK(supervisor.wait() == 5);
    CHECK(supervisor.out() == "got " + name + "\n");
  }
}

TEST_CASE("supervise ends with 128 and the signal that it was told, if the child dies of it") {
  child_process supervisor{supervise({}, {"sleep", "60"})};
  await_start(supervisor, 0);
  supervisor.signal(SIGTERM);
  CHECK(supervisor.wait() == 128 + SIGTERM);
}

TEST_CASE("supervise kills a child that does not end in time, with its process group") {
  child_process supervisor{
      supervise({"--stop-timeout", "100ms"}, shell(waiting_shell("trap '' TERM;")))};
  supervisor.wait_for_error("ready 0");
  supervisor.signal(SIGTERM);
  CHECK(supervisor.wait() == 128 + SIGKILL);
  CHECK(is_there("has not ended within 100ms: it is killed", supervisor.error()));
}

TEST_CASE("supervise hands on other signals and goes on") {
  child_process supervisor{
      supervise({}, shell(waiting_shell("trap 'echo HUP >&2' HUP; trap 'echo ONE >&2' USR1; "
                                        "trap 'echo TWO >&2' USR2; trap 'exit 0' TERM;")))};
  supervisor.wait_for_error("ready 0");
  supervisor.signal(SIGHUP);
  supervisor.wait_for_error("HUP\n");
  supervisor.signal(SIGUSR1);
  supervisor.wait_for_error("ONE\n");
  supervisor.signal(SIGUSR2);
  supervisor.wait_for_error("TWO\n");
  supervisor.signal(SIGTERM);
  CHECK(supervisor.wait() == 0);
  CHECK(occurrences("restart", supervisor.error()) == 1);
}

TEST_CASE("supervise ends at once when it is told to between two starts") {
  child_process supervisor{supervise(
      {"--backoff-min", "1h", "--backoff-max", "1h", "--jitter", "equal", "--within", "24h"},
      shell("exit 1"))};
  supervisor.wait_for_error("restart 1 in ");
  supervisor.signal(SIGUSR1);
  supervisor.wait_for_error("is lost: no process runs");
  supervisor.signal(SIGTERM);
  CHECK(supervisor.wait() == 128 + SIGTERM);
}

TEST_CASE("supervise takes its child with it when it is killed") {
  child_process supervisor{supervise({}, {"sleep", "60"})};
  auto const child = await_start(supervisor, 0);
  supervisor.signal(SIGKILL);
  // The child has the same standard error, which ends with the last of the two.
  CHECK(supervisor.wait() == 128 + SIGKILL);
  CHECK(is_there(std::to_string(child), supervisor.error()));
}

TEST_CASE("supervise leaves nothing of a child's process group behind") {
  child_process supervisor{supervise({"--max-restarts", "2"}, shell("sleep 60 & kill -9 $$"))};
  // With a sleep left over, standard error would stay open.
  CHECK(supervisor.wait() == 70);
}

TEST_CASE("supervise ends as shells do when the program cannot be executed") {
  temporary_directory const directory;
  std::ofstream{directory / "file"} << "text\n";
  child_process missing{supervise({}, {"sluice-no-such-program"})};
  CHECK(missing.wait() == 127);
  CHECK(is_there("sluice-no-such-program cannot be executed: No such file", missing.error()));
  child_process forbidden{supervise({}, {directory / "file"})};
  CHECK(forbidden.wait() == 126);
}

TEST_CASE("supervise tries again when its program is away for a moment") {
  temporary_directory const directory;
  auto const program = directory / "program";
  std::ofstream{program} << "#!/bin/sh\necho here $SLUICE_RESTARTS >&2\n"
                            "[ $SLUICE_RESTARTS = 1 ] && exit 0\nrm $0\nexit 1\n";
  std::filesystem::permissions(program, std::filesystem::perms::owner_all);
  auto const kept = directory / "kept";
  std::filesystem::copy(program, kept);
  child_process supervisor{supervise(
      {"--backoff-min", "500ms", "--backoff-max", "500ms", "--jitter", "none"}, {program})};
  supervisor.wait_for_error("program cannot be executed");
  std::filesystem::rename(kept, program);
  CHECK(supervisor.wait() == 0);
  CHECK(is_there("here 1", supervisor.error()));
}

TEST_CASE("supervise does not wait longer and longer for a child that lives") {
  child_process supervisor{supervise({"--backoff-min", "1ms", "--backoff-max", "24h", "--jitter",
                                      "none", "--healthy-after", "20ms", "--max-restarts", "4"},
                                     shell("sleep 0.05; exit 1"))};
  CHECK(supervisor.wait() == 70);
  CHECK(occurrences("in 1ms", supervisor.error()) == 4);
}

TEST_CASE("supervise --help tells the exit statuses, and a wrong option ends with 125") {
  child_process helped{{SUPERVISE_PROGRAM, "--help"}};
  CHECK(helped.wait() == 0);
  for (auto const* option : {"--max-restarts", "--within", "--backoff-min", "--backoff-max",
                             "--jitter", "--healthy-after", "--final-exit", "--stop-timeout",
                             "Exit status:", "128 + N", "SLUICE_RESTARTS"})
    CHECK_MESSAGE(is_there(option, helped.out()), option);
  child_process wrong{{SUPERVISE_PROGRAM, "--jitter", "odd", "--", "true"}};
  CHECK(wrong.wait() == 125);
  CHECK(wrong.error().starts_with("sluice-supervise: --jitter \"odd\""));
}

}  // namespace sluice::tests
