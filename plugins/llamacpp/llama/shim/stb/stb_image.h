// Stands in for stb_image.h, which a Go module zip leaves out. mtmd-helper.cpp
// compiles against it but vlmspec decodes images in Go and never calls it, so
// this decoder refuses everything.
#pragma once
#include <cerrno>
#include <cstdarg>
#include <cstdio>
#include <cstdlib>
#include <cstring>

static inline unsigned char * stbi_load_from_memory(const unsigned char *, int, int * x, int * y, int * n, int) {
    *x = *y = *n = 0;
    return nullptr;
}

static inline void stbi_image_free(void *) {}
