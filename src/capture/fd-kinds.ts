/** Kinds of descriptors, as bits: what an open file is in the kernel. The probe's table of kinds (probe/bpf) has the same. */
export const FD_NO_SOCKET = 1;
export const FD_INET_SOCKET = 2;
export const FD_UNIX_SOCKET = 4;
export const FD_OTHER_SOCKET = 8;
export const FD_ANY = 15;
