# The short front door. CMake does the work: `cmake -S . -B build` gives every choice.

BUILD = build
PREFIX = /usr/local

MAKEFLAGS += --no-print-directory
export CMAKE_BUILD_PARALLEL_LEVEL := $(shell nproc)

.PHONY: all demo test bench header audit install clean

all:
	cmake -S . -B $(BUILD)
	cmake --build $(BUILD)

# A TLS 1.3 client and server talking on this machine.
demo:
	tools/setup.sh demo
	BUILD=$(BUILD) tools/demo.sh

# Everything that CTest knows. The tests use no network: every build that they make has its crates,
# and the programs that the Python binding is tried with are installed before, if that can be.
test:
	tools/setup.sh test
	cargo fetch --quiet --locked
	cargo fetch --quiet --locked --manifest-path fuzz/Cargo.toml
	cargo fetch --quiet --locked --manifest-path benches/rustls-ffi/Cargo.toml
	bindings/micropython/source.sh $(BUILD)/micropython || echo "Its tests will be skipped."
	tests/lua/fetch.sh $(BUILD)/lua-programs
	cmake -S . -B $(BUILD) -DRSSL_BUILD_TESTS=ON -DRSSL_BUILD_BENCHES=ON -DRSSL_LUA=ON
	cmake --build $(BUILD)
	-cmake --build $(BUILD) --target python_programs
	cd $(BUILD) && ctest --output-on-failure --parallel "$$(nproc)"

# Beside other TLS libraries. Ten minutes; BENCH_SECONDS=60 and BENCH_ROUNDS=1 make it shorter.
bench:
	tools/setup.sh bench
	cargo fetch --quiet --locked
	cargo fetch --quiet --locked --manifest-path benches/rustls-ffi/Cargo.toml \
	  || echo "rustls-ffi will be left out."
	cmake -S . -B $(BUILD) -DRSSL_BUILD_BENCHES=ON
	cmake --build $(BUILD) --target bench

# Writes the headers in include/ anew, from src/ffi.
header:
	RSSL_UPDATE_HEADER=1 cargo test --locked --test header the_committed_headers

# Licences, sources and known vulnerabilities of the dependencies. Needs the network.
audit:
	tools/setup.sh audit
	cargo deny --locked check

install: all
	cmake --install $(BUILD) --prefix $(PREFIX)

clean:
	rm -rf $(BUILD) target
