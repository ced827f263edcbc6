/// Finds out who goes behind the back of a simulation: to the real clock, threads, files or chance.
///
/// Thread rule: call it once, before the first simulation. Promise: a run in which a step did so
/// fails, and names the step and the function of the system.
///
/// A program that refers to this takes the place of `clock_gettime`, `gettimeofday`, `open`,
/// `openat`, `nanosleep`, `clock_nanosleep`, `pthread_create` and `getrandom` of the C library, and
/// hands on every call; so it is for tests, and for the GNU C library.
#pragma once

namespace sluice::testkit {

void trap_real_world();

}  // namespace sluice::testkit
