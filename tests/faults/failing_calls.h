/* read, recv, write, send, sendmsg and poll that fail or fall short on chosen descriptors.
 *
 * They stand in the program in front of libc's, and so in front of librssl.so's use of them, as an
 * object named by LD_PRELOAD would. One thread at a time may use the chosen descriptors. */
#ifndef FAULTS_FAILING_CALLS_H
#define FAULTS_FAILING_CALLS_H

#include <stdbool.h>

enum call_fault {
  CALL_SHORT,       /* moves one byte */
  CALL_INTERRUPTED, /* EINTR */
  CALL_WOULD_BLOCK  /* EAGAIN */
};

/* Chooses the descriptors, and the call that fails: the one numbered `at` of those on them, or, if
 * that is negative, about half of them, always the same ones. */
void fail_calls(const int fds[2], enum call_fault fault, int at);

/* Lets all calls through again; how many failed since. */
int stop_failing_calls(void);

#endif
