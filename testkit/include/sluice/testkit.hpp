/// Everything for testing pipelines: simulated worlds, schedules and faults, verdicts, table runs.
#pragma once

#include <sluice/testkit/conformance.hpp>
#include <sluice/testkit/exhaustive.hpp>
#include <sluice/testkit/experiment.hpp>
#include <sluice/testkit/probes.hpp>
#include <sluice/testkit/run_everywhere.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <sluice/testkit/simulation.hpp>
#include <sluice/testkit/swim_lanes.hpp>
