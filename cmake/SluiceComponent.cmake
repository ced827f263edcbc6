# Adds one component folder to a library target: its sources, its public include directory and the
# installation of its headers.
#
#   sluice_add_component(<target> <component>
#     [SOURCES <file>...]     relative to the component's folder
#     [PRECOMPILED])          these sources use CAF and get the precompiled header
#
# Sources without PRECOMPILED see exactly what they include, so that a missing include shows.
function(sluice_add_component target component)
  cmake_parse_arguments(PARSE_ARGV 2 arg "PRECOMPILED" "" "SOURCES")
  if(arg_UNPARSED_ARGUMENTS)
    message(FATAL_ERROR "sluice_add_component(${component}): unknown: ${arg_UNPARSED_ARGUMENTS}")
  endif()

  if(arg_SOURCES)
    target_sources(${target} PRIVATE ${arg_SOURCES})
    if(NOT arg_PRECOMPILED)
      set_source_files_properties(${arg_SOURCES} TARGET_DIRECTORY ${target}
        PROPERTIES SKIP_PRECOMPILE_HEADERS ON)
    endif()
  endif()

  target_include_directories(${target} PUBLIC
    $<BUILD_INTERFACE:${CMAKE_CURRENT_SOURCE_DIR}/include>
    $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>)

  if(SLUICE_INSTALL)
    install(DIRECTORY include/sluice DESTINATION ${CMAKE_INSTALL_INCLUDEDIR}
      FILES_MATCHING PATTERN "*.hpp")
  endif()
endfunction()
