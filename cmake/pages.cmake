# SPDX-License-Identifier: MIT
#
# Run by the build: writes pages/man1/*.1 and the completion scripts into the
# current folder with the program -DITO=...

function(print_to file)
    execute_process(COMMAND ${ITO} help ${ARGN}
        OUTPUT_FILE ${file} COMMAND_ERROR_IS_FATAL ANY)
endfunction()

file(MAKE_DIRECTORY pages/man1)
print_to(pages/man1/ito.1 --man)
execute_process(COMMAND ${ITO} help --commands
    OUTPUT_VARIABLE commands COMMAND_ERROR_IS_FATAL ANY)
string(REGEX MATCHALL "[^\n]+" commands "${commands}")
foreach(command ${commands})
    print_to(pages/man1/ito-${command}.1 --man ${command})
endforeach()
foreach(shell bash zsh fish)
    print_to(pages/ito.${shell} --completion ${shell})
endforeach()
