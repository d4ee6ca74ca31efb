# SPDX-License-Identifier: MIT
#
# Everything CTest runs.  A file is a test by its name:
#
#   tests/test_*.c       a cmocka program; sees internal headers
#   tests/slow_*.c       the same, label "slow", not under a sanitizer
#   tests/double_*.c     networks compiled again with double for float
#   tests/fuzz/fuzz_*.c  a fuzz target, run for a moment by driver.c
#   tests/cli_*.sh       a test of the program, given in $ITO
#   examples/*.c         compiled against the public headers and run
#   bench/*.c            compiled, not run
#
# Tests are named <build folder>.<name>, so that several builds can be tested
# in one run (tools/check.sh).
if(ITO_TESTS STREQUAL "OFF")
    return()
endif()
find_path(CMOCKA_INCLUDE cmocka.h)
find_library(CMOCKA_LIBRARY cmocka)
find_package(Python3 COMPONENTS Interpreter)
if(NOT CMOCKA_INCLUDE OR NOT CMOCKA_LIBRARY OR NOT Python3_FOUND)
    if(ITO_TESTS STREQUAL "AUTO")
        message(STATUS "cmocka or python3 not found: no tests are built")
        return()
    endif()
    message(FATAL_ERROR "the tests need cmocka (libcmocka-dev) and python3; "
                        "`make check` installs them")
endif()

option(ITO_LINT "Add format, tidy, floors and style to the tests" OFF)
option(ITO_LINT_DEEP "Let tidy run the analyzer too (minutes)" OFF)
enable_testing()
get_filename_component(prefix ${PROJECT_BINARY_DIR} NAME)
set(scratch ${PROJECT_BINARY_DIR}/run)
set(environment
    "ITO=$<TARGET_FILE:ito_program>"
    "ITO_SOURCE=${PROJECT_SOURCE_DIR}"
    "ITO_SCRATCH=${scratch}"
    "ITO_SANITIZE=${ITO_SANITIZE}"
    "ASAN_OPTIONS=detect_leaks=1:allocator_may_return_null=1"
    "LSAN_OPTIONS=suppressions=${PROJECT_SOURCE_DIR}/tests/lsan.supp:\
print_suppressions=0"
    "UBSAN_OPTIONS=print_stacktrace=1"
    "TSAN_OPTIONS=halt_on_error=1")

# Whole commands and statistics: what they check is the result, which the
# release build gives in a third of the time.  Under the address sanitizer they
# are labelled "slow", for `make check-all`; under the thread sanitizer, ten
# times as slow, they are left out: others run the same threads.
set(results cli_bench cli_labs cli_pictures double_layers test_course_losses
            test_dist_laws test_energy_model test_image_bits test_oracle
            test_oracle_paths)
# Nothing for the thread sanitizer to see that other tests do not show it.
set(few_threads cli_condition cli_import cli_theory test_density_2d
                test_fidelity test_gemm test_image_samples test_tables)

# ito_test(NAME SECONDS LABEL COMMAND...): a CTest test in its own folder.
function(ito_test name seconds label)
    if(ITO_SANITIZE STREQUAL "thread" AND
       (name IN_LIST results OR name IN_LIST few_threads))
        return()
    elseif(ITO_SANITIZE AND name IN_LIST results)
        list(APPEND label "slow")
    endif()
    file(MAKE_DIRECTORY ${scratch}/${name})
    add_test(NAME ${prefix}.${name} COMMAND ${ARGN}
             WORKING_DIRECTORY ${scratch}/${name})
    set_tests_properties(${prefix}.${name} PROPERTIES
        TIMEOUT ${seconds} LABELS "${label}" ENVIRONMENT "${environment}")
endfunction()

# ito_unit(FILE SECONDS LABEL): a cmocka program.
function(ito_unit file seconds label)
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file})
    ito_compile(${name})
    target_include_directories(${name} PRIVATE tests)
    target_include_directories(${name} SYSTEM PRIVATE ${CMOCKA_INCLUDE})
    target_link_libraries(${name} PRIVATE ito_static ${CMOCKA_LIBRARY})
    ito_test(${name} ${seconds} "${label}" ${name})
endfunction()

file(GLOB units CONFIGURE_DEPENDS tests/test_*.c)
foreach(file ${units})
    ito_unit(${file} 300 "unit")
endforeach()

# Long statistics and trainings are about results, whose bits are those of every
# build; under a sanitizer they would take half an hour.
option(ITO_SLOW "Add the slow tests" ON)
file(GLOB slow CONFIGURE_DEPENDS tests/slow_*.c)
if(ITO_SANITIZE OR NOT ITO_SLOW)
    set(slow)
endif()
foreach(file ${slow})
    ito_unit(${file} 1500 "slow")
endforeach()

# Everything that a network needs, compiled again with real = double.
file(GLOB double_sources CONFIGURE_DEPENDS src/base/*.c src/ctx/*.c src/nn/*.c)
list(FILTER double_sources EXCLUDE REGEX
     "nn/(graph_run|graph_json|slices|learn|tree|potential.*)\\.c$")
file(GLOB doubles CONFIGURE_DEPENDS tests/double_*.c)
if(ITO_SANITIZE STREQUAL "thread") # one thread each
    set(doubles)
endif()
foreach(file ${doubles})
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file} ${double_sources} src/os/thread.c
                   src/kern/act.c src/kern/find.c src/kern/kern_c.c)
    ito_compile(${name})
    target_compile_definitions(${name} PRIVATE
        ITO_REAL=double ITO_REAL_IS_DOUBLE=1)
    target_include_directories(${name} PRIVATE include src tests)
    target_include_directories(${name} SYSTEM PRIVATE ${CMOCKA_INCLUDE})
    target_link_libraries(${name} PRIVATE ${CMOCKA_LIBRARY} ${ITO_LIBRARIES})
    ito_test(${name} 300 "unit" ${name})
endforeach()

file(GLOB targets CONFIGURE_DEPENDS tests/fuzz/fuzz_*.c)
if(ITO_SANITIZE STREQUAL "thread")
    set(targets)
endif()
foreach(file ${targets})
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file} tests/fuzz/driver.c)
    ito_compile(${name})
    target_include_directories(${name} PRIVATE tests)
    target_link_libraries(${name} PRIVATE ito_static)
    ito_test(${name} 300 "fuzz" ${name})
endforeach()

file(GLOB examples CONFIGURE_DEPENDS examples/*.c)
foreach(file ${examples})
    get_filename_component(name ${file} NAME_WE)
    add_executable(example_${name} ${file})
    ito_compile(example_${name})
    target_link_libraries(example_${name} PRIVATE ito_static)
    ito_test(example_${name} 300 "example" example_${name})
endforeach()

file(GLOB benches CONFIGURE_DEPENDS bench/*.c)
foreach(file ${benches})
    get_filename_component(name ${file} NAME_WE)
    add_executable(${name} ${file})
    ito_compile(${name})
    target_link_libraries(${name} PRIVATE ito_static)
endforeach()

file(GLOB scripts CONFIGURE_DEPENDS tests/cli_*.sh)
foreach(file ${scripts})
    get_filename_component(name ${file} NAME_WE)
    ito_test(${name} 300 "cli" sh ${file})
endforeach()

# What the source and the finished library look like: one build tells.
if(ITO_SANITIZE)
    return()
endif()
set(python ${Python3_EXECUTABLE})
set(source ${PROJECT_SOURCE_DIR})
find_program(ITO_CXX NAMES c++ g++ clang++)
ito_test(headers 300 "api" sh ${source}/tests/headers.sh
         ${CMAKE_C_COMPILER} ${ITO_CXX})
ito_test(symbols 60 "api" ${python} ${source}/tests/symbols.py
         $<TARGET_FILE:ito> $<TARGET_FILE:ito_static>)
ito_test(install 300 "api" sh ${source}/tests/install.sh
         ${PROJECT_BINARY_DIR} ${CMAKE_COMMAND} ${CMAKE_C_COMPILER}
         ${PROJECT_VERSION})
ito_test(readme 300 "api" ${python} ${source}/tests/readme.py
         ${CMAKE_C_COMPILER} $<TARGET_FILE:ito_static> ${ITO_PC_REQUIRES})
ito_test(checks 60 "api" ${python} ${source}/tests/checks.py)

if(ITO_LINT)
    ito_test(floors 60 "lint" ${python} ${source}/tools/floors.py)
    ito_test(style 60 "lint" ${python} ${source}/tools/style.py)
    ito_test(format 120 "lint" ${python} ${source}/tools/format.py --check)
    ito_test(tidy 900 "lint" ${python} ${source}/tools/tidy.py
             ${PROJECT_BINARY_DIR} $<$<BOOL:${ITO_LINT_DEEP}>:--deep>)
    cmake_host_system_information(RESULT cores QUERY NUMBER_OF_LOGICAL_CORES)
    # first to start, because it takes longest, and alone
    set_tests_properties(${prefix}.tidy PROPERTIES
        COST 1000 PROCESSORS ${cores})
endif()
