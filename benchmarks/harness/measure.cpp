#include "measure.hpp"

#include <malloc.h>
#include <sys/resource.h>
#include <unistd.h>

#include <algorithm>
#include <ctime>
#include <filesystem>
#include <fstream>
#include <string>
#include <thread>

#include "allocations.hpp"

namespace bench {

namespace {

double seconds_of(clockid_t clock) {
  timespec now{};
  clock_gettime(clock, &now);
  return static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec) * 1e-9;
}

// CPU seconds of all processes, and those that the hypervisor took, in ticks of 10 ms.
double machine_busy_seconds() {
  std::ifstream in{"/proc/stat"};
  std::string name;
  double user = 0, nice = 0, system = 0, idle = 0, waiting = 0, irq = 0, softirq = 0, stolen = 0;
  in >> name >> user >> nice >> system >> idle >> waiting >> irq >> softirq >> stolen;
  return (user + nice + system + irq + softirq + stolen) /
         static_cast<double>(sysconf(_SC_CLK_TCK));
}

// The first number of `schedstat` is the time on a core, in nanoseconds.
std::map<std::string, double> cpu_seconds_by_thread() {
  std::map<std::string, double> threads;
  for (auto const& each : std::filesystem::directory_iterator{"/proc/self/task"}) {
    std::ifstream in{each.path() / "schedstat"};
    double nanoseconds = 0;
    if (in >> nanoseconds) threads[each.path().filename().string()] = nanoseconds * 1e-9;
  }
  return threads;
}

}  // namespace

double wall_seconds() { return seconds_of(CLOCK_MONOTONIC); }
double cpu_seconds() { return seconds_of(CLOCK_PROCESS_CPUTIME_ID); }

std::size_t resident_bytes() {
  std::ifstream in{"/proc/self/statm"};
  std::size_t all = 0, resident = 0;
  in >> all >> resident;
  return resident * static_cast<std::size_t>(sysconf(_SC_PAGESIZE));
}

std::size_t peak_resident_bytes() {
  rusage used{};
  getrusage(RUSAGE_SELF, &used);
  return static_cast<std::size_t>(used.ru_maxrss) * 1024;
}

std::size_t allocated_bytes() {
  auto const now = mallinfo2();
  return now.uordblks + now.hblkhd;
}

stopwatch::stopwatch()
    : wall_{wall_seconds()},
      cpu_{cpu_seconds()},
      busy_{machine_busy_seconds()},
      threads_{cpu_seconds_by_thread()},
      allocations_{heap_allocations()} {}

cost stopwatch::passed() const {
  cost result;
  // First, as the counters of the kernel are read into strings.
  result.allocations = heap_allocations() - allocations_;
  result.wall = wall_seconds() - wall_;
  result.cpu = cpu_seconds() - cpu_;
  for (auto const& [thread, seconds] : cpu_seconds_by_thread()) {
    auto const before = threads_.find(thread);
    auto const used = seconds - (before == threads_.end() ? 0.0 : before->second);
    result.busiest = std::max(result.busiest, used);
  }
  auto const capacity = result.wall * std::max(1U, std::thread::hardware_concurrency());
  if (capacity > 0)
    result.foreign = std::clamp((machine_busy_seconds() - busy_ - result.cpu) / capacity, 0.0, 1.0);
  return result;
}

}  // namespace bench
