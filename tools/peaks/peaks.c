// What a CPU reaches at best, measured without OpenCL: an independent check of `incept devices --measure`.
//
//   gcc -O3 -march=native -pthread peaks.c -o peaks
//   peaks BYTES... < FILE
//
// Measures, in turn and again and again until its standard input ends: multiply-adds of floats and of doubles, and how fast
// working sets of BYTES are read, each thread its own part. Prints `ready` when it begins, and at the end a line for each:
//
//   float32 RATE                 10^9 operations per second, a multiply-add being two, of all processors together
//   float64 RATE
//   BYTES RATE                   bytes per nanosecond
//
// One thread for each processor that this process may use, tied to it. All begin together; the time is that from the first
// beginning to the last end. Best of all repetitions, as noise only ever slows down.
#define _GNU_SOURCE
#include <poll.h>
#include <pthread.h>
#include <sched.h>
#include <stdatomic.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>
#include <unistd.h>

#if defined(__AVX512F__)
#define WIDTH 64
#elif defined(__AVX__)
#define WIDTH 32
#else
#define WIDTH 16
#endif
typedef float floats __attribute__((vector_size(WIDTH)));
typedef double doubles __attribute__((vector_size(WIDTH)));

// Repetitions of one task before it is the next one's turn.
enum { MAX_THREADS = 1024, MAX_TASKS = 32, CHAINS = 12, REPETITIONS = 10 };

static int processors[MAX_THREADS];
static int thread_count;
static pthread_barrier_t barrier;
static struct {
  double began, ended;
  char padding[112];
} stamps[MAX_THREADS];
static volatile double sink[MAX_THREADS * 16];

// What is measured, and the most that was reached.
struct task {
  enum { FLOATS, DOUBLES, READS } kind;
  // Bytes that each thread reads.
  size_t part_bytes;
  char *memory;
  // Work of a round, and rounds of a repetition, which takes some milliseconds.
  double unit;
  long rounds;
  double best;
};
// What the threads do next; nothing any more where it is NULL.
static const struct task *task;

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
    if (!task) return NULL;
    stamps[number].began = now();
    sink[number * 16] = task->kind == FLOATS    ? float_chains(task->rounds)
                        : task->kind == DOUBLES ? double_chains(task->rounds)
                                                : read_part(task->memory + number * task->part_bytes,
                                                            task->part_bytes, task->rounds);
    stamps[number].ended = now();
    pthread_barrier_wait(&barrier);
  }
}

// Nanoseconds of one repetition.
static double repetition(const struct task *next) {
  task = next;
  pthread_barrier_wait(&barrier);
  pthread_barrier_wait(&barrier);
  double began = stamps[0].began, ended = stamps[0].ended;
  for (int i = 1; i < thread_count; i++) {
    if (stamps[i].began < began) began = stamps[i].began;
    if (stamps[i].ended > ended) ended = stamps[i].ended;
  }
  return ended - began;
}

static double least_of_three(const struct task *next) {
  double least = repetition(next);
  for (int i = 0; i < 2; i++) {
    const double again = repetition(next);
    if (again < least) least = again;
  }
  return least;
}

static struct task arithmetic(int kind, size_t element) {
  const double lanes = WIDTH / element;
  return (struct task){.kind = kind, .unit = 2.0 * 2 * CHAINS * lanes * thread_count};
}

static struct task reading(size_t bytes) {
  const size_t step = UNROLLED * WIDTH;
  struct task made = {.kind = READS, .part_bytes = bytes / thread_count / step * step};
  if (made.part_bytes < step) made.part_bytes = step;
  const size_t used = made.part_bytes * thread_count;
  made.unit = used;
  made.memory = aligned_alloc(4096, (used + 4095) / 4096 * 4096);
  if (!made.memory) {
    fprintf(stderr, "peaks: no memory for %zu bytes\n", bytes);
    exit(1);
  }
  for (size_t k = 0; k < used / sizeof(float); k++) ((float *)made.memory)[k] = 1.0f;
  return made;
}

static int input_has_ended(void) {
  struct pollfd input = {.fd = STDIN_FILENO, .events = POLLIN};
  char byte;
  return poll(&input, 1, 0) > 0 && read(STDIN_FILENO, &byte, 1) <= 0;
}

int main(int count, char **arguments) {
  if (count < 2 || count - 1 + READS > MAX_TASKS) {
    fprintf(stderr, "usage: peaks BYTES... < FILE\n");
    return 64;
  }
  cpu_set_t allowed;
  sched_getaffinity(0, sizeof allowed, &allowed);
  for (int i = 0; i < CPU_SETSIZE && thread_count < MAX_THREADS; i++) {
    if (CPU_ISSET(i, &allowed)) processors[thread_count++] = i;
  }
  struct task tasks[MAX_TASKS] = {arithmetic(FLOATS, sizeof(float)), arithmetic(DOUBLES, sizeof(double))};
  int task_count = READS;
  for (int i = 1; i < count; i++) tasks[task_count++] = reading(strtoull(arguments[i], NULL, 10));

  pthread_barrier_init(&barrier, NULL, thread_count + 1);
  pthread_t threads[MAX_THREADS];
  for (int i = 0; i < thread_count; i++) {
    pthread_create(&threads[i], NULL, work, (void *)(intptr_t)i);
  }
  for (struct task *next = tasks; next < tasks + task_count; next++) {
    for (next->rounds = 1; least_of_three(next) < 4e6 && next->rounds < 1L << 40;) next->rounds *= 2;
  }
  printf("ready\n");
  fflush(stdout);
  do {
    for (struct task *next = tasks; next < tasks + task_count; next++) {
      for (int i = 0; i < REPETITIONS; i++) {
        const double rate = next->unit * next->rounds / repetition(next);
        if (rate > next->best) next->best = rate;
      }
    }
  } while (!input_has_ended());
  printf("float32 %.2f\nfloat64 %.2f\n", tasks[FLOATS].best, tasks[DOUBLES].best);
  for (int i = 1; i < count; i++) printf("%s %.2f\n", arguments[i], tasks[READS + i - 1].best);

  task = NULL;
  pthread_barrier_wait(&barrier);
  for (int i = 0; i < thread_count; i++) pthread_join(threads[i], NULL);
  for (int i = READS; i < task_count; i++) free(tasks[i].memory);
  return 0;
}
