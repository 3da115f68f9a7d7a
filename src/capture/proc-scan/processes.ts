/** The process list block: one entry for each thread, from /proc/PID and /proc/PID/task/TID. */
import { statSync } from 'node:fs';
import type { BlockWriter } from './block-writer.js';
import { linkOf, numbersIn, readProc, readSmallProc } from './proc-file.js';

const SHORT_MAX = 1023;
const LONG_MAX = 4095;
/** Flags of a thread that is not its process's first: it shares files and belongs to the group. */
const THREAD_FLAGS = 8192 | 1;

/** What all threads of a process have in common. */
interface Image {
  exe: string;
  exepath: string;
  args: string;
  env: string;
  cwd: string;
  root: string;
  cgroups: string;
  fdlimit: number;
  loginuid: number;
  vpid: number;
}

/** Lines of /proc/PID/status as a map; values without leading blanks. */
function statusOf(text: string): (key: string) => string {
  return (key) => {
    const at = text.startsWith(`${key}:`) ? 0 : text.indexOf(`\n${key}:`) + 1;
    if (at === 0 && !text.startsWith(`${key}:`)) return '';
    const end = text.indexOf('\n', at);
    return text.slice(at + key.length + 1, end < 0 ? undefined : end).trim();
  };
}

const nth = (value: string, n: number): number => Number(value.split(/\s+/).at(n) || 0);

/** NUL-separated `subsystem=path`; the one hierarchy of version 2 stands for the five subsystems that readers ask for. */
export function cgroupText(file: string): string {
  const paths = new Map<string, string>();
  let unified: string | undefined;
  for (const line of file.split('\n')) {
    const m = /^\d+:([^:]*):(.*)$/.exec(line);
    if (!m) continue;
    if (m[1] === '') unified = m[2];
    else for (const name of m[1]!.split(',')) paths.set(name === 'blkio' ? 'io' : name.replace(/^name=/, ''), m[2]!);
  }
  if (unified !== undefined)
    for (const name of ['cpuset', 'cpu', 'cpuacct', 'io', 'memory']) if (!paths.has(name)) paths.set(name, unified);
  return [...paths].map(([name, path]) => `${name}=${path}\0`).join('');
}

function imageOf(folder: string, status: (key: string) => string): Image {
  const comm = status('Name');
  const command = readProc(`${folder}/cmdline`, LONG_MAX * 2) ?? '';
  const cut = command.indexOf('\0');
  const limits = readSmallProc(`${folder}/limits`) ?? '';
  const limit = /^Max open files\s+(\S+)/m.exec(limits)?.[1] ?? '0';
  const loginuid = Number(readSmallProc(`${folder}/loginuid`) ?? 0xffffffff);
  return {
    exe: command ? (cut < 0 ? command : command.slice(0, cut)) : comm,
    exepath: (linkOf(`${folder}/exe`) ?? '').replace(/ \(deleted\)$/, ''),
    args: cut < 0 ? '' : command.slice(cut + 1),
    env: readProc(`${folder}/environ`, LONG_MAX) ?? '',
    cwd: linkOf(`${folder}/cwd`) ?? '',
    root: linkOf(`${folder}/root`) ?? '/',
    cgroups: cgroupText(readProc(`${folder}/cgroup`, 65536) ?? ''),
    fdlimit: limit === 'unlimited' ? -1 : Number(limit),
    loginuid: Number.isNaN(loginuid) ? 0xffffffff : loginuid,
    vpid: nth(status('NSpid'), -1),
  };
}

/** Whether the process's user may write to its image: by mode, for the user and group it runs as. */
function exeWritable(folder: string, uid: number, gid: number, capabilities: string): boolean {
  try {
    const s = statSync(`${folder}/exe`);
    if (Number.parseInt(capabilities.slice(-1), 16) & 2) return true;
    if (s.uid === uid) return (s.mode & 0o200) !== 0;
    return (s.mode & (s.gid === gid ? 0o020 : 0o002)) !== 0;
  } catch {
    return false;
  }
}

/**
 * Writes the block. Returns the processes that made it into the list: descriptors may be listed for these alone.
 * @param proc the folder of the proc file system
 * @param only the processes to list; all when left out
 */
export function writeProcesses(w: BlockWriter, proc: string, only?: readonly number[]): number[] {
  const written: number[] = [];
  w.begin(0x215);
  for (const pid of only ?? numbersIn(proc)) {
    const folder = `${proc}/${pid}`;
    let image: Image | undefined;
    for (const tid of numbersIn(`${folder}/task`)) {
      const text = readSmallProc(`${folder}/task/${tid}/status`);
      if (text === undefined) continue;
      const status = statusOf(text);
      image ??= imageOf(folder, status);
      writeThread(w, folder, pid, tid, image, status);
      if (tid === pid) written.push(pid);
    }
  }
  w.end();
  return written;
}

function writeThread(
  w: BlockWriter,
  folder: string,
  pid: number,
  tid: number,
  image: Image,
  status: (key: string) => string,
): void {
  const stat = readSmallProc(`${folder}/task/${tid}/stat`) ?? '';
  // The name stands in parentheses and may hold anything.
  const f = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const uid = nth(status('Uid'), 1);
  const gid = nth(status('Gid'), 1);
  const main = tid === pid;
  const entry = w.beginEntry();
  w.u64(tid);
  w.u64(pid);
  w.u64(Number(status('PPid') || 0));
  w.u64(Number(f[3] || 0));
  w.u64(nth(status('NSpgid'), -1));
  w.text(status('Name'), SHORT_MAX);
  w.text(image.exe, SHORT_MAX);
  w.text(image.exepath, SHORT_MAX);
  w.text(image.args, LONG_MAX);
  w.text(image.cwd, SHORT_MAX);
  w.u64(image.fdlimit);
  w.u32(main ? 0 : THREAD_FLAGS);
  w.u32(uid);
  w.u32(gid);
  w.u32(Number.parseInt(status('VmSize'), 10) || 0);
  w.u32(Number.parseInt(status('VmRSS'), 10) || 0);
  w.u32(Number.parseInt(status('VmSwap'), 10) || 0);
  w.u64(Number(f[9] || 0));
  w.u64(Number(f[7] || 0));
  w.text(main ? image.env : '', LONG_MAX);
  w.u64(nth(status('NSpid'), -1));
  w.u64(image.vpid);
  w.text(image.cgroups, LONG_MAX);
  w.text(image.root, SHORT_MAX);
  // The older of the two tails: sysdig 0.29.3 reads its first two fields and skips the rest.
  w.u32(image.loginuid);
  w.u8(main && exeWritable(folder, uid, gid, status('CapEff')) ? 1 : 0);
  w.hex64(status('CapInh'));
  w.hex64(status('CapPrm'));
  w.hex64(status('CapEff'));
  w.endEntry(entry);
}
