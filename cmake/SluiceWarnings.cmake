# The warnings of our own targets. Never exported: a user's build keeps its own taste.
#
# Not here on purpose: -Wconversion and -Wsign-conversion, which fire inside every arithmetic
# on user types; the narrowing that loses data is caught by -Wfloat-conversion and by braces.
# -Wmaybe-uninitialized is off because GCC 12 reports every std::optional it cannot see through; the
# sanitizers and clang-tidy watch for the real thing.

add_library(sluice_warnings INTERFACE)
target_compile_options(sluice_warnings INTERFACE
  -Wall
  -Wextra
  -Wpedantic
  -Wshadow
  -Wnon-virtual-dtor
  -Woverloaded-virtual
  -Wcast-align
  -Wcast-qual
  -Wfloat-conversion
  -Wextra-semi
  -Wundef
  -Wunused
  $<$<CXX_COMPILER_ID:GNU>:-Wlogical-op -Wduplicated-cond -Wduplicated-branches -Wsuggest-override
    -Wno-maybe-uninitialized>)

option(SLUICE_WARNINGS_AS_ERRORS "Treat warnings in our own targets as errors" OFF)
if(SLUICE_WARNINGS_AS_ERRORS)
  target_compile_options(sluice_warnings INTERFACE -Werror)
endif()
