/* Usage: lease <file>. Holds a lease on a file: a process that starts that file waits until this one ends, as on a dead disk. */
#define _GNU_SOURCE
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <unistd.h>

int main(int argc, char **argv) {
  int fd = argc > 1 ? open(argv[1], O_RDWR) : -1;
  signal(SIGIO, SIG_IGN);
  if (fcntl(fd, F_SETLEASE, F_WRLCK) < 0) return 1;
  puts("held");
  fflush(stdout);
  for (;;) pause();
}
