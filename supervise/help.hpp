// What `--help` prints.
#pragma once

#include <string_view>

namespace supervise {

inline constexpr std::string_view help =
    R"(Runs a program and starts it again when it dies.

Usage: sluice-supervise [OPTION...] -- PROGRAM [ARGUMENT...]

Restarts:
  --max-restarts N       restarts within --within; one death more, and it gives up (5)
  --within TIME          length of the sliding window in which restarts count (1min)
  --backoff-min TIME     wait before the first restart; each further one doubles it (100ms)
  --backoff-max TIME     no wait is longer (30s)
  --jitter KIND          how chance spreads the waits: none, full, equal, decorrelated (full)
  --healthy-after TIME   after a child has lived so long, the waits start over (10s)
  --final-exit LIST      exit statuses that are not followed by a restart, separated by
                         commas, or none; 0 always is one of them (2,64,78)

Ending:
  --stop-timeout TIME    from the signal that ends the child to SIGKILL (25s)
  -h, --help             print this

SIGTERM, SIGINT and SIGQUIT are handed to the child, which is not started again then.
SIGHUP, SIGUSR1 and SIGUSR2 are handed to the child. Times are such as 500ms, 30s, 5min or
1h. The child finds the number of restarts so far in SLUICE_RESTARTS.

Exit status:
  0            the child ended with 0
  2, 64, 78    the child ended with this, and --final-exit lists it
  the child's  also any other, if it was told to end
  70           gave up: --max-restarts is spent
  125          the command line is wrong, or there is no process to be had
  126, 127     the program cannot be executed; there is none
  128 + N      it was told to end, and signal N ended the child

Example:
  sluice-supervise --max-restarts 10 --within 5min -- ./word_count --connect localhost:9999
)";

}  // namespace supervise
