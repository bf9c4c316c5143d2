# Programs: the pirn command, the examples, the tests.

# The command: apps/*.cpp. All but main.cpp is a library too, so that apps/*_test.cpp can reach it.
file(GLOB PIRN_APP_FILES CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/apps/*.cpp)
set(app_sources ${PIRN_APP_FILES})
list(FILTER app_sources EXCLUDE REGEX "(_test\\.cpp|/main\\.cpp)$")
set(app_library "")
if(PIRN_APPS AND app_sources)
  add_library(pirn_apps STATIC ${app_sources})
  target_link_libraries(pirn_apps PUBLIC pirn::pirn)
  pirn_warnings(pirn_apps)
  set(app_library pirn_apps)
endif()
if(PIRN_APPS AND EXISTS ${PROJECT_SOURCE_DIR}/apps/main.cpp)
  add_executable(pirn apps/main.cpp)
  target_link_libraries(pirn PRIVATE ${app_library} pirn::pirn)
  target_compile_definitions(pirn PRIVATE PIRN_VERSION="${PROJECT_VERSION}")
  pirn_warnings(pirn)
endif()

# Examples: one program a file; the test compares what it prints with the comment at its end.
file(GLOB example_files CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/examples/*.cpp)
if(PIRN_EXAMPLES AND example_files)
  find_package(Python3 REQUIRED COMPONENTS Interpreter)
  find_package(fmt REQUIRED)
  foreach(file IN LISTS example_files)
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file})
    set_target_properties(${name} PROPERTIES
      RUNTIME_OUTPUT_DIRECTORY ${PROJECT_BINARY_DIR}/examples)
    target_link_libraries(${name} PRIVATE pirn::pirn fmt::fmt)
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

# pirn_test_program(target prefix source...): its tests are <prefix>/suite.name, labelled <prefix>.
# A room's tests are linked with that room and the test kit; others with the whole house.
function(pirn_test_program target prefix)
  add_executable(${target} ${ARGN})
  target_link_libraries(${target} PRIVATE fmt::fmt GTest::gtest GTest::gtest_main)
  target_compile_definitions(${target} PRIVATE PIRN_SOURCE_DIR="${PROJECT_SOURCE_DIR}")
  if(prefix IN_LIST PIRN_BUILT)
    target_link_libraries(${target} PRIVATE pirn_${prefix} $<TARGET_NAME_IF_EXISTS:pirn_testing>)
  else()
    target_link_libraries(${target} PRIVATE ${app_library} pirn::pirn)
    if(TARGET pirn)
      target_compile_definitions(${target} PRIVATE PIRN_COMMAND="$<TARGET_FILE:pirn>")
      add_dependencies(${target} pirn)
    endif()
  endif()
  pirn_warnings(${target})
  if(PIRN_SANITIZE)
    target_compile_options(${target} PRIVATE -O0)  # the library is optimised; this halves the build
  endif()
  gtest_discover_tests(${target} TEST_PREFIX ${prefix}/
    DISCOVERY_MODE PRE_TEST DISCOVERY_TIMEOUT 120 PROPERTIES TIMEOUT 60 LABELS ${prefix})
endfunction()

foreach(room IN LISTS PIRN_BUILT)
  pirn_room_files(tests ${room} "_test\\.cpp")
  if(tests)
    pirn_test_program(${room}_tests ${room} ${tests})
  endif()
endforeach()

set(app_tests ${PIRN_APP_FILES})
list(FILTER app_tests INCLUDE REGEX "_test\\.cpp$")
if(PIRN_APPS AND app_tests)
  pirn_test_program(apps_tests apps ${app_tests})
endif()

# tests/: what spans rooms or needs its own process (replaced operator new); one program a file.
file(GLOB whole_tests CONFIGURE_DEPENDS ${PROJECT_SOURCE_DIR}/tests/*_test.cpp)
if(PIRN_ROOMS STREQUAL "all")
  foreach(file IN LISTS whole_tests)
    get_filename_component(name ${file} NAME_WE)
    pirn_test_program(${name} tests ${file})
  endforeach()
endif()

# Tests that are scripts: of the tools, and of the command from end to end.
function(pirn_script_test label name)
  add_test(NAME ${label}/${name} COMMAND Python3::Interpreter ${ARGN})
  set_tests_properties(${label}/${name} PROPERTIES TIMEOUT 300 LABELS ${label}
    ENVIRONMENT "PIRN_BUILD_DIR=${PROJECT_BINARY_DIR};PIRN_SOURCE_DIR=${PROJECT_SOURCE_DIR}")
endfunction()

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
