/**
 * What library functions throw, and the texts that Lua and C share: chunk names in messages and errno names.
 *
 * The kernel knows neither call frames nor function names, so it throws errors without a position; the tier that
 * called it adds "file:line:" and the name of the function, as it would for its own errors.
 */

/** A library function refuses; `message` is the text without position. */
export class KernelError extends Error {
  override name = 'KernelError';
}

/** A library function refuses one argument: "bad argument #index to 'name' (detail)". */
export class ArgumentError extends KernelError {
  override name = 'ArgumentError';
  constructor(
    /** Counted from 1, a method's `self` included. */
    readonly index: number,
    readonly detail: string,
  ) {
    super(`bad argument #${index} (${detail})`);
  }
}

/** The message for a bad argument once the function's name is known; `method` tells that it was called with `:`. */
export function argumentMessage(error: ArgumentError, functionName: string, method = false): string {
  let index = error.index;
  if (method) {
    index--;
    if (index === 0) return `calling '${functionName}' on bad self (${error.detail})`;
  }
  return `bad argument #${index} to '${functionName}' (${error.detail})`;
}

/** Longest chunk name in a message, as a C buffer with its NUL. */
const SOURCE_SIZE = 60;

/**
 * How a chunk is called in messages: `=text` verbatim, `@path` as the path (its tail when long), anything else as
 * `[string "first line..."]`, where a line ends at any control character.
 */
export function shortSource(chunkName: string): string {
  if (chunkName.startsWith('=')) return chunkName.slice(1, SOURCE_SIZE);
  if (chunkName.startsWith('@')) {
    const path = chunkName.slice(1);
    return path.length < SOURCE_SIZE ? path : `...${path.slice(path.length - (SOURCE_SIZE - 4))}`;
  }
  const control = chunkName.search(/[\x00-\x1f]/);
  const length = control < 0 ? chunkName.length : control;
  if (length === chunkName.length && length <= SOURCE_SIZE - 12) return `[string "${chunkName}"]`;
  return `[string "${chunkName.slice(0, Math.min(length, SOURCE_SIZE - 15))}..."]`;
}

/** errno values and texts of Linux's C library that file and process functions can meet. */
const ERRNO: Record<string, readonly [number, string]> = {
  EPERM: [1, 'Operation not permitted'],
  ENOENT: [2, 'No such file or directory'],
  ESRCH: [3, 'No such process'],
  EINTR: [4, 'Interrupted system call'],
  EIO: [5, 'Input/output error'],
  ENXIO: [6, 'No such device or address'],
  E2BIG: [7, 'Argument list too long'],
  ENOEXEC: [8, 'Exec format error'],
  EBADF: [9, 'Bad file descriptor'],
  ECHILD: [10, 'No child processes'],
  EAGAIN: [11, 'Resource temporarily unavailable'],
  ENOMEM: [12, 'Cannot allocate memory'],
  EACCES: [13, 'Permission denied'],
  EFAULT: [14, 'Bad address'],
  EBUSY: [16, 'Device or resource busy'],
  EEXIST: [17, 'File exists'],
  EXDEV: [18, 'Invalid cross-device link'],
  ENODEV: [19, 'No such device'],
  ENOTDIR: [20, 'Not a directory'],
  EISDIR: [21, 'Is a directory'],
  EINVAL: [22, 'Invalid argument'],
  ENFILE: [23, 'Too many open files in system'],
  EMFILE: [24, 'Too many open files'],
  ENOTTY: [25, 'Inappropriate ioctl for device'],
  ETXTBSY: [26, 'Text file busy'],
  EFBIG: [27, 'File too large'],
  ENOSPC: [28, 'No space left on device'],
  ESPIPE: [29, 'Illegal seek'],
  EROFS: [30, 'Read-only file system'],
  EMLINK: [31, 'Too many links'],
  EPIPE: [32, 'Broken pipe'],
  ENAMETOOLONG: [36, 'File name too long'],
  ENOSYS: [38, 'Function not implemented'],
  ENOTEMPTY: [39, 'Directory not empty'],
  ELOOP: [40, 'Too many levels of symbolic links'],
  EOVERFLOW: [75, 'Value too large for defined data type'],
  ENOTSOCK: [88, 'Socket operation on non-socket'],
  EDESTADDRREQ: [89, 'Destination address required'],
  EMSGSIZE: [90, 'Message too long'],
  EPROTOTYPE: [91, 'Protocol wrong type for socket'],
  EOPNOTSUPP: [95, 'Operation not supported'],
  EAFNOSUPPORT: [97, 'Address family not supported by protocol'],
  EADDRINUSE: [98, 'Address already in use'],
  EADDRNOTAVAIL: [99, 'Cannot assign requested address'],
  ENETUNREACH: [101, 'Network is unreachable'],
  ECONNABORTED: [103, 'Software caused connection abort'],
  ECONNRESET: [104, 'Connection reset by peer'],
  EISCONN: [106, 'Transport endpoint is already connected'],
  ENOTCONN: [107, 'Transport endpoint is not connected'],
  ETIMEDOUT: [110, 'Connection timed out'],
  ECONNREFUSED: [111, 'Connection refused'],
  EHOSTUNREACH: [113, 'No route to host'],
  EALREADY: [114, 'Operation already in progress'],
  EINPROGRESS: [115, 'Operation now in progress'],
  EDQUOT: [122, 'Disk quota exceeded'],
};

/** What a failed file function returns: nil, "path: reason", errno. */
export type FileFailure = [undefined, string, number];

/** The error triple for a failed system call (a Node `ErrnoException`); anything else is thrown on. */
export function fileFailure(error: unknown, path?: string): FileFailure {
  if (!(error instanceof Error) || !('code' in error)) throw error;
  const [number, text] = ERRNO[String(error.code)] ?? [
    'errno' in error ? Math.abs(Number(error.errno)) : 5,
    String(error.code),
  ];
  return [undefined, path === undefined ? text : `${path}: ${text}`, number];
}

/** The error triple for an errno named here. */
export function errnoFailure(name: keyof typeof ERRNO & string, path?: string): FileFailure {
  const [number, text] = ERRNO[name]!;
  return [undefined, path === undefined ? text : `${path}: ${text}`, number];
}

const TEXT_OF_ERRNO = new Map(Object.values(ERRNO));

/** The C library's text for an errno. */
export const errnoText = (errno: number): string => TEXT_OF_ERRNO.get(errno) ?? `Unknown error ${errno}`;
