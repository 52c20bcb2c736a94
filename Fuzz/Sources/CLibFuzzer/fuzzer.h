#pragma once

#include <stddef.h>
#include <stdint.h>

// libFuzzer's driver, for programs with a main of their own (llvm.org/docs/LibFuzzer.html, "Using libFuzzer as a library").
int LLVMFuzzerRunDriver(int *argc, char ***argv, int (*one_input)(const uint8_t *data, size_t size));
