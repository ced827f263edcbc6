/// Whether this thread is inside of a step of a simulation, and what it did there that it must not.
///
/// Thread rule: of the thread that asks. Promise: costs nothing but where somebody looks.
#pragma once

namespace sluice::testkit {

struct simulated_step {
  static constinit inline thread_local bool inside = false;
  /// The function of the system that was called first; null: none.
  static constinit inline thread_local char const* trespass = nullptr;

  simulated_step() { inside = true; }
  ~simulated_step() { inside = false; }
  simulated_step(simulated_step const&) = delete;
  simulated_step& operator=(simulated_step const&) = delete;
};

}  // namespace sluice::testkit
