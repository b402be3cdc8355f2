# For ports that build with CMake: USER_C_MODULES=.../modtls_rssl/micropython.cmake

find_package(PkgConfig REQUIRED)
pkg_check_modules(RSSL REQUIRED IMPORTED_TARGET rssl)

add_library(usermod_tls_rssl INTERFACE)
foreach(source module context socket transport verify verdict error handles interrupts)
  target_sources(usermod_tls_rssl INTERFACE "${CMAKE_CURRENT_LIST_DIR}/${source}.c")
endforeach()
target_include_directories(usermod_tls_rssl INTERFACE "${CMAKE_CURRENT_LIST_DIR}")
target_link_libraries(usermod_tls_rssl INTERFACE PkgConfig::RSSL)
target_link_libraries(usermod INTERFACE usermod_tls_rssl)
