// What `--help` prints.
#pragma once

#include <string_view>

namespace word_count {

inline constexpr std::string_view help =
    R"(Counts the words of live input, batch by batch.

Usage: word_count [OPTION...]

Without options it counts what a small text server inside this program sends over TCP.
Results go to standard output, everything else to standard error. Ctrl-C ends the program
once everything received is counted; a second Ctrl-C ends it at once.

Input, one of:
  --rate LINES           the feed inside, with so many lines per second (100)
  --connect HOST:PORT    lines from a TCP server, such as nc -lk 9999
  --dir DIR              lines of files that are moved into a directory

Batches:
  --interval TIME        a batch every so often, such as 500ms, 1s or 5min (1s); or
                         "demand": a batch as soon as there is a line
  --window TIME          count the words of the last 30s, say, and not only the batch's;
                         a multiple of the interval
  --batches N            end after so many batches

Output:
  --top N                print so many words, the most frequent first (10)
  --log LEVEL            the library's log: trace, debug, info, warn, error or off, and by
                         component, such as warn,receiver=debug (warn,receiver=error)
  --parallelism N        partitions and worker threads (0: as many as processors)
  -h, --help             print this

Examples:
  word_count                                  the feed inside, a batch every second
  word_count --rate 100000 --batches 5        the same, faster, and only five batches
  word_count --window 30s                     each second, the words of the last 30 seconds
  nc -lk 9999                                 lines typed here, in one terminal, ...
  word_count --connect localhost:9999         ... are counted here, in another
  word_count --dir inbox --interval demand    each file that is moved there, at once

Colours and the waiting indicator appear on a terminal only; NO_COLOR=1 turns colours off.

Exit status: 0 after Ctrl-C, SIGTERM or the last batch; 1 if the stream failed; 2 if the
command line is wrong; 130 after a second Ctrl-C.
)";

}  // namespace word_count
