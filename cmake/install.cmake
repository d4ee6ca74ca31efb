# SPDX-License-Identifier: MIT
#
# cmake --install: program, headers, libraries, ito.pc, CMake package, man
# pages and completions, where distributions expect them.
include(CMakePackageConfigHelpers)

install(TARGETS ito ito_static EXPORT ito-targets)
install(TARGETS ito_program)
install(FILES include/ito.h TYPE INCLUDE)
install(DIRECTORY include/ito TYPE INCLUDE FILES_MATCHING PATTERN "*.h")
install(FILES LICENSE README.md CHANGELOG.md TYPE DOC)

# The CMake package: find_package(ito), then ito::ito or ito::ito_static.
set(package_dir ${CMAKE_INSTALL_LIBDIR}/cmake/ito)
configure_package_config_file(packaging/ito-config.cmake.in ito-config.cmake
    INSTALL_DESTINATION ${package_dir})
write_basic_package_version_file(ito-config-version.cmake
    COMPATIBILITY SameMinorVersion)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ito-config.cmake
              ${CMAKE_CURRENT_BINARY_DIR}/ito-config-version.cmake
        DESTINATION ${package_dir})
install(EXPORT ito-targets NAMESPACE ito:: DESTINATION ${package_dir})

# ito.pc finds its place from where it lies, so the tree may be moved.
file(RELATIVE_PATH ITO_PC_PREFIX
     ${CMAKE_INSTALL_FULL_LIBDIR}/pkgconfig ${CMAKE_INSTALL_PREFIX})
string(REGEX REPLACE "/$" "" ITO_PC_PREFIX "${ITO_PC_PREFIX}")
configure_file(packaging/ito.pc.in ito.pc @ONLY)
install(FILES ${CMAKE_CURRENT_BINARY_DIR}/ito.pc
        DESTINATION ${CMAKE_INSTALL_LIBDIR}/pkgconfig)

# Man pages and completions are printed by the program from its option
# tables, so they cannot differ from it.
install(FILES man/ito.3 DESTINATION ${CMAKE_INSTALL_MANDIR}/man3)
if(NOT CMAKE_CROSSCOMPILING)
    add_custom_command(
        OUTPUT pages.stamp
        COMMAND ${CMAKE_COMMAND} -DITO=$<TARGET_FILE:ito_program>
                -P ${PROJECT_SOURCE_DIR}/cmake/pages.cmake
        COMMAND ${CMAKE_COMMAND} -E touch pages.stamp
        DEPENDS ito_program ${PROJECT_SOURCE_DIR}/cmake/pages.cmake
        COMMENT "Man pages and completions")
    add_custom_target(pages ALL DEPENDS pages.stamp)
    install(DIRECTORY ${CMAKE_CURRENT_BINARY_DIR}/pages/man1
            DESTINATION ${CMAKE_INSTALL_MANDIR})
    set(made ${CMAKE_CURRENT_BINARY_DIR}/pages)
    set(share ${CMAKE_INSTALL_DATADIR})
    install(FILES ${made}/ito.bash RENAME ito
            DESTINATION ${share}/bash-completion/completions)
    install(FILES ${made}/ito.zsh RENAME _ito
            DESTINATION ${share}/zsh/site-functions)
    install(FILES ${made}/ito.fish
            DESTINATION ${share}/fish/vendor_completions.d)
endif()
