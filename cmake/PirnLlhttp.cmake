# llhttp: Node's HTTP parser, which Debian ships as C sources in node-llhttp.
find_path(PIRN_LLHTTP_INCLUDE llhttp.h PATHS /usr/share/include PATH_SUFFIXES llhttp)
find_path(PIRN_LLHTTP_SOURCES NAMES llhttp.c PATHS /usr/share/llhttp)
if(NOT PIRN_LLHTTP_INCLUDE OR NOT PIRN_LLHTTP_SOURCES)
  message(FATAL_ERROR "llhttp's sources are missing: install node-llhttp, or set "
    "PIRN_LLHTTP_INCLUDE and PIRN_LLHTTP_SOURCES to their folders")
endif()
add_library(pirn_llhttp STATIC
  ${PIRN_LLHTTP_SOURCES}/api.c ${PIRN_LLHTTP_SOURCES}/http.c ${PIRN_LLHTTP_SOURCES}/llhttp.c)
set_target_properties(pirn_llhttp PROPERTIES EXPORT_NAME llhttp UNITY_BUILD OFF)
# Strict: the loose mode forgives a missing LF after CR and spaces in names. The callbacks are C++ and
# may throw.
target_compile_definitions(pirn_llhttp PRIVATE LLHTTP_STRICT_MODE=1)
target_compile_options(pirn_llhttp PRIVATE -w -fexceptions)  # -w: generated code
target_include_directories(pirn_llhttp SYSTEM PUBLIC
  $<BUILD_INTERFACE:${PIRN_LLHTTP_INCLUDE}>
  $<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}/pirn/llhttp>)
