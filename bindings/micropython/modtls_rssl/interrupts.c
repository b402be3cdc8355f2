/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Where MICROPY_ASYNC_KBD_INTR is on, the handler of SIGINT jumps to the innermost exception
 * handler from wherever the program is. Across librssl that would leave its locks held.
 */
#include "modtls_rssl.h"

#if MICROPY_ASYNC_KBD_INTR

interrupts_t interrupts_hold(void) {
    sigset_t interrupt, before;
    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    return before;
}

void interrupts_release(const interrupts_t *before) {
    pthread_sigmask(SIG_SETMASK, before, NULL);
}

#else

interrupts_t interrupts_hold(void) {
    return 0;
}

void interrupts_release(const interrupts_t *before) {
    (void)before;
}

#endif
