# Programs: the pirn command, the examples, the tests.

# Programs that work on many ranks where there is MPI, and alone where not.
add_library(pirn_ranks INTERFACE)
if(TARGET pirn_mpi)
  target_include_directories(pirn_ranks INTERFACE ${PROJECT_SOURCE_DIR}/apps/with_mpi)
  target_link_libraries(pirn_ranks INTERFACE pirn::mpi)
else()
  target_include_directories(pirn_ranks INTERFACE ${PROJECT_SOURCE_DIR}/apps/without_mpi)
endif()

# The command: apps/*.cpp, and the store in apps/kv. All but main.cpp is a library too, so that
# apps/*_test.cpp can reach it.
file(GLOB PIRN_APP_FILES CONFIGURE_DEPENDS
  ${PROJECT_SOURCE_DIR}/apps/*.cpp ${PROJECT_SOURCE_DIR}/apps/kv/*.cpp)
set(app_sources ${PIRN_APP_FILES})
list(FILTER app_sources EXCLUDE REGEX "(_test\\.cpp|/main\\.cpp)$")
set(app_library "")
if(PIRN_APPS AND app_sources)
  find_package(OpenSSL REQUIRED COMPONENTS Crypto)
  add_library(pirn_apps STATIC ${app_sources})
  target_link_libraries(pirn_apps PUBLIC pirn::pirn pirn_ranks OpenSSL::Crypto)
  pirn_warnings(pirn_apps)
  set(app_library pirn_apps)
endif()
if(PIRN_APPS AND EXISTS ${PROJECT_SOURCE_DIR}/apps/main.cpp)
  add_executable(pirn apps/main.cpp)
  target_link_libraries(pirn PRIVATE ${app_library} pirn::pirn pirn_ranks)
  target_compile_definitions(pirn PRIVATE PIRN_VERSION="${PROJECT_VERSION}")
  pirn_warnings(pirn)
endif()

# Sets a variable to the room that a program includes and that is not built, or to nothing.
function(pirn_missing_room variable file)
  file(STRINGS ${file} includes REGEX "^#include \"pirn/[a-z]+/")
  set(${variable} "" PARENT_SCOPE)
  foreach(include IN LISTS includes)
    string(REGEX REPLACE "^#include \"pirn/([a-z]+)/.*" "\\1" room "${include}")
    if(NOT room IN_LIST PIRN_BUILT)
      set(${variable} ${room} PARENT_SCOPE)
    endif()
  endforeach()
endfunction()

# Examples: one program a file; the test compares what it prints with the comment at its end.
file(GLOB example_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cpp)
if(PIRN_EXAMPLES AND example_files)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  find_package(fmt REQUIRED)
  foreach(file IN LISTS example_files)
    get_filename_component(name ${file} NAME_WE)
    pirn_missing_room(missing ${file})
    if(missing)
      message(STATUS "The example ${name} is left out: there is no room ${missing}")
      continue()
    endif()
    set(example_libraries pirn::pirn fmt::fmt)
    if(name MATCHES "_mpi$")  # no part of pirn::pirn
      list(APPEND example_libraries pirn::mpi)
    endif()
    add_executable(${name} ${file})
    set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
    target_link_libraries(${name} PRIVATE ${example_libraries})
    pirn_warnings(${name})
    add_test(NAME examples/${name}
      COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/run_example.py
        $<TARGET_FILE:${name}> ${file})
    set_tests_properties(examples/${name} PROPERTIES TIMEOUT 60 LABELS examples)
  endforeach()
endif()

if(NOT PIRN_TESTS)
  return()
endif()
find_package(GTest REQUIRED)
find_package(fmt REQUIRED)
find_package(Python3 REQUIRED COMPONENTS Interpreter)
include(GoogleTest)

# Sets a variable to the sources that a test program is compiled from: those given, or in a unity
# build, sources made of twenty of them each. CMake's own way is not for tests, which share names. A
# file that has main(), or no tests and so what the others share, stays as it is.
function(pirn_test_sources variable target)
  set(${variable} ${ARGN} PARENT_SCOPE)
  list(LENGTH ARGN count)
  if(NOT PIRN_UNITY_TESTS OR count EQUAL 1)
    return()
  endif()
  set(sources "")
  set(together "")
  foreach(file IN LISTS ARGN)
    get_filename_component(file ${file} ABSOLUTE BASE_DIR ${PROJECT_SOURCE_DIR})
    file(STRINGS ${file} tests REGEX "^(TYPED_)?TEST")
    file(STRINGS ${file} main REGEX "^int main")
    if(tests AND NOT main)
      list(APPEND together ${file})
    else()
      list(APPEND sources ${file})
    endif()
  endforeach()
  set(number 0)
  while(together)
    list(SUBLIST together 0 20 files)
    list(REMOVE_ITEM together ${files})
    set(output ${PROJECT_BINARY_DIR}/unity/${target}_${number}.cpp)
    add_custom_command(OUTPUT ${output}
      COMMAND Python3::Interpreter ${PROJECT_SOURCE_DIR}/tools/unity.py ${output} ${files}
      DEPENDS ${PROJECT_SOURCE_DIR}/tools/unity.py ${files} VERBATIM)
    list(APPEND sources ${output})
    math(EXPR number "${number} + 1")
  endwhile()
  set(${variable} ${sources} PARENT_SCOPE)
endfunction()

# pirn_test_program(target prefix source...): its tests are <prefix>/suite.name, labelled <prefix>.
# A room's tests are linked with that room and the test kit; others with the whole house. With
# PIRN_WHOLE_TESTS the program is one test: under a sanitizer starting it takes longer than most of
# them.
function(pirn_test_program target prefix)
  pirn_test_sources(sources ${target} ${ARGN})
  add_executable(${target} ${sources})
  set_target_properties(${target} PROPERTIES UNITY_BUILD OFF)  # pirn_test_sources did it
  if(PIRN_UNITY_TESTS AND prefix MATCHES "^(apps|kv)$")  # they include what is beside them
    list(GET ARGN 0 first)
    get_filename_component(folder ${first} DIRECTORY)
    target_include_directories(${target} PRIVATE ${folder})
  endif()
  target_link_libraries(${target} PRIVATE fmt::fmt GTest::gtest GTest::gtest_main)
  if(prefix IN_LIST PIRN_BUILT)
    target_link_libraries(${target} PRIVATE pirn_${prefix} $<TARGET_NAME_IF_EXISTS:pirn_testing>)
  else()
    target_link_libraries(${target} PRIVATE ${app_library} pirn::pirn)
  endif()
  pirn_warnings(${target})
  set(timeout_s 60)
  if(prefix STREQUAL "kv")  # searches for bugs, for a minute of its own time at most
    set(timeout_s 300)
  endif()
  if(PIRN_SANITIZE)
    set(timeout_s 300)
    target_compile_options(${target} PRIVATE -O0)  # the library is optimised; this halves the build
  endif()
  list(LENGTH ARGN files)
  # ccache saves more than this does, and a unity build as much.
  if(files GREATER 1 AND NOT CMAKE_CXX_COMPILER_LAUNCHER AND NOT PIRN_UNITY_TESTS)
    target_precompile_headers(${target} PRIVATE <gtest/gtest.h>
      <algorithm> <atomic> <chrono> <functional> <memory> <mutex> <optional> <ranges> <string>
      <thread> <vector>)
  endif()
  if(PIRN_WHOLE_TESTS)
    add_test(NAME ${prefix}/${target} COMMAND ${target})
    set_tests_properties(${prefix}/${target} PROPERTIES
      TIMEOUT 900 LABELS ${prefix} COST ${files})  # the large ones first, else they end alone
  else()
    gtest_discover_tests(${target} TEST_PREFIX ${prefix}/
      DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT ${timeout_s} LABELS ${prefix})
  endif()
endfunction()

foreach(room IN LISTS PIRN_BUILT)
  pirn_room_files(tests ${room} "_test\\.cpp")
  if(tests)
    pirn_test_program(${room}_tests ${room} ${tests})
  endif()
endforeach()

set(app_tests ${PIRN_APP_FILES})
list(FILTER app_tests INCLUDE REGEX "_test\\.cpp$")
set(kv_tests ${app_tests})
list(FILTER kv_tests INCLUDE REGEX "/kv/")
list(FILTER app_tests EXCLUDE REGEX "/kv/")
if(PIRN_APPS AND app_tests)
  pirn_test_program(apps_tests apps ${app_tests})
endif()
if(PIRN_APPS AND kv_tests)
  pirn_test_program(kv_tests kv ${kv_tests})
endif()

# tests/: what spans rooms or needs its own process (replaced operator new); one program a file.
file(GLOB whole_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.cpp)
if(PIRN_ROOMS STREQUAL "all")
  foreach(file IN LISTS whole_tests)
    get_filename_component(name ${file} NAME_WE)
    pirn_missing_room(missing ${file})
    if(missing)
      message(STATUS "The test ${name} is left out: there is no room ${missing}")
      continue()
    endif()
    file(STRINGS ${file} apps_includes REGEX "^#include \"apps/")
    if(apps_includes AND NOT TARGET pirn_apps)
      continue()
    endif()
    pirn_test_program(${name} tests ${file})
  endforeach()
endif()

# Tests that are scripts: of the tools, and of the command from end to end.
function(pirn_script_test label name)
  add_test(NAME ${label}/${name} COMMAND Python3::Interpreter ${ARGN})
  set_tests_properties(${label}/${name} PROPERTIES TIMEOUT 900 LABELS ${label}
    ENVIRONMENT "PIRN_BUILD_DIR=${PROJECT_BINARY_DIR};PIRN_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

if(TARGET mpi_tests)
  include(PirnMpiTests)
endif()
pirn_script_test(scripts style ${PROJECT_SOURCE_DIR}/tools/style)
pirn_script_test(scripts docs ${PROJECT_SOURCE_DIR}/tools/docs.py)
file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tools/*_test.py)
foreach(file IN LISTS scripts)
  get_filename_component(name ${file} NAME_WE)
  pirn_script_test(scripts ${name} ${file})
endforeach()
if(TARGET pirn)
  file(GLOB scripts CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.py)
  foreach(file IN LISTS scripts)
    get_filename_component(name ${file} NAME_WE)
    pirn_script_test(command ${name} ${file})
  endforeach()
endif()
