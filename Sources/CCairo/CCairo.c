#include "CCairo.h"

#include <COptionalLibrary.h>
#include <pthread.h>

#if CAIRO_VERSION < CAIRO_VERSION_ENCODE(1, 16, 0)
#error "Cairo 1.16 or later is needed"
#endif

static pthread_once_t once = PTHREAD_ONCE_INIT;
static incept_cairo functions;

#if defined(__APPLE__)
static const char *const files[] = {"libcairo.2.dylib", "/opt/homebrew/lib/libcairo.2.dylib", NULL};
#else
static const char *const files[] = {"libcairo.so.2", "libcairo.so", NULL};
#endif
static incept_library library = {.name = "libcairo", .files = files};

static void load(void) {
  if (!incept_library_open(&library)) return;
#define RESOLVE(name) \
  functions.name = (__typeof__(functions.name))incept_library_function(&library, "cairo_" #name); \
  if (!functions.name) return;
  INCEPT_CAIRO_FUNCTIONS(RESOLVE)
}

const incept_cairo *incept_cairo_functions(void) {
  pthread_once(&once, load);
  return library.missing[0] ? NULL : &functions;
}

const char *incept_cairo_unavailable(void) {
  pthread_once(&once, load);
  return library.missing;
}
