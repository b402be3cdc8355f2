"""Builds the extension rssl._ssl, over the librssl that pkg-config knows or over one of its own.

RSSL_BUNDLED=1 builds librssl from its source tree even where pkg-config finds one, and puts it inside
the extension: that is how a wheel for other machines is made. The tree is the one around this
directory, or RSSL_SOURCE. CMake, with CMAKE_ARGS, and Cargo build the static library; CARGO_TARGET_DIR
is where Cargo does, if it is set.
"""

import os
import pathlib
import shlex
import subprocess
import sys

from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

HERE = pathlib.Path(__file__).resolve().parent
TREE = pathlib.Path(os.environ.get("RSSL_SOURCE", HERE.parent.parent)).resolve()
# The limited API has had what the extension uses since 3.11; older versions get a build each.
LIMITED = sys.version_info >= (3, 11)


def pkg_config(*options):
    """The flags that pkg-config gives for rssl; None if it knows no rssl."""
    command = [*shlex.split(os.environ.get("PKG_CONFIG", "pkg-config")), *options, "rssl"]
    try:
        return shlex.split(subprocess.run(command, check=True, stdout=subprocess.PIPE,
                                          stderr=subprocess.DEVNULL).stdout.decode())
    except (OSError, subprocess.CalledProcessError):
        return None


class BuildExtension(build_ext):
    def build_extension(self, extension):
        bundled = os.environ.get("RSSL_BUNDLED", "0") not in ("", "0")
        if bundled or pkg_config("--exists") is None:
            self.use_own(extension)
        else:
            self.use_installed(extension)
        self.force = True  # objects of an earlier run may be of the other librssl
        super().build_extension(extension)

    def use_installed(self, extension):
        flags = pkg_config("--libs")
        extension.extra_compile_args += pkg_config("--cflags")
        extension.extra_link_args += flags
        # pkg-config leaves out the directories that the loader searches anyway.
        extension.runtime_library_dirs += [os.path.abspath(flag[2:]) for flag in flags
                                           if flag.startswith("-L")]

    def use_own(self, extension):
        if not (TREE / "Cargo.toml").exists():
            sys.exit("rssl needs librssl: pkg-config finds none (is PKG_CONFIG_PATH set?), and "
                     f"{TREE} is not its source tree (RSSL_SOURCE may name it)")
        build = (pathlib.Path(self.build_temp) / "librssl").resolve()
        prefix = build / "prefix"
        configure = ["cmake", "-S", str(TREE), "-B", str(build), "-DCMAKE_BUILD_TYPE=Release",
                     "-DCMAKE_INSTALL_LIBDIR=lib", "-DRSSL_BUILD_EXAMPLES=OFF",
                     *shlex.split(os.environ.get("CMAKE_ARGS", ""))]
        for command in (configure, ["cmake", "--build", str(build)],
                        ["cmake", "--install", str(build), "--prefix", str(prefix)]):
            subprocess.run(command, check=True)
        os.environ["PKG_CONFIG_PATH"] = str(prefix / "lib" / "pkgconfig")
        extension.extra_compile_args += [*pkg_config("--cflags"), "-DRSSL_STATIC"]
        extension.extra_objects.append(str(prefix / "lib" / "librssl.a"))
        # All that it needs beside the archive, and nothing that the process has anyway.
        extension.extra_link_args += ["-Wl,--exclude-libs,ALL", "-Wl,--as-needed", "-Wl,--gc-sections",
                                      "-Wl,-z,nodelete",
                                      *(flag for flag in pkg_config("--static", "--libs-only-l")
                                        if flag != "-lrssl")]


setup(
    ext_modules=[Extension(
        "rssl._ssl",
        sources=sorted(str(path.relative_to(HERE)) for path in (HERE / "src").glob("*.c")),
        depends=sorted(str(path.relative_to(HERE)) for path in (HERE / "src").glob("*.h")),
        define_macros=[("Py_LIMITED_API", "0x030b0000")] if LIMITED else [],
        extra_compile_args=["-std=gnu11", "-fvisibility=hidden"],
        py_limited_api=LIMITED,
    )],
    cmdclass={"build_ext": BuildExtension},
    options={"bdist_wheel": {"py_limited_api": "cp311"}} if LIMITED else {},
)
