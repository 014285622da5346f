# Two commands: `make run` and `make test`. Everything else is a part of them. `make help` lists them.

SHELL := bash
.SHELLFLAGS := -eu -o pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-print-directory

WASM := wasm32-unknown-unknown
BINDGEN_VERSION := $(shell sed -n 's/^wasm-bindgen = "=\([0-9.]*\)".*/\1/p' Cargo.toml)
TOOLS := $(CURDIR)/target/tools
BINDGEN := $(TOOLS)/wasm-bindgen-$(BINDGEN_VERSION)/bin/wasm-bindgen
FUZZ_VERSION := 0.13.2
FUZZ := $(TOOLS)/cargo-fuzz-$(FUZZ_VERSION)/bin/cargo-fuzz
FUZZ_SECONDS ?= 3600
DENY_VERSION := 0.20.2
CYCLONEDX_VERSION := 0.5.9
CARGO_DEB_VERSION := 3.8.0
CARGO_DEB := $(TOOLS)/cargo-deb-$(CARGO_DEB_VERSION)/bin/cargo-deb
export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUNNER := $(BINDGEN)-test-runner
PROGRAMS := target/$(WASM)/wasm-release
COMPRESS := target/debug/sealpost-compress
SITE := target/site
TEST_SITE := target/site-findable
# Of what the browser runs, the compiler is not Clippy's driver.
UNWRAPPED := env -u RUSTC_WORKSPACE_WRAPPER -u CLIPPY_ARGS
export PATH := $(HOME)/.cargo/bin:$(PATH)

say = @printf '\n\033[1m==> %s\033[0m\n' "$(1)"

.PHONY: package-tools help run build server site findable-site test check fmt lint lint-wasm boundaries docs unit unit-on-postgres wasm fuzz fuzz-briefly bench bench-briefly browser thunderbird bouncycastle openpgpjs mail-clients end2end-modules package debug-package package-test guide-test audit timing tools-rust tools-test clean

help: ## this list
	@sed -n 's/^\([a-z-]*\):.*## /  make \1\t/p' Makefile | expand -t 20

run: build ## install what is missing, build, and start the relay on this machine
	$(call say,Starting)
	@export SEALPOST_SENDER_AUTH="$${SEALPOST_SENDER_AUTH:-off}"; exec target/debug/sealpost

build: server site

server: tools-rust
	$(call say,Building the server (the first time takes some minutes))
	cargo build --package sealpost

# The browser's programs, each built with the features of its own, and their bindings. Paths of this machine are left out of them,
# so that everybody who builds them gets the same bytes. The lints see all features at once: what one program alone does not use is
# found here.
site: export CARGO_TARGET_WASM32_UNKNOWN_UNKNOWN_RUSTFLAGS := -D warnings --remap-path-prefix=$(CURDIR)=/sealpost --remap-path-prefix=$(or $(CARGO_HOME),$(HOME)/.cargo)=/cargo
site: tools-rust $(BINDGEN)
	$(call say,Building the browser's programs)
	for program in islands wizard key-worker; do $(UNWRAPPED) cargo build --package sealpost-$$program --target $(WASM) --profile wasm-release || exit 1; done
	cargo build --bin sealpost-compress
	scripts/site $(BINDGEN) $(COMPRESS) $(PROGRAMS) $(SITE)

tools-rust:
	@scripts/need-rust $(WASM)
	@scripts/need-libraries

$(BINDGEN):
	$(call say,Installing wasm-bindgen $(BINDGEN_VERSION) into target/tools (1 to 4 minutes, once))
	CARGO_PROFILE_DEV_DEBUG=0 $(UNWRAPPED) cargo install --debug wasm-bindgen-cli --version $(BINDGEN_VERSION) --root $(TOOLS)/wasm-bindgen-$(BINDGEN_VERSION)

# Clippy's driver is the compiler with more lints. It compiles all that is tested, so that nothing is read once for the lints and once
# for the tests. The browser's programs are what people get, and so made by the compiler itself, and linted apart.
test: export RUSTC_WORKSPACE_WRAPPER := clippy-driver
test: export CLIPPY_ARGS := -D__CLIPPY_HACKERY__warnings__CLIPPY_HACKERY__

# Tests wait much, so that something is built beside them. The builds come first: one after the other, they take longer than the tests.
test: tools-rust tools-test fmt ## format, lints, unit, integration, interoperation, browser, mail clients
	$(call say,Building and linting the tests)
	cargo test --no-run
	$(call say,The browser's programs and their lints (beside the next step, into target/beside.log))
	@log=target/beside.log; $(MAKE) site wasm findable-site lint-wasm >$$log 2>&1 & beside=$$!; \
	  nice -n 5 $(MAKE) unit unit-on-postgres bench-briefly || { kill $$beside 2>/dev/null || true; exit 1; }; \
	  wait $$beside || { cat $$log; exit 1; }
	@$(MAKE) browser thunderbird bouncycastle openpgpjs
	$(call say,All tests passed)

check: fmt lint boundaries docs ## format, lints, boundaries and documentation only

fmt: tools-rust
	$(call say,Format)
	cargo fmt --all --check

lint: tools-rust lint-wasm
	$(call say,Lints of the server and its tests)
	cargo clippy --all-targets -- -D warnings

lint-wasm: tools-rust
	$(call say,Lints of the program in the browser)
	$(UNWRAPPED) cargo clippy --target $(WASM) $(addprefix --package sealpost-,islands wizard key-worker app) --lib --test wasm -- -D warnings

# Without dependencies: seconds, also where nothing is built.
boundaries: tools-rust
	$(call say,Which part may use which)
	cargo test --quiet --package sealpost-boundaries

# Links within the documentation may lead to private items: it is for those who change them.
docs: tools-rust
	$(call say,Documentation)
	RUSTDOCFLAGS="-D warnings -A rustdoc::private-intra-doc-links" cargo doc --quiet --no-deps --document-private-items --package sealpost --package sealpost-app

# Many tests wait for something, a second answer or a time limit, so that there are more at once than processors.
unit: tools-test
	$(call say,Unit tests; integration tests; interoperation tests)
	cargo test --no-run
	RUST_TEST_THREADS=4 cargo test

# The second run is of what counts, leases and competes in the database: the queue, limits, and the operator's commands. `store` tests
# both databases in the first run, and some of the queue have a PostgreSQL of their own there. On it the relay writes no files, so that
# its disk cannot be full.
unit-on-postgres: tools-test
	$(call say,The relay's tests again on PostgreSQL)
	cargo build --example with_postgres
	target/debug/examples/with_postgres cargo test --test relay -- --test-threads 3 \
	  queue:: command:: inbound::quota inbound::new_contacts inbound::moving reply::quota \
	  --skip queue::several --skip queue::disk --skip queue::traces --skip queue::prometheus --skip queue::core_dump --skip two_relays_on_postgresql

wasm: tools-rust tools-test $(BINDGEN)
	$(call say,The certificate model in WebAssembly)
	PATH="$$(dirname "$$(scripts/need-node)"):$$PATH" $(UNWRAPPED) cargo test --package sealpost-app --no-default-features --target $(WASM) --test wasm

fuzz: tools-rust $(FUZZ) ## what reads strangers' bytes, fed with mutations; an hour for each target, or FUZZ_SECONDS
	$(call say,Fuzzing each target for $(FUZZ_SECONDS) seconds)
	scripts/fuzz $(FUZZ) $(FUZZ_SECONDS)

# The same inputs every time: a test must not fail by chance. Findings are for `make fuzz`.
fuzz-briefly: tools-rust $(FUZZ) ## each target for ten seconds, before a release
	$(call say,Fuzzing briefly)
	scripts/fuzz $(FUZZ) 10 -seed=1

$(FUZZ):
	$(call say,Installing cargo-fuzz $(FUZZ_VERSION) into target/tools (a minute or two; once))
	cargo install cargo-fuzz --version $(FUZZ_VERSION) --root $(TOOLS)/cargo-fuzz-$(FUZZ_VERSION)

# One part of it, without writing: make bench ONLY=senders. docs/PERFORMANCE.md names them.
bench: tools-rust tools-test ## measures the relay beside Postfix, and single steps beside their lower bounds; writes docs/PERFORMANCE.md (about 15 minutes)
	$(call say,Building what is measured (the first time takes some minutes))
	cargo build --release --bin sealpost --example add_person --example bench
ifeq ($(ONLY),)
	$(call say,Timing single steps)
	rm -rf target/criterion
	cargo bench --bench formats
endif
	$(call say,Measuring)
	target/release/examples/bench $(if $(ONLY),--only '$(ONLY)')

# Nothing is compared with a limit: every message must arrive, and every row must be in the report.
bench-briefly: tools-rust tools-test
	$(call say,Measuring briefly)
	cargo build --bin sealpost --example add_person --example bench
	cargo test --quiet --bench formats
	target/debug/examples/bench --brief --output target/tmp >/dev/null

# The browser suite runs twice the same program but for one thing: in the second the root key comes from a fixed seed, so
# that a test can look for it everywhere.
findable-site: site
	$(call say,Building the program with the findable root key)
	$(UNWRAPPED) cargo build --package sealpost-key-worker --target $(WASM) --features findable-root-key
	scripts/site $(BINDGEN) $(COMPRESS) $(PROGRAMS) $(TEST_SITE) target/$(WASM)/debug/sealpost_key_worker.wasm

browser: build findable-site tools-test end2end-modules
	$(call say,Browser tests)
	cargo run --quiet --package sealpost-app --features findable-root-key --example findable_root_key > $(TEST_SITE)-root-key.hex
	node=$$(scripts/need-node) && cd end2end && PATH="$$(dirname "$$node"):$$PATH" "$$node" node_modules/@playwright/test/cli.js test

# Mail clients and libraries of other people, the large ones only where they are installed (docs/CLIENTS.md).
thunderbird: mail-clients ## Thunderbird opens what is sealed, and answers; where it is installed
	@scripts/mail-client thunderbird thunderbird=thunderbird xvfb-run=xvfb

bouncycastle: mail-clients ## the same with BouncyCastle, where it is installed
	@scripts/mail-client bouncycastle java=default-jdk-headless javac=default-jdk-headless /usr/share/java/bcmail.jar=libbcmail-java

openpgpjs: mail-clients ## the same with OpenPGP.js
	@scripts/mail-client openpgpjs

mail-clients: server tools-test end2end-modules
	cargo build --package sealpost --example add_person

end2end-modules: tools-test
	cd end2end && npm ci --prefer-offline --no-audit --no-fund --loglevel=error

tools-test:
	@scripts/need-test-tools

package: package-tools site $(CARGO_DEB) ## the Debian package, and an archive for other systems, in target/package (20 minutes the first time)
	$(call say,Building the release)
	cargo build --release --bin sealpost --example papers
	scripts/stage target/release/sealpost target/release/examples/papers $(SITE)
	scripts/package $(CARGO_DEB) target/package
	scripts/archive target/package

# Said before the first build, and not after twenty minutes.
package-tools:
	@command -v dpkg-shlibdeps >/dev/null || { printf '\nMissing for the package: dpkg-shlibdeps (Debian: apt install dpkg-dev)\n' >&2; exit 1; }

# The debug program instead of the release. These are not a part of `make test`, as they need root, and a whole Debian from the network.
debug-package: site $(CARGO_DEB) tools-test
	cargo build --bin sealpost --example papers --example add_person
	scripts/stage target/debug/sealpost target/debug/examples/papers $(SITE)
	scripts/package $(CARGO_DEB) target/package/test --fast
	scripts/archive target/package/test

package-test: debug-package ## installs, upgrades and removes the package on a Debian that was never used; the container (root; some minutes)
	$(call say,The Debian package on a Debian of its own)
	scripts/test-package target/package/test/sealpost_*.deb target/package/test/sealpost-*.tar.gz
	$(call say,The container of the Containerfile)
	scripts/test-container target/debug/sealpost $(SITE)

guide-test: debug-package ## follows docs/OPERATING.md from a Debian that was never used to a sealed message (root; some minutes)
	$(call say,The guide for operators)
	scripts/test-guide target/package/test/sealpost_*.deb target/debug/examples/add_person

$(CARGO_DEB):
	$(call say,Installing cargo-deb $(CARGO_DEB_VERSION) into target/tools (2 minutes, once))
	cargo install cargo-deb --version $(CARGO_DEB_VERSION) --locked --root $(TOOLS)/cargo-deb-$(CARGO_DEB_VERSION)

audit: tools-rust ## licences, bans, sources, SBOM (target/sbom), and advisories; fails if their database cannot be reached
	@scripts/audit $(TOOLS) $(DENY_VERSION) $(CYCLONEDX_VERSION)

timing: tools-rust ## measures whether opening tells a sound padding from a broken one (some minutes, on a quiet machine)
	$(call say,Timing of key transport)
	cargo run --package sealpost --example key_transport_timing

clean: ## forget everything that was built
	cargo clean
