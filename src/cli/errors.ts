/** Errors of the command line and what they do to the exit status. */

/** Exit statuses; docs/command-line.md explains them. */
export const EXIT_OK = 0;
export const EXIT_ERROR = 1;
/** Live capture is not possible here: no rights, no kernel support, no addon. */
export const EXIT_NO_LIVE = 3;
/** Events were lost, and --fail-on-drop asked for that to be a failure. */
export const EXIT_LOST = 4;
export const EXIT_UNSUPPORTED_VERSION = 8;

/** A mistake in the command line; the message is one line that says what to do. */
export class UsageError extends Error {
  override name = 'UsageError';
}
