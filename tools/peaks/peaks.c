// What a CPU reaches at best, measured without OpenCL: an independent check of `incept devices --measure`.
//
//   gcc -O3 -march=native -pthread peaks.c -o peaks
//   peaks flops float|double     10^9 multiply-add operations (two each) per second of all processors together
//   peaks read BYTES...          bytes per nanosecond that all processors together read, each again and again its part of
//                                a working set of BYTES; one line each
//
// One thread for each processor that this process may use, tied to it. All begin together; the time is that from the first
// beginning to the last end. Best of many repetitions, as noise only ever slows down.
#define _GNU_SOURCE
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#if defined(__AVX512F__)
#define WIDTH 64
#elif defined(__AVX__)
#define WIDTH 32
#else
#define WIDTH 16
#endif
typedef float floats __attribute__((vector_size(WIDTH)));
typedef double doubles __attribute__((vector_size(WIDTH)));

// Reads are measured in three goes (check-peaks.py), so each has fewer.
enum { MAX_THREADS = 1024, CHAINS = 12, REPETITIONS = 60, READ_REPETITIONS = 20 };

static int processors[MAX_THREADS];
static int thread_count;
static pthread_barrier_t barrier;
static struct {
  double began, ended;
  char padding[112];
} stamps[MAX_THREADS];
static volatile double sink[MAX_THREADS * 16];

// The work of one repetition, on one thread.
static enum { FLOATS, DOUBLES, READS } task;
static long rounds;
static size_t part_bytes;
static char *memory;

static double now(void) {
  struct timespec time;
  clock_gettime(CLOCK_MONOTONIC, &time);
  return time.tv_sec * 1e9 + time.tv_nsec;
}

// Independent chains x = x * a + b, which tend to b / (1 - a): never infinite, never denormal. The empty assembly keeps
// the compiler from reasoning about the constants.
#define DEFINE_CHAINS(NAME, VECTOR, SCALAR)                                \
  static __attribute__((noinline)) double NAME(long count) {               \
    VECTOR x[CHAINS], a = {0}, b = {0};                                    \
    a += (SCALAR)0.999;                                                    \
    b += (SCALAR)0.001;                                                    \
    __asm__ volatile("" : "+v"(a), "+v"(b));                               \
    for (int c = 0; c < CHAINS; c++) x[c] = b + (SCALAR)c;                 \
    for (long i = 0; i < count; i++) {                                     \
      _Pragma("GCC unroll 12") for (int c = 0; c < CHAINS; c++) {          \
        x[c] = x[c] * a + b;                                               \
      }                                                                    \
      _Pragma("GCC unroll 12") for (int c = 0; c < CHAINS; c++) {          \
        x[c] = x[c] * a + b;                                               \
      }                                                                    \
    }                                                                      \
    VECTOR sum = {0};                                                      \
    for (int c = 0; c < CHAINS; c++) sum += x[c];                          \
    return (double)sum[0];                                                 \
  }
DEFINE_CHAINS(float_chains, floats, float)
DEFINE_CHAINS(double_chains, doubles, double)

enum { UNROLLED = 16 };

// Loads into registers and nothing else: the loads are assembly where we know how, so that none is left out.
static __attribute__((noinline)) double read_part(const char *from, size_t bytes, long passes) {
  floats sum = {0};
  for (long pass = 0; pass < passes; pass++) {
    for (const char *p = from, *end = from + bytes; p < end; p += UNROLLED * WIDTH) {
#pragma GCC unroll 16
      for (int c = 0; c < UNROLLED; c++) {
        const floats *place = (const floats *)(p + c * WIDTH);
#if defined(__x86_64__) && defined(__AVX__)
        floats loaded;
        __asm__ volatile("vmovaps %1, %0" : "=v"(loaded) : "m"(*place));
#else
        sum += *place;
#endif
      }
    }
    __asm__ volatile("" ::: "memory");
  }
  return (double)sum[0];
}

static void *work(void *argument) {
  const int number = (int)(intptr_t)argument;
  cpu_set_t set;
  CPU_ZERO(&set);
  CPU_SET(processors[number], &set);
  pthread_setaffinity_np(pthread_self(), sizeof set, &set);
  for (;;) {
    pthread_barrier_wait(&barrier);
    if (rounds < 0) return NULL;
    stamps[number].began = now();
    sink[number * 16] = task == FLOATS    ? float_chains(rounds)
                        : task == DOUBLES ? double_chains(rounds)
                                          : read_part(memory + number * part_bytes, part_bytes, rounds);
    stamps[number].ended = now();
    pthread_barrier_wait(&barrier);
  }
}

// Nanoseconds of one repetition.
static double repetition(long count) {
  rounds = count;
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  double began = stamps[0].began, ended = stamps[0].ended;
  for (int i = 1; i < thread_count; i++) {
    if (stamps[i].began < began) began = stamps[i].began;
    if (stamps[i].ended > ended) ended = stamps[i].ended;
  }
  return ended - began;
}

// The most work per nanosecond of repetitions that take some milliseconds each; `unit` is the work of a round.
static double best_rate(double unit) {
  long count = 1;
  while (repetition(count) < 4e6 && count < 1L << 40) count *= 2;
  double best = 0;
  const int repetitions = task == READS ? READ_REPETITIONS : REPETITIONS;
  for (int i = 0; i < repetitions; i++) {
    const double rate = unit * count / repetition(count);
    if (rate > best) best = rate;
  }
  return best;
}

int main(int count, char **arguments) {
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int i = 0; i < CPU_SETSIZE && thread_count < MAX_THREADS; i++) {
    if (CPU_ISSET(i, &allowed)) processors[thread_count++] = i;
  }
  const int flops = count == 3 && !strcmp(arguments[1], "flops");
  const int reads = count >= 3 && !strcmp(arguments[1], "read");
  if (!flops && !reads) {
    fprintf(stderr, "usage: peaks flops float|double\n       peaks read BYTES...\n");
    return 64;
  }
  pthread_barrier_init(&barrier, NULL, thread_count + 1);
  pthread_t threads[MAX_THREADS];
  for (int i = 0; i < thread_count; i++) {
    pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i);
  }
  if (flops) {
    const int is_float = !strcmp(arguments[2], "float");
    task = is_float ? FLOATS : DOUBLES;
    const double lanes = WIDTH / (is_float ? sizeof(float) : sizeof(double));
    printf("%.2f\n", best_rate(2.0 * 2 * CHAINS * lanes * thread_count));
  } else {
    task = READS;
    for (int i = 2; i < count; i++) {
      const size_t step = UNROLLED * WIDTH;
      part_bytes = strtoull(arguments[i], NULL, 10) / thread_count / step * step;
      if (part_bytes < step) part_bytes = step;
      const size_t bytes = part_bytes * thread_count;
      memory = aligned_alloc(4096, (bytes + 4095) / 4096 * 4096);
      if (!memory) {
        fprintf(stderr, "peaks: no memory for %zu bytes\n", bytes);
        return 1;
      }
      for (size_t k = 0; k < bytes / sizeof(float); k++) ((float *)memory)[k] = 1.0f;
      printf("%zu %.2f\n", bytes, best_rate(bytes));
      fflush(stdout);
      free(memory);
    }
  }
  rounds = -1;
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  return 0;
}
