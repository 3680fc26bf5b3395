/*
 * timers-forker starts commands for timers, because a large process forks slowly. It ends when timers does.
 *
 * Descriptor 3 is a stream socket to timers. All numbers have 32 bits, in the byte order of the machine.
 * A request is its length in bytes (a multiple of 4, at most 16 MiB), its kind, the command's id (set by timers), and:
 *   1 START   flags, uid, gid, groups, argc, envc, grace (ms), stdout, stderr, until; then the group ids; then strings,
 *             each with its NUL: folder, words, variables. Flags: 1 change the user, 2 keep the command when timers is
 *             gone. From `until` on (tenths of a second of /proc/uptime; 0 for never), a start fails with ECANCELED.
 *             An output is 0 for /dev/null, 1 for the forker's own, 2 for a pipe, 3 (stderr only) for that of stdout.
 *   2 CLOSE   timers cannot read the pipes: the forker closes its ends.
 *   3 SEEN    timers knows how the command ended: the forker reaps it. Until then, its pid and group are not reused.
 *   4 SIGNAL  a signal for the group of the command, which may still be starting.
 *   5 PING    the forker replies with HELLO.
 * A reply has 8 numbers: its kind, the id, the pid, and:
 *   1 HELLO   the version of this protocol. The first reply, and the reply to PING.
 *   2 STARTED the program runs; descriptors of its pipes or -1: open /proc/<pid of the forker>/fd/<descriptor>.
 *   3 FAILED  nothing runs; errno, stage (enum stage).
 *   4 ENDED   exit code or -1, signal or 0, CPU time in µs (low, high), largest resident memory in KiB.
 * Every process that a command starts inherits the command's mark, even across exec: a soft RLIMIT_RTTIME that is too
 * high to be reached. See mark_of().
 * When the socket closes, and after a request that breaks these rules, the forker ends all commands without flag 2 and
 * the processes they started: SIGTERM, grace, SIGKILL. It discards their output meanwhile, because SIGPIPE would end
 * those that print. It leaves processes of commands that ended earlier.
 * If an argument names a file, the forker appends each end that timers has not seen. A line has the TIMERS_RUN_ID, the
 * exit code or -1, and the signal or 0.
 */
#define _GNU_SOURCE
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <malloc.h>
#include <poll.h>
#include <sched.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/times.h>
#include <sys/wait.h>
#include <unistd.h>

_Static_assert(sizeof(long) == 8 && sizeof(gid_t) == 4, "struct rusage and gid_t must match those of the kernel");

enum { VERSION = 4, HEAD = 3, START_HEAD = 13, A_TURN = 8, LARGEST = 16 << 20, PATIENCE = 5000 };
enum request { START = 1, CLOSE, SEEN, SIGNAL, PING };
enum reply { HELLO = 1, STARTED, FAILED, ENDED };
enum output { TO_NULL, TO_OWN, TO_PIPE, TO_STDOUT };

#include "child.h"

struct command {
  pid_t pid;
  uint32_t id;
  int64_t grace;
  int keep, report, pipes[2]; /* descriptors, or -1 for none. A command with a report is starting. */
  int stage, error, ended, code, signal;
  struct start *start; /* NULL once the program runs */
  char run_id[64];
};

static struct command *commands;
static char *in, *out;
static size_t count, room, in_used, in_room, out_used, out_room;
static int null_fd, has_peak;
static const char *ends_file;

static void *grow(void *memory, size_t size) {
  if (!(memory = memory ? realloc(memory, size) : malloc(size))) _exit(70);
  return memory;
}

static void wake(int number) { (void)number; }
static void close_one(int *fd) { *fd = *fd >= 0 ? close(*fd), -1 : -1; }
static void close_pipes(struct command *command) { close_one(&command->pipes[0]), close_one(&command->pipes[1]); }

/* Finds a command by its pid or, if that is 0, by its id. */
static struct command *find(pid_t pid, uint32_t id) {
  for (size_t i = 0; i < count; i++)
    if (pid ? commands[i].pid == pid : commands[i].id == id) return &commands[i];
  return NULL;
}

static struct command *add(struct command command) {
  if (count == room) commands = grow(commands, (room = room * 2 + 64) * sizeof *commands);
  commands[count] = command;
  return &commands[count++];
}

/* Removes a command. The last command moves into its place. */
static void forget(struct command *command) {
  close_one(&command->report), close_pipes(command), free(command->start), *command = commands[--count];
}

/* Until it leads a group, a command is a single process. Its pid is not reused until it is reaped. */
static void signal_group(const struct command *command, int number) {
  if (kill(-command->pid, number) < 0) kill(command->pid, number);
}

static void reply(enum reply kind, uint32_t id, pid_t pid, const int32_t more[5]) {
  int32_t words[8] = {(int32_t)kind, (int32_t)id, pid, more[0], more[1], more[2], more[3], more[4]};
  if (out_room - out_used < sizeof words) out = grow(out, out_room = out_room * 2 + 4096);
  memcpy(out + out_used, words, sizeof words), out_used += sizeof words;
}

/* Copies a request, with room for a stack. Returns NULL if the request contradicts itself. */
static struct start *parse_start(const uint32_t *request) {
  size_t length = request[0];
  if (length < START_HEAD * 4) return NULL;
  size_t argc = request[7], envc = request[8], groups = (size_t)request[6] * 4, rest = length - START_HEAD * 4;
  if (groups >= rest || request[10] > TO_PIPE || request[11] > TO_STDOUT) return NULL;
  if (((const char *)request)[length - 1] || argc < 1 || argc + envc > rest - groups) return NULL;
  size_t words = (argc + envc + 3) * sizeof(char *), size = sizeof(struct start) + words + rest + STACK;
  struct start *s = grow(NULL, size);
  char **argv = (char **)(s + 1) + 1, *copy = memcpy((char *)(s + 1) + words, request + START_HEAD, rest);
  char *at = copy + groups, *end = copy + rest;
  *s = (struct start){.id = request[2], .flags = request[3], .uid = request[4], .gid = request[5], .grace = request[9],
                      .out = request[10], .err = request[11], .until = request[12], .group_count = request[6], .run_id = "",
                      .groups = (gid_t *)(void *)copy, .folder = at, .path = "/usr/local/bin:/bin:/usr/bin", .null = null_fd,
                      .argv = argv, .env = argv + argc + 1, .stack_top = (char *)s + size / 16 * 16};
  argv[argc] = s->env[envc] = NULL;
  for (size_t i = 0; i < argc + envc; i++) {
    at += strlen(at) + 1;
    if (at >= end) return free(s), NULL;
    *(i < argc ? &argv[i] : &s->env[i - argc]) = at;
    if (i >= argc && !strncmp(at, "PATH=", 5)) s->path = at + 5;
    if (i >= argc && !strncmp(at, "TIMERS_RUN_ID=", 14)) s->run_id = at + 14;
  }
  return s;
}

/* Lets all users write, because a command may open /dev/stdout after it has changed its user. */
static int make_pipe(int ends[2]) { return pipe2(ends, O_CLOEXEC) < 0 || fchmod(ends[1], 0622) < 0 ? -1 : 0; }

/* Creates the child. Falls back to fork, because an emulator cannot share memory, and a sandbox may not allow it. */
static pid_t create(struct start *s) {
  int shares = s->flags & AS_USER ? 0 : SHARES_MEMORY;
  pid_t pid = shares ? clone(child, s->stack_top, shares | SIGCHLD, s) : -1;
  if (pid < 0) pid = fork();
  if (pid == 0) _exit(child(s));
  return pid;
}

static void start(struct start *s) {
  int pipes[3][2] = {{-1, -1}, {-1, -1}, {-1, -1}}, wanted[3] = {s->out == TO_PIPE, s->err == TO_PIPE, 1};
  enum stage stage = find(0, s->id) ? S_REQUEST : S_PIPE;
  pid_t pid = -1;
  int made = stage == S_PIPE, *to = s->outputs;
  errno = EINVAL;
  for (int i = 0; i < 3 && made; i++) made = !wanted[i] || make_pipe(pipes[i]) == 0;
  to[0] = s->out == TO_NULL ? null_fd : pipes[0][1];
  to[1] = s->err == TO_NULL ? null_fd : s->err == TO_STDOUT ? (to[0] < 0 ? 1 : to[0]) : pipes[1][1];
  s->report = pipes[2][1];
  if (made) stage = S_FORK, pid = create(s);
  if (pid < 0) reply(FAILED, s->id, 0, (int32_t[5]){errno, (int32_t)stage});
  for (int i = 0; i < 3; i++) close_one(&pipes[i][1]);
  for (int i = 0; i < 3 && pid < 0; i++) close_one(&pipes[i][0]);
  if (pid < 0) return free(s);
  fcntl(pipes[2][0], F_SETFL, O_NONBLOCK);
  struct command *command = add((struct command){.pid = pid, .id = s->id, .grace = s->grace, .keep = (s->flags & KEEP) != 0,
                                                 .report = pipes[2][0], .pipes = {pipes[0][0], pipes[1][0]}, .start = s});
  snprintf(command->run_id, sizeof command->run_id, "%s", s->run_id);
}

/* Executes a request. Returns whether it is valid. */
static int serve(uint32_t *request) {
  struct start *s = request[1] == START ? parse_start(request) : NULL;
  if (request[1] == START) return s ? start(s), 1 : 0;
  if (request[1] < CLOSE || request[1] > PING || request[0] != (request[1] == SIGNAL ? HEAD + 1 : HEAD) * 4) return 0;
  struct command *command = find(0, request[2]);
  if (request[1] == PING) reply(HELLO, request[2], getpid(), (int32_t[5]){VERSION});
  if (!command) return 1; /* it has failed in the meantime */
  if (request[1] == CLOSE) close_pipes(command);
  if (request[1] == SIGNAL) signal_group(command, (int)request[3]);
  if (request[1] == SEEN && command->ended) waitpid(command->pid, NULL, 0), forget(command);
  return 1;
}

/*
 * Reads whether a start has succeeded. Exec closes the report, and so does the end of the process. After that, the
 * child no longer uses its stack.
 */
static void conclude(struct command *command) {
  int32_t failure[2];
  ssize_t n = read(command->report, failure, sizeof failure);
  if (n > 0) command->stage = failure[0], command->error = failure[1], n = read(command->report, failure, sizeof failure);
  if (n < 0) return;
  if (command->stage) {
    reply(FAILED, command->id, 0, (int32_t[5]){command->error, command->stage}), forget(command);
    return;
  }
  reply(STARTED, command->id, command->pid, (int32_t[5]){command->pipes[0], command->pipes[1]});
  close_one(&command->report), free(command->start), command->start = NULL;
}

/*
 * Returns whether a process has ended, and leaves it a zombie. Unlike the library's waitid, the system call reports
 * resource usage.
 */
static int has_ended(idtype_t type, pid_t pid, siginfo_t *end, struct rusage *used) {
  end->si_pid = 0;
  return syscall(SYS_waitid, type, pid, end, WEXITED | WNOHANG | WNOWAIT, used) == 0 && end->si_pid != 0;
}

/* Reports the end of a command. Returns whether the command ran, and did not just fail to start. */
static int note_end(struct command *command, const siginfo_t *end, const struct rusage *used) {
  if (command && command->report >= 0) conclude(command), command = find(end->si_pid, 0);
  if (!command) return 0;
  const struct timeval *user = &used->ru_utime, *system = &used->ru_stime;
  int64_t cpu = (int64_t)(user->tv_sec + system->tv_sec) * 1000000 + user->tv_usec + system->tv_usec;
  int has_code = end->si_code == CLD_EXITED, code = has_code ? end->si_status : -1, number = has_code ? 0 : end->si_status;
  command->ended = 1, command->code = code, command->signal = number;
  int32_t facts[5] = {code, number, (int32_t)cpu, (int32_t)(cpu >> 32), (int32_t)used->ru_maxrss};
  reply(ENDED, command->id, command->pid, facts);
  return 1;
}

/*
 * Reports ended commands, and reaps adopted processes. A zombie that timers has not seen hides all others, so each
 * command is checked then.
 */
static void look(void) {
  siginfo_t end;
  struct rusage used;
  while (has_ended(P_ALL, 0, &end, &used)) {
    struct command *command = find(end.si_pid, 0);
    if (command && command->ended) break;
    if (!note_end(command, &end, &used)) waitpid(end.si_pid, NULL, 0);
  }
  for (size_t i = end.si_pid ? count : 0; i-- > 0;)
    if (!commands[i].ended && has_ended(P_PID, commands[i].pid, &end, &used)) note_end(&commands[i], &end, &used);
}

/* Returns the command that a process belongs to, by its mark. Without a mark, returns `unmarked`. */
static const struct command *owner_of(pid_t pid, const struct command *unmarked) {
  unsigned long mark = 0;
  char line[256];
  snprintf(line, sizeof line, "/proc/%d/limits", (int)pid);
  FILE *limits = fopen(line, "re");
  while (limits && fgets(line, sizeof line, limits)) sscanf(line, "Max realtime timeout %lu", &mark);
  if (limits) fclose(limits);
  for (size_t i = 0; i < count; i++)
    if (*commands[i].run_id && mark_of(commands[i].run_id) == mark) return &commands[i];
  return mark > mark_of("") ? NULL : unmarked;
}

/*
 * Signals a process if it belongs to a command that must end. Returns whether it does and is alive. Members of the
 * group of a command have already received SIGTERM. A process without a mark that the forker has adopted may be of any
 * command.
 */
static int end_process(pid_t pid, int64_t elapsed, const struct command *unknown) {
  pid_t reaped = pid <= 0 || find(pid, 0) ? 1 : waitpid(pid, NULL, WNOHANG); /* -1: it has another parent */
  if (reaped > 0) return 0;
  const struct command *leader = find(getpgid(pid), 0), *owner = leader ? leader : owner_of(pid, reaped ? NULL : unknown);
  if (!owner || owner->keep) return 0;
  if (elapsed >= owner->grace) kill(pid, SIGKILL);
  else if (elapsed == 0 && !leader) kill(pid, SIGTERM), kill(pid, SIGCONT);
  return 1;
}

/*
 * Signals all processes that must end: groups first, because a shell that outlived its child would begin the next
 * command. Returns whether one of them is alive.
 */
static int end_more(int64_t elapsed, const struct command *unknown) {
  int any = 0;
  DIR *all = opendir("/proc");
  look();
  for (struct command *command = commands; command < commands + count; command++) {
    if (command->keep) continue;
    if (elapsed >= command->grace) signal_group(command, SIGKILL);
    any |= !command->ended;
  }
  for (struct dirent *each; all && (each = readdir(all));) any |= end_process(atoi(each->d_name), elapsed, unknown);
  if (all) closedir(all);
  return any;
}

/* Reads what commands have printed, up to a limit, so that a flood delays no other command. */
static void discard(void) {
  static char dropped[65536];
  for (size_t i = 0; i < count * 2; i++) {
    int fd = commands[i / 2].pipes[i % 2], more = 16;
    while (fd >= 0 && more-- && read(fd, dropped, sizeof dropped) > 0) continue;
  }
}

static _Noreturn void leave(void) {
  struct command unknown = {.grace = 0}, *command = commands;
  for (size_t i = 0; i < count; i++, command++) {
    if (command->keep) close_pipes(command);
    for (int j = 0; j < 2; j++) fcntl(command->pipes[j], F_SETFL, O_NONBLOCK);
    if (command->grace > unknown.grace) unknown.grace = command->grace;
    unknown.keep |= command->keep;
    if (!command->ended && !command->keep) signal_group(command, SIGTERM), signal_group(command, SIGCONT);
  }
  int64_t most = unknown.grace + PATIENCE, elapsed = 0, since = times(NULL);
  for (int pause = 3; end_more(elapsed, &unknown) && elapsed < most; elapsed = (times(NULL) - since) * 10 + 1)
    discard(), poll(NULL, 0, pause += pause < 60 ? pause : 0); /* a tick is 10 ms */
  int fd = -1, how = O_WRONLY | O_CREAT | O_APPEND | O_NOFOLLOW | O_CLOEXEC;
  for (size_t i = 0; ends_file && i < count; i++)
    if (commands[i].ended && *commands[i].run_id && (fd >= 0 || (fd = open(ends_file, how, 0600)) >= 0))
      dprintf(fd, "%s %d %d\n", commands[i].run_id, commands[i].code, commands[i].signal);
  while (waitpid(-1, NULL, WNOHANG) > 0) continue;
  _exit(0);
}

static void flush(void) {
  ssize_t n = out_used ? send(LINE, out, out_used, MSG_NOSIGNAL) : 0;
  if (n < 0 && errno != EAGAIN && errno != EINTR) leave();
  if (n > 0) memmove(out, out + n, out_used -= (size_t)n);
}

/* Serves only a few requests, because ended commands wait. Returns whether there may be more. */
static int hear(void) {
  size_t at = 0;
  int served = 0;
  for (uint32_t *request; served < A_TURN && in_used - at >= HEAD * 4; served++, at += *request) {
    request = (uint32_t *)(void *)(in + at);
    if (*request < HEAD * 4 || *request > LARGEST || *request % 4) leave();
    if (in_used - at < *request) break;
    if (!serve(request)) leave();
  }
  if (at) memmove(in, in + at, in_used -= at);
  if (!in_used && in_room > LARGEST / 16) free(in), in = NULL, in_room = 0, has_peak = 1;
  return served == A_TURN;
}

/* Resets the peak memory of the forker. It would count as that of each command, because they share it until exec. */
static void forget_peak(void) {
  int fd = open("/proc/self/clear_refs", O_WRONLY | O_CLOEXEC);
  if (fd >= 0) dprintf(fd, "5"), close(fd);
  has_peak = 0;
}

/* Waits for requests, ended commands and reports of starting commands, so that a slow exec delays no other start. */
static void wait_for_more(const struct timespec *timeout, const sigset_t *mask) {
  static struct pollfd *fds;
  nfds_t polled = 1;
  fds = grow(fds, (count + 1) * sizeof *fds);
  fds[0] = (struct pollfd){LINE, out_used ? POLLIN | POLLOUT : POLLIN, 0};
  for (size_t i = 0; i < count; i++)
    if (commands[i].report >= 0) fds[polled++] = (struct pollfd){commands[i].report, POLLIN, 0};
  if (has_peak && polled == 1) forget_peak(); /* nothing is starting, so all large memory is free */
  if (ppoll(fds, polled, timeout, mask) <= 0) return;
  for (size_t i = polled > 1 ? count : 0; i-- > 0;)
    if (commands[i].report >= 0) conclude(&commands[i]);
  if (!(fds[0].revents & (POLLIN | POLLHUP | POLLERR))) return;
  if (in_room - in_used < 65536) in = grow(in, in_room = in_room * 2 + 131072);
  ssize_t n = recv(LINE, in + in_used, in_room - in_used, 0);
  if (n == 0 || (n < 0 && errno != EAGAIN && errno != EINTR)) leave();
  if (n > 0) in_used += (size_t)n;
}

/*
 * Only SIGKILL and the socket end this process. A signal to all processes of timers must not make it lose how commands
 * ended.
 */
int main(int argc, char **argv) {
  static const int with_core[] = {SIGQUIT, SIGILL, SIGTRAP, SIGABRT, SIGBUS, SIGFPE, SIGSEGV, SIGXCPU, SIGXFSZ, SIGSYS};
  sigset_t mask;
  if (fcntl(LINE, F_GETFD) < 0) return 64;
  if (argc > 1) ends_file = argv[1];
  sigfillset(&mask), sigprocmask(SIG_SETMASK, &mask, NULL);
  for (int i = 1; i < NSIG; i++) signal(i, SIG_DFL);
  struct sigaction end = {.sa_handler = end_without_core, .sa_mask = mask}; /* runs only in starting commands */
  for (size_t i = 0; i < sizeof with_core / sizeof *with_core; i++) sigaction(with_core[i], &end, NULL);
  signal(SIGCHLD, wake), sigdelset(&mask, SIGCHLD); /* in a starting command, exec restarts after it */
  syscall(SYS_close_range, LINE + 1, ~0U, 0);
  while ((null_fd = open("/dev/null", O_RDWR | O_CLOEXEC)) >= 0 && null_fd < LINE) fcntl(null_fd, F_SETFD, 0);
  fcntl(LINE, F_SETFD, FD_CLOEXEC), fcntl(LINE, F_SETFL, O_NONBLOCK);
#ifdef M_MMAP_THRESHOLD
  mallopt(M_MMAP_THRESHOLD, 131072); /* otherwise glibc raises it, and keeps memory that large requests have used */
#endif
  prctl(PR_SET_CHILD_SUBREAPER, 1), set_mark(RLIM_INFINITY); /* removes the mark of an outer run */
  if (null_fd < 0 || chdir("/") < 0) return 71;
  reply(HELLO, 0, getpid(), (int32_t[5]){VERSION});
  for (int has_more = 0;; has_more = hear()) {
    look();
    flush();
    wait_for_more(has_more ? &(struct timespec){0, 0} : NULL, &mask);
  }
}
