/* Feeds random requests to the parser of the forker: fuzz <seed> <requests>. No process is created. */
#define _GNU_SOURCE
#include <dirent.h>
#include <poll.h>
#include <sched.h>
#include <setjmp.h>
#include <stdint.h>
#include <stdlib.h>
#include <unistd.h>
static int fake_fork(void);
static _Noreturn void fake_exit(int code);
static int fake_poll(void);
#define main forker_main
#define fork fake_fork
#define clone(child, stack, flags, data) fake_fork()
#define _exit fake_exit
#define poll(fds, length, timeout) fake_poll()
#define opendir(path) NULL
#include "../../native/forker.c"
#undef main

static jmp_buf left;
static uint64_t seed;
static unsigned parsed, forks, leaves;

static uint32_t chance(uint32_t below) {
  seed = seed * 6364136223846793005u + 1442695040888963407u;
  return (uint32_t)(seed >> 33) % below;
}

/* No process has such a pid: the kernel's limit is 4194304. */
static int fake_fork(void) {
  forks++;
  errno = EAGAIN;
  return chance(3) ? 5000000 + (int)chance(1000000) : -1;
}

static void fake_exit(int code) { longjmp(left, code + 1); }

static int fake_poll(void) {
  for (size_t i = 0; i < count; i++) commands[i].ended = 1;
  return 0;
}

static uint32_t odd_number(void) {
  static const uint32_t odd[] = {0,     1,     2,       3,             4,          12,         48,         255,
                                 65536, 65537, 1 << 24, (1 << 24) + 4, 0x7fffffff, 0x80000000, 0xfffffffc, 0xffffffff};
  return chance(2) ? odd[chance(sizeof odd / sizeof *odd)] : chance(64);
}

/* A request like those of timers, with up to three numbers or bytes changed. Returns its real length. */
static size_t make(uint32_t *request) {
  uint32_t kind = chance(8) ? 1 + chance(4) : odd_number(), id = 1 + chance(40);
  size_t length = kind == SIGNAL ? 16 : 12;
  if (kind == START) {
    uint32_t groups = chance(3), argc = 1 + chance(4), envc = chance(4);
    uint32_t flags = chance(4), grace = chance(9), outputs[2] = {chance(3), chance(4)};
    uint32_t head[START_HEAD] = {0, START, id, flags, 1, 1, groups, argc, envc, grace, outputs[0], outputs[1], chance(3)};
    memcpy(request, head, sizeof head);
    for (uint32_t i = 0; i < groups; i++) request[START_HEAD + i] = chance(99);
    char *at = (char *)(request + START_HEAD + groups);
    static const char *const texts[] = {"/", "sh", "", "PATH=/bin:", "TIMERS_RUN_ID=run@2026#1", "A=b", "=", "PATH="};
    for (uint32_t i = 0; i < 1 + argc + envc; i++) at = stpcpy(at, texts[chance(8)]) + 1;
    while ((uintptr_t)at % 4) *at++ = 0;
    length = (size_t)(at - (char *)request);
  }
  if (kind != START) request[3] = chance(70);
  request[0] = (uint32_t)length, request[1] = kind, request[2] = id;
  for (uint32_t changes = chance(4); changes-- > 0;) {
    if (chance(3)) request[chance(length < START_HEAD * 4 ? 3 : START_HEAD)] = odd_number();
    else ((char *)request)[chance((uint32_t)length)] = (char)chance(256);
  }
  return length;
}

/* In memory of its exact size, so that reading one byte too far is noticed. */
static void parse_alone(const uint32_t *frame, size_t length) {
  if (frame[0] < HEAD * 4 || frame[0] > length) return;
  uint32_t *exact = malloc(frame[0]);
  memcpy(exact, frame, frame[0]);
  struct start *s = parse_start(exact);
  parsed += s != NULL;
  free(exact);
  free(s);
}

/* As it arrives from the socket: often in pieces. */
static void feed(const uint32_t *frame, size_t length) {
  if (setjmp(left)) {
    leaves++;
    in_used = 0;
    while (count) forget(&commands[0]);
    return;
  }
  for (size_t at = 0, piece; at < length; at += piece) {
    piece = chance(3) ? length - at : 1 + chance((uint32_t)(length - at));
    if (in_room - in_used < piece) in = grow(in, in_room = in_room * 2 + 4096);
    memcpy(in + in_used, (const char *)frame + at, piece);
    in_used += piece;
    while (hear()) continue;
  }
}

int main(int argc, char **argv) {
  static uint32_t frame[256];
  if (argc < 3) return 64;
  seed = strtoull(argv[1], NULL, 10);
  null_fd = open("/dev/null", O_RDWR);
  for (long rest = atol(argv[2]); rest > 0; rest--) {
    size_t length = make(frame);
    parse_alone(frame, length);
    feed(frame, length);
    if (in_used && !chance(3)) in_used = 0; /* it waits for the rest of a long one */
    if (count > 20) commands[chance((uint32_t)count)].ended = 1;
    struct command *one = count ? &commands[chance((uint32_t)count)] : NULL;
    if (one && one->report >= 0) conclude(one);
    else if (count > 30) forget(one);
    out_used = 0;
  }
  printf("parsed %u, forks %u, leaves %u\n", parsed, forks, leaves);
  return 0;
}
