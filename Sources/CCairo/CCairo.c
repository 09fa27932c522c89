#include "CCairo.h"

#include <dlfcn.h>
#include <pthread.h>
#include <stdio.h>

#if CAIRO_VERSION < CAIRO_VERSION_ENCODE(1, 16, 0)
#error "Cairo 1.16 or later is needed"
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static char missing[256];
static incept_cairo functions;

#if defined(__APPLE__)
static const char *const names[] = {"libcairo.2.dylib", "/opt/homebrew/lib/libcairo.2.dylib"};
#else
static const char *const names[] = {"libcairo.so.2", "libcairo.so"};
#endif

static void load(void) {
  void *library = NULL;
  for (size_t i = 0; i < sizeof names / sizeof *names && !library; i++)
    library = dlopen(names[i], RTLD_NOW | RTLD_LOCAL);
  if (!library) {
    const char *why = dlerror();
    snprintf(missing, sizeof missing, "%s", why ? why : "no libcairo");
    return;
  }
#define RESOLVE(name) \
  functions.name = (__typeof__(functions.name))dlsym(library, "cairo_" #name); \
  if (!functions.name) { \
    snprintf(missing, sizeof missing, "a libcairo without cairo_" #name); \
    return; \
  }
  INCEPT_CAIRO_FUNCTIONS(RESOLVE)
}

const incept_cairo *incept_cairo_functions(void) {
  pthread_once(&once, load);
  return missing[0] ? NULL : &functions;
}

const char *incept_cairo_unavailable(void) {
  pthread_once(&once, load);
  return missing;
}
