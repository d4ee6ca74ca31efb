# SPDX-License-Identifier: MIT
#
# A thin front over CMake presets; see `make help`.
.POSIX:
.PHONY: build demo check check-all format install clean help

build:
	@tools/setup.sh demo
	@cmake --preset release --log-level=WARNING
	@cmake --build --preset release

demo:
	@tools/setup.sh demo
	@tools/demo.sh

check:
	@tools/setup.sh check
	@tools/check.sh

check-all:
	@tools/setup.sh check-all
	@tools/check.sh all

format:
	@tools/setup.sh check
	@python3 tools/format.py

install: build
	@cmake --install build/release $${PREFIX:+--prefix "$$PREFIX"}

clean:
	rm -rf build demo

help:
	@echo 'make            builds build/release/ito'
	@echo 'make demo       installs what is missing, builds, trains, draws'
	@echo 'make check      builds and runs the tests (10 minutes at most)'
	@echo 'make check-all  the same with Clang, TSan and the slow tests'
	@echo 'make format     formats the source'
	@echo 'make install    installs to $$PREFIX or /usr/local'
	@echo 'make clean      removes what was built'
