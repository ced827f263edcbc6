// Precompiled for the sources that talk to CAF: its umbrella header costs seconds per file, and
// every actor needs it. Nothing may rely on it: each file still includes what it uses.
#pragma once

#include <caf/all.hpp>

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <exception>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <variant>
#include <vector>
