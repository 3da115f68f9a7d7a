/**
 * The state of the machine as the metadata blocks of a capture file: what a reader must know before the first event.
 * Processes may come and go during the scan; events recorded meanwhile put that right when they are played over it.
 */
import { BlockWriter } from './block-writer.js';
import { writeDescriptors } from './descriptors.js';
import { writeInterfaces, writeMachine, writeSection, writeUsers } from './machine.js';
import { linkOf, readSmallProc } from './proc-file.js';
import { writeProcesses } from './processes.js';
import { readSockets, type SocketInfo } from './sockets.js';

/** Writes the descriptors of processes. Each network namespace is read once, through the first process found in it. */
function writeAllDescriptors(w: BlockWriter, proc: string, pids: readonly number[]): void {
  const namespaces = new Map<string, Map<number, SocketInfo>>();
  for (const pid of pids) {
    const folder = `${proc}/${pid}`;
    const sockets = () => {
      const name = linkOf(`${folder}/ns/net`) ?? '';
      let table = namespaces.get(name);
      if (!table) {
        table = readSockets(folder);
        namespaces.set(name, table);
      }
      return table;
    };
    writeDescriptors(w, folder, pid, sockets);
  }
}

/** Scans the machine; returns whole blocks, the section header first. Takes about 0.1 ms a thread. */
export function scanMachine(proc = '/proc'): Uint8Array {
  const w = new BlockWriter();
  writeSection(w);
  writeMachine(w, proc);
  writeInterfaces(w);
  writeUsers(w);
  writeAllDescriptors(w, proc, writeProcesses(w, proc));
  return w.result();
}

/**
 * The process list and FD list blocks of the process that thread `tid` belongs to; undefined when it is gone.
 * For threads that turn up without having been seen to start.
 */
export function scanThread(tid: number, proc = '/proc'): Uint8Array | undefined {
  // A thread that is not its process's first has a folder, too, which no listing shows.
  const pid = Number(/^Tgid:\s*(\d+)/m.exec(readSmallProc(`${proc}/${tid}/status`) ?? '')?.[1] ?? 0);
  if (pid === 0) return undefined;
  const w = new BlockWriter();
  const written = writeProcesses(w, proc, [pid]);
  if (written.length === 0) return undefined;
  writeAllDescriptors(w, proc, written);
  return w.result();
}

/** The process list and FD list blocks of all processes: {@link scanMachine} without what does not change. */
export function scanProcesses(proc = '/proc'): Uint8Array {
  const w = new BlockWriter();
  writeAllDescriptors(w, proc, writeProcesses(w, proc));
  return w.result();
}
