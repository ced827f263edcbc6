/// Everything for testing pipelines: simulated worlds and schedules, table runs.
#pragma once

#include <sluice/testkit/run_everywhere.hpp>
#include <sluice/testkit/sim_world.hpp>
#include <sluice/testkit/simulation.hpp>
