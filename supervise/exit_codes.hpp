// With which status sluice-supervise ends, where that is not the child's.
#pragma once

namespace supervise::exit_code {

inline constexpr int budget_spent = 70;     // EX_SOFTWARE
inline constexpr int own_failure = 125;     // a wrong command line, or no process to be had
inline constexpr int not_executable = 126;  // as shells do
inline constexpr int not_found = 127;       // as shells do
inline constexpr int by_signal = 128;       // and the signal's number

}  // namespace supervise::exit_code
