// Shared libraries that are loaded when they are first used, and that may be missing: linking them would make every
// start of the command load them, with all that is behind them, and fail where there is none.
#pragma once

/// A shared library, and why it can't be used.
typedef struct {
  /// What it is called in messages.
  const char *_Nonnull name;
  /// File names to try, in this order; the last is NULL.
  const char *_Nullable const *_Nonnull files;
  /// Why it can't be used, in words; empty where it can.
  char missing[256];
  /// The loaded library, or NULL.
  void *_Nullable handle;
} incept_library;

/// Loads the first of the files that is there. Returns 1, or 0 with `missing` saying why.
int incept_library_open(incept_library *_Nonnull library);

/// A function of a library that was opened, or NULL with `missing` naming the function.
void *_Nullable incept_library_function(incept_library *_Nonnull library, const char *_Nonnull name);
