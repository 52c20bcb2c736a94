# The front door. `make demo` and `make test` set up a bare Debian or Ubuntu machine by themselves.
#
#   make demo [PHOTOS=folder]   filter pictures, draw filters and activations; says what it wrote under Output/
#   make lecture                a page with a lecture's exhibits, computed here: Output/lecture/index.html
#   make test                   the whole test suite
#   make test-browser           the reports and the lecture's page, opened and used in a headless Chromium
#   make check                  format, import directions, forbidden words, a build with warnings as errors
#   make fuzz [SECONDS=60]      damage files at random, each reader of them for so long
#   make build bench bench-peers bench-batch bench-large bench-networks bench-folders bench-sheets bench-training samples check-neon docs format
#   install clean

SHELL := /bin/bash
PREFIX ?= /usr/local
PHOTOS ?=

tool := .build/release/fovea
lecture := .build/release/fovea-lecture
stamps := .build/stamps
sources := Package.swift $(shell find Sources -type f \( -name '*.swift' -o -name '*.c' -o -name '*.h' -o -name '*.modulemap' -o -name '*.css' -o -name '*.js' -o -name '*.mustache' \))

.PHONY: demo lecture test test-browser check build format bench bench-peers bench-batch bench-large bench-networks bench-folders bench-sheets bench-training samples check-neon docs fuzz install clean setup

demo: build
	@Scripts/demo.sh $(tool) "$(PHOTOS)"

# MODEL=vgg16 WEIGHTS=vgg16.h5 PICTURES=folder [LABELS=file] look into a trained network of yours.
lecture: build $(lecture)
	@$(lecture) $(tool) -o Output/lecture $(if $(MODEL),--model "$(MODEL)") $(if $(WEIGHTS),--weights "$(WEIGHTS)") \
	  $(if $(LABELS),--labels "$(LABELS)") $(if $(PICTURES),--pictures "$(PICTURES)")

build: setup $(tool)

# Asking the package manager whether anything changed takes seconds; asking the files does not.
$(tool): $(sources)
	swift build -c release --product fovea
	@touch $(tool)

$(lecture): $(sources)
	swift build -c release --product fovea-lecture
	@touch $(lecture)

test: setup
	swift test -c release

# What is missing of Debian's chromium and chromium-driver is installed first.
test-browser: build $(lecture)
	@Scripts/browser/setup.sh
	@python3 Scripts/browser/test_report.py $(tool)
	@python3 Scripts/browser/test_lecture.py $(tool) $(lecture)

check: setup
	swift format lint --strict --recursive --parallel Package.swift Sources Tests
	Scripts/check-imports.sh
	Scripts/check-words.sh
	swift build -c release --build-tests

# The NEON kernels, cross-compiled and run under an emulator.
check-neon:
	Scripts/check-neon.sh

format:
	swift format format --in-place --recursive --parallel Package.swift Sources Tests

bench: setup
	swift run -c release --package-path Benchmarks fovea-bench

# Beside OpenCV, scipy and libvips, all in one run; FILTERS=--quick for fewer cases; PYTHON has what Scripts/requirements.txt lists.
PYTHON ?= python3

bench-peers: setup
	swift build -c release --package-path Benchmarks
	$(PYTHON) Benchmarks/Peers/filters.py $(FILTERS)
	$(PYTHON) Benchmarks/Peers/filters.py --bytes --peers opencv $(FILTERS)

# A folder of photographs beside OpenCV; needs the shared data.
bench-batch: build
	$(PYTHON) Benchmarks/Peers/batch.py

# A picture of 30,000 x 30,000 pixels: time and memory. Takes some minutes and 6 GB of disk.
bench-large: build
	$(PYTHON) Benchmarks/Peers/large.py

# NETWORKS=--quick for a few small ones.
bench-networks: build
	$(PYTHON) Benchmarks/Peers/networks.py $(NETWORKS)

# Photographs through networks beside the networks alone; PHOTOS=folder.
bench-folders: build
	@[ -n "$(PHOTOS)" ] || { echo "make bench-folders needs PHOTOS=folder, a folder of photographs" >&2; exit 1; }
	$(PYTHON) Benchmarks/Peers/folders.py "$(PHOTOS)"

# Activation sheets of VGG16 beside Keras with matplotlib.
bench-sheets: build
	$(PYTHON) Benchmarks/Peers/activations.py

# 10,000 flips of every small fixture, then libFuzzer on every reader; READERS="npz pickle" for some of them.
SECONDS ?= 60
READERS ?=

fuzz: build
	FOVEA_FLIPS=10000 swift test -c release --filter DamagedFilesTests
	FOVEA_MUTATIONS=2000 swift test -c release --filter DamagedPicturesTests
	Scripts/fuzz.sh $(SECONDS) $(READERS)

bench-training: build
	$(PYTHON) Benchmarks/Peers/training.py

# The trained networks of Samples/, anew: CIFAR10 is the folder of its binary version.
CIFAR10 ?= ../shared/data/datasets/cifar10

samples: build
	Scripts/samples/train.sh $(tool) $(CIFAR10)

docs: setup
	Scripts/docs.sh

install: build
	install -d "$(DESTDIR)$(PREFIX)/bin"
	install -m 755 $(tool) "$(DESTDIR)$(PREFIX)/bin/fovea"

clean:
	swift package clean
	rm -rf $(stamps) Output/*

# The machine is looked at again only when the script changes.
setup: $(stamps)/setup

$(stamps)/setup: Scripts/setup.sh
	@Scripts/setup.sh
	@mkdir -p $(stamps) && touch $@
