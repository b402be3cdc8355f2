/* For LD_PRELOAD into a server at rest: on SIGUSR2 glibc gives back the memory that is free, which
 * it would keep for allocations to come. What is resident afterwards is in use. */
#include <malloc.h>
#include <signal.h>
#include <string.h>

/* Not safe in a signal handler in general; here the program waits in epoll_wait. */
static void trim(int number) {
  (void)number;
  malloc_trim(0);
}

__attribute__((constructor)) static void catch_signal(void) {
  struct sigaction action;
  memset(&action, 0, sizeof action);
  action.sa_handler = trim;
  sigaction(SIGUSR2, &action, NULL);
}
