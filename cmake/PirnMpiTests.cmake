# Tests under mpirun. Those of the room mpi run alone, too: a program need not know.
set(PIRN_MPIRUN ${MPIEXEC_EXECUTABLE} --oversubscribe)  # more ranks than processors
set(PIRN_MPI_ENVIRONMENT  # in a container one is root
  OMPI_ALLOW_RUN_AS_ROOT=1 OMPI_ALLOW_RUN_AS_ROOT_CONFIRM=1)
if(PIRN_SANITIZE MATCHES "address")  # what Open MPI never frees; alone, the same tests look for leaks
  list(APPEND PIRN_MPI_ENVIRONMENT ASAN_OPTIONS=detect_leaks=0:detect_stack_use_after_return=1)
endif()

# pirn_mpi_test(name ranks command...) runs a program on so many ranks.
function(pirn_mpi_test name ranks)
  add_test(NAME mpi/${name} COMMAND ${PIRN_MPIRUN} -n ${ranks} ${ARGN})
  set_tests_properties(mpi/${name} PROPERTIES TIMEOUT 300 LABELS mpi
    ENVIRONMENT "${PIRN_MPI_ENVIRONMENT}" PROCESSORS 2)
endfunction()

# pirn_mpi_script(name script arguments...) runs a script that calls mpirun.
function(pirn_mpi_script name)
  pirn_script_test(mpi ${name} ${ARGN})
  set_property(TEST mpi/${name} APPEND PROPERTY ENVIRONMENT ${PIRN_MPI_ENVIRONMENT})
endfunction()

pirn_mpi_test(on_4_ranks 4 $<TARGET_FILE:mpi_tests>)
pirn_mpi_test(on_1_rank 1 $<TARGET_FILE:mpi_tests>)

if(TARGET 35_mpi)  # on many ranks it prints what it prints alone
  set(source ${PROJECT_SOURCE_DIR}/examples/35_mpi.cpp)
  pirn_mpi_script(example ${PROJECT_SOURCE_DIR}/tools/run_example.py $<TARGET_FILE:35_mpi> ${source}
    ${PIRN_MPIRUN} -n 4)
  set_property(TEST mpi/example PROPERTY LABELS examples)
endif()
if(TARGET pirn)
  pirn_mpi_script(command ${PROJECT_SOURCE_DIR}/tests/mpi_command.py ${PIRN_MPIRUN} -n 4)
  set_property(TEST mpi/command PROPERTY LABELS command)
endif()

# How programs end, and what idle ranks cost.
pirn_mpi_script(mpi_main_test ${PROJECT_SOURCE_DIR}/pirn/mpi/mpi_main_test.py
  $<TARGET_FILE:mpi_tests> ${PIRN_MPIRUN})
