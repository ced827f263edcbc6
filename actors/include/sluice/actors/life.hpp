/// The life of a context in words.
#pragma once

namespace sluice {

/// Where a context is in its life.
enum class context_state { initialized, active, suspended, stopped };

/// How a context ends: with everything received processed, or at once.
enum class stop_mode { drain, now };

}  // namespace sluice
