/** Errors of chisels as the user sees them: the message is the whole line. */

export class ChiselError extends Error {
  override name = 'ChiselError';
  /** The chisel's file, where the error is one of its Lua code. */
  file: string | undefined;
  constructor(
    message: string,
    /** Exit status the program should end with. */
    readonly exitStatus = 1,
  ) {
    super(message);
  }
}

/** What Lua sees when an API function was called wrongly; the explanation goes to stderr. Same value as in sysdig. */
export const API_MISUSE = 'C++ exception';
