// Makes the operations of a simulated disk fail by their number.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <sluice/supervision/world.hpp>
#include <sluice/testkit/sim_storage.hpp>
#include <system_error>

namespace sluice::tests {

inline constexpr auto no_end = ~std::uint64_t{0};

// From here on operations are counted from 0, and those from `first` to before `end` fail.
inline void fail_operations(testkit::sim_storage& files, std::uint64_t first, std::uint64_t end,
                            std::errc code = std::errc::io_error) {
  files.set_probe([=, count = std::uint64_t{0}](auto, auto const&) mutable {
    auto const at = count++;
    return first <= at && at < end ? std::optional{code} : std::nullopt;
  });
}

// One or two of the next operations fail.
inline void fail_soon(testkit::sim_storage& files, random_stream& chance) {
  auto const first = chance.below(8);
  fail_operations(files, first, first + 1 + chance.below(2));
}

inline void fail_no_more(testkit::sim_storage& files) { files.set_probe({}); }

inline constexpr std::array losses{testkit::crash_loss::everything, testkit::crash_loss::nothing,
                                   testkit::crash_loss::chosen};

}  // namespace sluice::tests
