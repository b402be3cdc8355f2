/* SPDX-License-Identifier: MIT OR Apache-2.0
 *
 * Counts the contexts and sockets of librssl: many kilobytes each, outside of the heap whose
 * filling starts a garbage collection.
 */
#include "modtls_rssl.h"
#include "py/gc.h"
#include "py/mphal.h"
#include "py/mpstate.h"

#define HANDLES_FEW 64

static size_t handles;
static size_t handles_allowed = HANDLES_FEW;

void handles_before_new(void) {
    // Locked, the collector may be at work: a finaliser's stream makes a connection.
    if (handles < handles_allowed || !MP_STATE_MEM(gc_auto_collect_enabled) || gc_is_locked()) {
        return;
    }
    gc_collect();
    // Those that are still in use must not make every new one collect again.
    handles_allowed = handles * 2 > HANDLES_FEW ? handles * 2 : HANDLES_FEW;
}

static void count(size_t change) {
    mp_uint_t state = MICROPY_BEGIN_ATOMIC_SECTION(); // threads may run without a common lock
    handles += change;
    MICROPY_END_ATOMIC_SECTION(state);
}

void handles_made(void) {
    count(1);
}

void handles_freed(void) {
    count((size_t)-1);
}
