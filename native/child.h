/*
 * What a new process does until exec. It shares the memory of the forker, as with vfork, because copying the page
 * tables can take longer than the rest of a start. Unlike with vfork, the forker continues, so that a slow exec delays
 * no other start. The child therefore uses only its own request and stack, and system calls that do not set errno. A
 * command of another user is started with fork instead. With shared memory, either that user could trace the forker's
 * memory, or timers could no longer open the forker's /proc/<pid>/fd.
 */
enum { LINE = 3, LONGEST = 4096, STACK = 32768 };
enum { AS_USER = 1, KEEP = 2 }; /* flags */
enum stage { S_REQUEST = 1, S_PIPE, S_FORK, S_SESSION, S_USER, S_FOLDER, S_OUTPUT, S_EXEC, S_LATE };

/*
 * A request to start a command. Its strings and the child's stack follow in the same allocation. It is freed when exec,
 * or the end of the process, has closed the report.
 */
struct start {
  uint32_t id, flags, uid, gid, grace, out, err, until, group_count;
  int null, outputs[2], report, error; /* descriptors; an output of -1 is the forker's own */
  const gid_t *groups;
  const char *folder, *path, *run_id;
  char **argv, **env; /* argv[-1] is reserved for the shell of a script */
  char *stack_top;
};

/* Sanitizers know only the stack of the forker, not that of the child. */
#define IN_CHILD __attribute__((no_sanitize("address", "undefined"))) static

#if defined(__x86_64__)
enum { SHARES_MEMORY = CLONE_VM };
IN_CHILD long call(long number, long a, long b, long c, long d) {
  register long fourth __asm__("r10") = d;
  __asm__ volatile("syscall" : "+a"(number) : "D"(a), "S"(b), "d"(c), "r"(fourth) : "rcx", "r11", "memory");
  return number;
}
#elif defined(__aarch64__)
enum { SHARES_MEMORY = CLONE_VM };
IN_CHILD long call(long number, long a, long b, long c, long d) {
  register long x8 __asm__("x8") = number, x0 __asm__("x0") = a, x1 __asm__("x1") = b, x2 __asm__("x2") = c, x3 __asm__("x3") = d;
  __asm__ volatile("svc 0" : "+r"(x0) : "r"(x8), "r"(x1), "r"(x2), "r"(x3) : "memory");
  return x0;
}
#else
enum { SHARES_MEMORY = 0 };
static long call(long number, long a, long b, long c, long d) {
  long result = syscall(number, a, b, c, d);
  return result < 0 ? -errno : result;
}
#endif

IN_CHILD int fails(struct start *s, long number, long a, long b, long c) {
  long result = call(number, a, b, c, 0);
  s->error = result < 0 ? (int)-result : 0;
  return result < 0;
}

/* Returns the mark of a run. An empty id has the smallest mark. FNV-1a makes the other marks differ. */
IN_CHILD uint64_t mark_of(const char *run_id) {
  uint64_t hash = *run_id ? 14695981039346656037u : 0;
  for (; *run_id; run_id++) hash = (hash ^ (unsigned char)*run_id) * 1099511628211u;
  return hash >> 2 | 1ULL << 62;
}

/* Sets the mark, unless a lower limit is set: that is intentional, and stays. */
IN_CHILD void set_mark(uint64_t mark) {
  uint64_t limit[2]; /* soft, hard */
  if (call(SYS_prlimit64, 0, RLIMIT_RTTIME, 0, (long)limit) < 0 || limit[0] <= mark_of("")) return;
  limit[0] = mark, call(SYS_prlimit64, 0, RLIMIT_RTTIME, (long)limit, 0);
}

/* Like execvp(3), but searches the PATH of the command. */
IN_CHILD void exec(struct start *s) {
  char file[LONGEST], *name = s->argv[0];
  int is_denied = 0;
  for (const char *at = strchr(name, '/') || !*name ? "" : s->path, *end; at; at = *end ? end + 1 : NULL) {
    end = strchrnul(at, ':');
    size_t length = (size_t)(end - at), size = strlen(name) + 1;
    s->error = ENAMETOOLONG;
    if (length + (length > 0) + size <= LONGEST) {
      memcpy(file, at, length);
      if (length) file[length++] = '/';
      memcpy(file + length, name, size);
      fails(s, SYS_execve, (long)file, (long)s->argv, (long)s->env);
    }
    if (s->error == ENOEXEC) /* a script without a #! line */
      s->argv[-1] = (char *)"/bin/sh", s->argv[0] = file, fails(s, SYS_execve, (long)"/bin/sh", (long)(s->argv - 1), (long)s->env);
    if (s->error == EACCES) is_denied = 1;
    else if (s->error != ENOENT && s->error != ENOTDIR && s->error != ENAMETOOLONG) return;
  }
  if (is_denied) s->error = EACCES;
}

/*
 * Returns whether `until` has been reached, in tenths of a second of /proc/uptime. timers reads the same file, because
 * a container may have its own.
 */
IN_CHILD int is_over(uint32_t until) {
  char text[32] = "", *at = text;
  long fd = until ? call(SYS_openat, AT_FDCWD, (long)"/proc/uptime", O_RDONLY | O_CLOEXEC, 0) : -1;
  if (fd < 0 || call(SYS_read, fd, (long)text, sizeof text - 1, 0) <= 0) return 0;
  uint64_t tenths = 0;
  for (; *at >= '0' && *at <= '9'; at++) tenths = tenths * 10 + (uint64_t)(*at - '0');
  return at > text && tenths * 10 + (uint64_t)(*at == '.' ? at[1] - '0' : 0) >= until;
}

/*
 * Before Linux 5.16, a core dump ends all processes that share the memory, so a signal that causes one becomes SIGKILL.
 */
IN_CHILD void end_without_core(int number) { (void)number, call(SYS_kill, call(SYS_getpid, 0, 0, 0, 0), SIGKILL, 0, 0); }

/* Becomes the command. Returns only if that fails: the stage that failed, with the error in `s`. */
IN_CHILD enum stage become(struct start *s) {
  if (fails(s, SYS_setsid, 0, 0, 0)) return S_SESSION;
  if (fails(s, SYS_dup3, s->null, 0, 0)) return S_OUTPUT;
  for (int i = 0; i < 2; i++)
    if (s->outputs[i] >= 0 && fails(s, SYS_dup3, s->outputs[i], i + 1, 0)) return S_OUTPUT;
  if (fails(s, SYS_dup3, s->report, LINE, O_CLOEXEC)) return S_OUTPUT;
  s->report = LINE; /* only the forker keeps the socket and other pipes, however long exec takes */
  call(SYS_close_range, LINE + 1, ~0U, 0, 0);
  if (*s->run_id) set_mark(mark_of(s->run_id));
  if (s->flags & AS_USER && (fails(s, SYS_setgroups, s->group_count, (long)s->groups, 0) || fails(s, SYS_setgid, s->gid, 0, 0) ||
                             fails(s, SYS_setuid, s->uid, 0, 0)))
    return S_USER;
  if (fails(s, SYS_chdir, (long)s->folder, 0, 0)) return S_FOLDER; /* with the permissions of the user */
  call(SYS_rt_sigprocmask, SIG_SETMASK, (long)&(uint64_t){0}, 0, sizeof(uint64_t)); /* exec resets the handlers */
  if (is_over(s->until)) return s->error = ECANCELED, S_LATE; /* timers may have been suspended since its request */
  exec(s);
  return S_EXEC;
}

/* Returns the exit code of a process that could not become the command. */
IN_CHILD int child(void *data) {
  struct start *s = data;
  int32_t stage = (int32_t)become(s), failure[2] = {stage, s->error};
  return call(SYS_write, s->report, (long)failure, sizeof failure, 0) < 0 ? 126 : 127;
}
