// A driver that goes wrong, for tests of `incept devices --check`: preloaded (LD_PRELOAD), it stands between the program and
// the OpenCL loader.
//
//   cc -shared -fPIC -O1 liar.c -o liar.so -ldl
//   LIAR_KERNEL=pool2d_rows LIAR_DOES=skip LD_PRELOAD=./liar.so incept devices --check
//
// What happens to launches of the kernel LIAR_KERNEL depends on LIAR_DOES:
//
//   skip    nothing is computed, so that results are wrong; right with -cl-opt-disable
//   lie     the same, with -cl-opt-disable too
//   abort   the process ends
//   hang    the call does not return
//   refuse  clCreateKernel fails
#define _GNU_SOURCE
#define CL_TARGET_OPENCL_VERSION 120
#include <CL/cl.h>
#include <dlfcn.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

enum { MOST = 4096 };
static cl_program honest[MOST];
static cl_kernel victims[MOST];
static int honest_count, victim_count;

static const char *what(void) {
  const char *text = getenv("LIAR_DOES");
  return text ? text : "";
}

cl_int clBuildProgram(
    cl_program program, cl_uint count, const cl_device_id *devices, const char *options,
    void (*notify)(cl_program, void *), void *data) {
  cl_int (*real)(
      cl_program, cl_uint, const cl_device_id *, const char *, void (*)(cl_program, void *), void *) =
      dlsym(RTLD_NEXT, "clBuildProgram");
  if (options && strstr(options, "-cl-opt-disable") && strcmp(what(), "skip") == 0) {
    const int place = __atomic_fetch_add(&honest_count, 1, __ATOMIC_SEQ_CST);
    if (place < MOST) honest[place] = program;
  }
  return real(program, count, devices, options, notify, data);
}

cl_kernel clCreateKernel(cl_program program, const char *name, cl_int *status) {
  cl_kernel (*real)(cl_program, const char *, cl_int *) = dlsym(RTLD_NEXT, "clCreateKernel");
  const char *wanted = getenv("LIAR_KERNEL");
  const int is_wanted = wanted && strcmp(name, wanted) == 0;
  if (is_wanted && strcmp(what(), "refuse") == 0) {
    if (status) *status = CL_OUT_OF_RESOURCES;
    return NULL;
  }
  cl_kernel kernel = real(program, name, status);
  int is_honest = 0;
  for (int i = 0; i < honest_count && i < MOST; i++) is_honest |= honest[i] == program;
  // Drivers give the same address again: what was a victim may be another kernel now.
  for (int i = 0; i < victim_count && i < MOST; i++) {
    if (victims[i] == kernel) victims[i] = NULL;
  }
  if (is_wanted && !is_honest) {
    const int place = __atomic_fetch_add(&victim_count, 1, __ATOMIC_SEQ_CST);
    if (place < MOST) victims[place] = kernel;
  }
  return kernel;
}

cl_int clEnqueueNDRangeKernel(
    cl_command_queue queue, cl_kernel kernel, cl_uint dimensions, const size_t *offset,
    const size_t *global, const size_t *local, cl_uint count, const cl_event *waits,
    cl_event *event) {
  cl_int (*real)(
      cl_command_queue, cl_kernel, cl_uint, const size_t *, const size_t *, const size_t *, cl_uint,
      const cl_event *, cl_event *) = dlsym(RTLD_NEXT, "clEnqueueNDRangeKernel");
  int is_victim = 0;
  for (int i = 0; i < victim_count && i < MOST; i++) is_victim |= victims[i] == kernel;
  if (!is_victim) {
    return real(queue, kernel, dimensions, offset, global, local, count, waits, event);
  }
  if (strcmp(what(), "abort") == 0) {
    fprintf(stderr, "liar: cannot select: an instruction that does not exist\n");
    abort();
  }
  if (strcmp(what(), "hang") == 0) {
    for (;;) sleep(1000);
  }
  return event || count ? clEnqueueMarkerWithWaitList(queue, count, waits, event) : CL_SUCCESS;
}
