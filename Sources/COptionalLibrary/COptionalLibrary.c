#include "COptionalLibrary.h"

#include <dlfcn.h>
#include <stdio.h>

int incept_library_open(incept_library *library) {
  for (const char *const *file = library->files; *file && !library->handle; file++)
    library->handle = dlopen(*file, RTLD_NOW | RTLD_LOCAL);
  if (library->handle) return 1;
  const char *why = dlerror();
  if (why)
    snprintf(library->missing, sizeof library->missing, "%s", why);
  else
    snprintf(library->missing, sizeof library->missing, "no %s", library->name);
  return 0;
}

void *incept_library_function(incept_library *library, const char *name) {
  void *function = dlsym(library->handle, name);
  if (!function)
    snprintf(library->missing, sizeof library->missing, "a %s without %s", library->name, name);
  return function;
}
