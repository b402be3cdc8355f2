# From Cargo's static library to the two that C programs link: rssl and rssl_static.
#
# rustc's own cdylib cannot carry a version script (it fails under GNU ld and is ignored under
# rust-lld), and its staticlib shows every symbol of std and of AWS-LC to the program that links
# it. So the archive is linked into one relocatable object that shows the functions of rssl.map
# and nothing else; both libraries are made from that object.

include(CheckLinkerFlag)

set(RSSL_MAP "${PROJECT_SOURCE_DIR}/cmake/rssl.map")
set_property(DIRECTORY APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS "${RSSL_MAP}")
if(RSSL_RUSTLS_FFI_INTEROP)
  include(cmake/rustls_ffi.cmake)
endif()
file(STRINGS "${RSSL_MAP}" RSSL_SYMBOLS REGEX "^ +[A-Za-z0-9_]+;")
list(TRANSFORM RSSL_SYMBOLS REPLACE "[ ;]" "")
string(REPLACE ";" "\n" RSSL_SYMBOL_LINES "${RSSL_SYMBOLS}")
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/rssl.symbols" CONTENT "${RSSL_SYMBOL_LINES}\n")
list(TRANSFORM RSSL_SYMBOLS PREPEND "-u " OUTPUT_VARIABLE RSSL_WANTED)
string(REPLACE ";" "\n" RSSL_WANTED_LINES "${RSSL_WANTED}")
file(GENERATE OUTPUT "${CMAKE_CURRENT_BINARY_DIR}/rssl.wanted" CONTENT "${RSSL_WANTED_LINES}\n")

# Only GNU ld can dissolve the COMDAT groups that would tie our copy of a function to that of another
# Rust library in the program, and drop unused sections in a relocatable link. What it drops leaves
# undefined symbols behind, which must be stripped: hence not in builds for debuggers.
execute_process(COMMAND "${CMAKE_LINKER}" --version OUTPUT_VARIABLE RSSL_LINKER_VERSION)
set(RSSL_RELOCATABLE_FLAGS)
set(RSSL_STRIP_FLAGS)
if(RSSL_LINKER_VERSION MATCHES "GNU ld")
  list(APPEND RSSL_RELOCATABLE_FLAGS --force-group-allocation)
endif()
if(CMAKE_BUILD_TYPE MATCHES "^(Release|MinSizeRel)$")
  set(RSSL_STRIP_FLAGS --strip-unneeded)
  if(RSSL_LINKER_VERSION MATCHES "GNU ld")
    list(APPEND RSSL_RELOCATABLE_FLAGS --gc-sections)
  endif()
endif()

# The sections removed are LLVM bitcode of Rust's standard library: what reads archives with an
# LTO plugin of another LLVM would see nothing else of the object.
set(RSSL_OBJECT "${CMAKE_CURRENT_BINARY_DIR}/rssl.o")
add_custom_command(OUTPUT "${RSSL_OBJECT}"
  COMMAND "${CMAKE_LINKER}" -r ${RSSL_RELOCATABLE_FLAGS} @rssl.wanted
          -o rssl-all.o "${RSSL_CARGO_LIBRARY}"
  COMMAND "${CMAKE_OBJCOPY}" --keep-global-symbols=rssl.symbols ${RSSL_STRIP_FLAGS}
          --remove-section .llvmbc --remove-section .llvmcmd
          rssl-all.o "${RSSL_OBJECT}"
  COMMAND "${CMAKE_COMMAND}" -E rm rssl-all.o
  DEPENDS rssl_cargo "${RSSL_CARGO_LIBRARY}" "${RSSL_MAP}"
  WORKING_DIRECTORY "${CMAKE_CURRENT_BINARY_DIR}"
  COMMENT "Hiding all symbols but those of ${RSSL_MAP}" VERBATIM)
# Both libraries wait for this target, so that a parallel make runs the command once.
add_custom_target(rssl_object DEPENDS "${RSSL_OBJECT}")
set_source_files_properties("${RSSL_OBJECT}" PROPERTIES EXTERNAL_OBJECT ON GENERATED ON)

add_library(rssl SHARED "${RSSL_OBJECT}")
add_library(rssl_static STATIC "${RSSL_OBJECT}")
add_library(rssl::rssl ALIAS rssl)
add_library(rssl::rssl_static ALIAS rssl_static)
foreach(library rssl rssl_static)
  add_dependencies(${library} rssl_object)
  set_target_properties(${library} PROPERTIES LINKER_LANGUAGE C OUTPUT_NAME rssl)
  target_include_directories(${library} INTERFACE
    "$<BUILD_INTERFACE:${PROJECT_SOURCE_DIR}/include>"
    "$<INSTALL_INTERFACE:${CMAKE_INSTALL_INCLUDEDIR}>")
endforeach()

# A process may not unload librssl: threads' destructors (Rust's thread_local) point into it.
set_target_properties(rssl PROPERTIES
  VERSION ${PROJECT_VERSION} SOVERSION ${PROJECT_VERSION_MAJOR} LINK_DEPENDS "${RSSL_MAP}")
target_link_options(rssl PRIVATE "LINKER:--version-script=${RSSL_MAP}" LINKER:--no-undefined
  LINKER:--gc-sections LINKER:--as-needed LINKER:-z,nodelete LINKER:-z,relro LINKER:-z,now)
if(RSSL_STRIP_FLAGS)
  target_link_options(rssl PRIVATE LINKER:--strip-all)
endif()

# Sets VARIABLE if shared libraries can be linked with the flag. CMake's check links a program.
function(rssl_check_shared_flag flag variable)
  set(CMAKE_EXE_LINKER_FLAGS "${CMAKE_SHARED_LINKER_FLAGS}")
  check_linker_flag(C "${flag}" ${variable})
endfunction()

# A process that starts is not to find and map a library more for the unwinder. Nothing unwinds across
# ours: a panic ends at the C interface, and what is thrown into it ends the process.
set(RSSL_SHARED_LIBRARIES ${RSSL_NATIVE_LIBRARIES})
if(CMAKE_C_COMPILER_ID STREQUAL "GNU")
  rssl_check_shared_flag(-static-libgcc RSSL_STATIC_LIBGCC)
endif()
if(RSSL_STATIC_LIBGCC)
  list(REMOVE_ITEM RSSL_SHARED_LIBRARIES -lgcc_s)
  target_link_options(rssl PRIVATE -static-libgcc)
endif()

# Of the functions' pages it is to read few: tools/order.py writes the file.
set(RSSL_ORDER "${PROJECT_SOURCE_DIR}/cmake/order.ld")
rssl_check_shared_flag("LINKER:-T,${RSSL_ORDER}" RSSL_LINKER_ORDERS)
if(RSSL_LINKER_ORDERS)
  target_link_options(rssl PRIVATE "LINKER:-T,${RSSL_ORDER}")
  set_property(TARGET rssl APPEND PROPERTY LINK_DEPENDS "${RSSL_ORDER}")
endif()
target_link_libraries(rssl PRIVATE ${RSSL_SHARED_LIBRARIES})

target_compile_definitions(rssl_static INTERFACE RSSL_STATIC)
target_link_libraries(rssl_static INTERFACE ${RSSL_NATIVE_LIBRARIES})
