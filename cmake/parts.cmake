# SPDX-License-Identifier: MIT
#
# Optional libraries.  Each is used if it is found and not switched off;
# `ito info` lists them.
#
#   ITO_DEFINITIONS  ITO_WITH_ZLIB=0 or 1, ...
#   ITO_LIBRARIES    what the library links to
#   ITO_PC_REQUIRES, ITO_PC_LIBS  the same for a static link by pkg-config

set(ITO_LIBRARIES m)
set(ITO_PC_LIBS "-lm")
set(ITO_PC_REQUIRES "")
set(ITO_DEFINITIONS "")

if(ITO_THREADS)
    set(THREADS_PREFER_PTHREAD_FLAG ON)
    find_package(Threads REQUIRED)
    list(APPEND ITO_LIBRARIES Threads::Threads)
    string(APPEND ITO_PC_LIBS " -pthread")
    list(APPEND ITO_DEFINITIONS ITO_THREADS=1)
else()
    list(APPEND ITO_DEFINITIONS ITO_THREADS=0)
endif()

set(ITO_HAS_ZLIB 0)
if(ITO_WITH_ZLIB)
    find_package(ZLIB)
    if(ZLIB_FOUND)
        set(ITO_HAS_ZLIB 1)
        list(APPEND ITO_LIBRARIES ZLIB::ZLIB)
        list(APPEND ITO_PC_REQUIRES zlib)
    else()
        message(STATUS "zlib not found: .gz files will be refused")
    endif()
endif()

set(ITO_HAS_PNG 0)
if(ITO_WITH_PNG)
    find_package(PNG)
    if(PNG_FOUND)
        set(ITO_HAS_PNG 1)
        list(APPEND ITO_LIBRARIES PNG::PNG)
        list(APPEND ITO_PC_REQUIRES libpng)
    else()
        message(STATUS "libpng not found: .png images will be refused")
    endif()
endif()

set(ITO_HAS_CAIRO 0)
if(ITO_WITH_CAIRO)
    find_package(PkgConfig)
    if(PKG_CONFIG_FOUND)
        pkg_check_modules(ito_cairo QUIET IMPORTED_TARGET GLOBAL cairo>=1.14)
    endif()
    if(ito_cairo_FOUND)
        set(ITO_HAS_CAIRO 1)
        list(APPEND ITO_LIBRARIES PkgConfig::ito_cairo)
        list(APPEND ITO_PC_REQUIRES cairo)
    else()
        message(STATUS "cairo not found: pictures will be refused")
    endif()
endif()

list(APPEND ITO_DEFINITIONS
     ITO_WITH_ZLIB=${ITO_HAS_ZLIB} ITO_WITH_PNG=${ITO_HAS_PNG}
     ITO_WITH_CAIRO=${ITO_HAS_CAIRO})
list(JOIN ITO_PC_REQUIRES " " ITO_PC_REQUIRES)
