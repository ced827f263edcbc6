# The packages the library is made from. cmake/sluiceConfig.cmake.in repeats the ones that an
# installed sluice needs.

find_package(Boost 1.81 CONFIG REQUIRED)
find_package(CAF 0.17.6 EXACT REQUIRED COMPONENTS core)
find_package(spdlog 1.10 CONFIG REQUIRED)
find_package(SQLite3 3.34 REQUIRED)
find_package(Threads REQUIRED)

# xxhash is used in its header-only mode: there is nothing to link.
find_path(SLUICE_XXHASH_INCLUDE_DIR xxhash.h)
mark_as_advanced(SLUICE_XXHASH_INCLUDE_DIR)
if(NOT SLUICE_XXHASH_INCLUDE_DIR)
  message(FATAL_ERROR "sluice: the header xxhash.h was not found; on Debian install libxxhash-dev")
endif()
