/** Bits of ThreadInfo.flags: clone flags in their portable form, and bits that only the state sets. */

export const CLONE_FILES = 1 << 0;
export const CLONE_THREAD = 1 << 13;
/** The clone was first seen in the child. */
export const CLONE_INVERTED = 1 << 16;
/** The program changed, or is not known from its clone. */
export const NAME_CHANGED = 1 << 17;
/** The thread exited. */
export const CLOSED = 1 << 18;
/** An event other than its clone was seen, or it was in the process list. */
export const ACTIVE = 1 << 19;
export const CLONE_NEWUSER = 1 << 20;
/** Its standard output was dup'ed to 1: the left side of a shell pipe. */
export const PIPE_SOURCE = 1 << 21;
/** Its standard input was dup'ed to 0: the right side of a shell pipe. */
export const PIPE_DEST = 1 << 22;
/** The child runs in another pid namespace than the init one. */
export const CHILD_IN_PIDNS = 1 << 29;
export const IS_MAIN_THREAD = 1 << 30;

/** What an exec keeps. */
export const KEPT_ON_EXEC = PIPE_SOURCE | PIPE_DEST | IS_MAIN_THREAD | CLONE_INVERTED;
