#include <dlfcn.h>
#include <fcntl.h>
#include <pthread.h>
#include <sys/random.h>
#include <sys/time.h>
#include <cstdarg>
#include <ctime>
#include <sluice/testkit/trap.hpp>

#include "simulated_step.hpp"

namespace {

constinit bool armed = false;

// The functions of the C library that come after the ones below.
template <class F>
F next(char const* name) {
  return reinterpret_cast<F>(dlsym(RTLD_NEXT, name));
}

void note(char const* name) {
  using step = sluice::testkit::simulated_step;
  if (armed && step::inside && step::trespass == nullptr) step::trespass = name;
}

}  // namespace

extern "C" {

int clock_gettime(clockid_t which, struct timespec* out) noexcept {
  static auto const real = next<int (*)(clockid_t, struct timespec*)>("clock_gettime");
  // The time that a thread has used is no clock of the world outside.
  if (which == CLOCK_REALTIME || which == CLOCK_MONOTONIC) note("clock_gettime");
  return real(which, out);
}

int gettimeofday(struct timeval* out, void* zone) noexcept {
  static auto const real = next<int (*)(struct timeval*, void*)>("gettimeofday");
  note("gettimeofday");
  return real(out, zone);
}

int open(char const* path, int flags, ...) {
  static auto const real = next<int (*)(char const*, int, ...)>("open");
  va_list rest;
  va_start(rest, flags);
  auto const mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
  va_end(rest);
  note("open");
  return real(path, flags, mode);
}

int openat(int directory, char const* path, int flags, ...) {
  static auto const real = next<int (*)(int, char const*, int, ...)>("openat");
  va_list rest;
  va_start(rest, flags);
  auto const mode = (flags & (O_CREAT | O_TMPFILE)) != 0 ? va_arg(rest, mode_t) : mode_t{0};
  va_end(rest);
  note("openat");
  return real(directory, path, flags, mode);
}

int nanosleep(struct timespec const* wanted, struct timespec* left) {
  static auto const real = next<int (*)(struct timespec const*, struct timespec*)>("nanosleep");
  note("nanosleep");
  return real(wanted, left);
}

int clock_nanosleep(clockid_t which, int flags, struct timespec const* wanted,
                    struct timespec* left) {
  static auto const real =
      next<int (*)(clockid_t, int, struct timespec const*, struct timespec*)>("clock_nanosleep");
  note("clock_nanosleep");
  return real(which, flags, wanted, left);
}

int pthread_create(pthread_t* made, pthread_attr_t const* how, void* (*work)(void*),
                   void* argument) noexcept {
  static auto const real =
      next<int (*)(pthread_t*, pthread_attr_t const*, void* (*)(void*), void*)>("pthread_create");
  note("pthread_create");
  return real(made, how, work, argument);
}

ssize_t getrandom(void* out, std::size_t bytes, unsigned flags) {
  static auto const real = next<ssize_t (*)(void*, std::size_t, unsigned)>("getrandom");
  note("getrandom");
  return real(out, bytes, flags);
}

}  // extern "C"

namespace sluice::testkit {

void trap_real_world() { armed = true; }

}  // namespace sluice::testkit
