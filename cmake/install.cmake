# What `cmake --install` puts where. Nothing installed holds an absolute path: the prefix can move.

include(CMakePackageConfigHelpers)
set(RSSL_CMAKE_DIR "${CMAKE_INSTALL_LIBDIR}/cmake/rssl")

install(TARGETS rssl rssl_static EXPORT rsslTargets
  LIBRARY DESTINATION "${CMAKE_INSTALL_LIBDIR}"
  ARCHIVE DESTINATION "${CMAKE_INSTALL_LIBDIR}")
install(FILES include/rssl.h include/rssl_unstable.h DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
if(RSSL_RUSTLS_FFI_INTEROP)
  # The header of the copy that is inside: handles of any other are not for this library.
  install(FILES include/rssl_ffi.h "${RSSL_RUSTLS_FFI_HEADER}"
    DESTINATION "${CMAKE_INSTALL_INCLUDEDIR}")
endif()
install(FILES LICENSE-MIT LICENSE-APACHE DESTINATION "${CMAKE_INSTALL_DOCDIR}")

install(EXPORT rsslTargets NAMESPACE rssl:: DESTINATION "${RSSL_CMAKE_DIR}")
configure_package_config_file(cmake/rsslConfig.cmake.in rsslConfig.cmake
  INSTALL_DESTINATION "${RSSL_CMAKE_DIR}"
  NO_SET_AND_CHECK_MACRO)
write_basic_package_version_file(rsslConfigVersion.cmake COMPATIBILITY SameMajorVersion)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/rsslConfig.cmake"
              "${CMAKE_CURRENT_BINARY_DIR}/rsslConfigVersion.cmake"
  DESTINATION "${RSSL_CMAKE_DIR}")

# From <libdir>/pkgconfig, where rssl.pc lies, to the prefix and from there to the rest.
foreach(dir LIBDIR INCLUDEDIR)
  if(IS_ABSOLUTE "${CMAKE_INSTALL_${dir}}")
    message(FATAL_ERROR "CMAKE_INSTALL_${dir} must be relative to the prefix, "
                        "or the installation could not be moved")
  endif()
endforeach()
file(RELATIVE_PATH RSSL_PC_TO_PREFIX "/prefix/${CMAKE_INSTALL_LIBDIR}/pkgconfig" /prefix)
string(REGEX REPLACE "/$" "" RSSL_PC_TO_PREFIX "${RSSL_PC_TO_PREFIX}")
configure_file(cmake/rssl.pc.in rssl.pc @ONLY)
install(FILES "${CMAKE_CURRENT_BINARY_DIR}/rssl.pc"
  DESTINATION "${CMAKE_INSTALL_LIBDIR}/pkgconfig")
