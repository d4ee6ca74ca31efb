# SPDX-License-Identifier: MIT
#
# How everything is compiled.
#
#   ito_compile(TARGET)         C11, warnings, hidden names, internal headers
#
# -ffp-contract=off stands everywhere: a compiler that fuses a * b + c where
# it likes changes the bytes we promise.  -O2 is the release level; kernels
# add -O3 themselves.
include(CheckCCompilerFlag)
include(CheckCSourceCompiles)

set(CMAKE_C_STANDARD 11)
set(CMAKE_C_STANDARD_REQUIRED ON)
set(CMAKE_C_EXTENSIONS OFF)
set(CMAKE_C_VISIBILITY_PRESET hidden)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
string(REPLACE "-O3" "-O2" CMAKE_C_FLAGS_RELEASE "${CMAKE_C_FLAGS_RELEASE}")

set(ITO_WARNINGS
    -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wsign-conversion
    -Wdouble-promotion -Wundef -Wstrict-prototypes -Wmissing-prototypes
    -Wwrite-strings -Wcast-qual -Wvla -Wformat=2 -Wpointer-arith
    -Wnull-dereference)

# A newer compiler knows newer warnings; that must not break a user's build.
set(ITO_TESTED OFF)
if((CMAKE_C_COMPILER_ID STREQUAL "GNU"
        AND CMAKE_C_COMPILER_VERSION VERSION_LESS 13)
    OR (CMAKE_C_COMPILER_ID STREQUAL "Clang"
        AND CMAKE_C_COMPILER_VERSION VERSION_LESS 15))
    set(ITO_TESTED ON)
endif()
if(ITO_WERROR STREQUAL "TESTED")
    if(ITO_TESTED)
        list(APPEND ITO_WARNINGS -Werror)
    endif()
elseif(ITO_WERROR)
    list(APPEND ITO_WARNINGS -Werror)
endif()

# Hardening, in release builds without sanitizers; each flag if it is known.
set(ITO_HARDENING "")
if(CMAKE_BUILD_TYPE STREQUAL "Release" AND NOT ITO_SANITIZE)
    include(CheckPIESupported)
    check_pie_supported(LANGUAGES C)
    set(CMAKE_POSITION_INDEPENDENT_CODE ON)
    foreach(flag -fstack-protector-strong -fstack-clash-protection
                 -fcf-protection)
        string(MAKE_C_IDENTIFIER "ITO_KNOWS${flag}" known)
        check_c_compiler_flag(${flag} ${known})
        if(${known})
            list(APPEND ITO_HARDENING ${flag})
        endif()
    endforeach()
    list(APPEND ITO_HARDENING -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2)
    add_link_options(LINKER:-z,relro LINKER:-z,now)
endif()

if(ITO_SANITIZE)
    add_compile_options(-fsanitize=${ITO_SANITIZE} -fno-omit-frame-pointer
                        -fno-sanitize-recover=all)
    add_link_options(-fsanitize=${ITO_SANITIZE})
endif()

function(ito_compile target)
    target_compile_definitions(${target} PRIVATE ${ITO_DEFINITIONS})
    target_compile_options(${target} PRIVATE
        ${ITO_WARNINGS} -ffp-contract=off ${ITO_HARDENING})
    target_include_directories(${target} PRIVATE
        ${PROJECT_SOURCE_DIR}/include ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${target} PRIVATE ${ITO_LIBRARIES})
endfunction()
