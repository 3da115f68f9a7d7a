/**
 * CPU times of all processes, once a second, as the procinfo events that `thread.cpu` and the chisels on it read: user and
 * system time since the process began, in hundredths of a second.
 */
import { numbersIn, readSmallProc } from './proc-file.js';

const BLOCK_TYPE = 0x216;
const PROCINFO = 234;
const PARAMETERS = 2;
const EVENT_LENGTH = 26 + PARAMETERS * 2 + PARAMETERS * 8;
/** Header of the block, CPU number, event, trailer: 60, a multiple of 4. */
export const PROCINFO_BLOCK = 8 + 2 + EVENT_LENGTH + 4;

/** User and system time of a process from its `stat` line; undefined when it has gone or makes no sense. */
export function cpuTimes(stat: string | undefined): { user: number; system: number } | undefined {
  if (stat === undefined) return undefined;
  // The name, in brackets, may hold anything.
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const user = Number(fields[11]);
  const system = Number(fields[12]);
  return Number.isFinite(user) && Number.isFinite(system) ? { user, system } : undefined;
}

/**
 * Writes a block for each process, as many as fit.
 * @param tsLow,tsHigh the time of all of them: ns since the epoch
 * @returns the end of what was written
 */
export function writeCpuTimes(bytes: Uint8Array, start: number, tsLow: number, tsHigh: number, proc = '/proc'): number {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  let at = start;
  for (const pid of numbersIn(proc)) {
    if (at + PROCINFO_BLOCK > bytes.length) break;
    const times = cpuTimes(readSmallProc(`${proc}/${pid}/stat`));
    if (times === undefined) continue;
    view.setUint32(at, BLOCK_TYPE, true);
    view.setUint32(at + 4, PROCINFO_BLOCK, true);
    view.setUint16(at + 8, 0, true);
    const event = at + 10;
    view.setUint32(event, tsLow, true);
    view.setUint32(event + 4, tsHigh, true);
    view.setUint32(event + 8, pid, true);
    view.setUint32(event + 12, 0, true);
    view.setUint32(event + 16, EVENT_LENGTH, true);
    view.setUint16(event + 20, PROCINFO, true);
    view.setUint32(event + 22, PARAMETERS, true);
    view.setUint16(event + 26, 8, true);
    view.setUint16(event + 28, 8, true);
    [times.user, times.system].forEach((value, index) => {
      view.setUint32(event + 30 + index * 8, value >>> 0, true);
      view.setUint32(event + 34 + index * 8, Math.floor(value / 0x1_0000_0000), true);
    });
    view.setUint32(at + PROCINFO_BLOCK - 4, PROCINFO_BLOCK, true);
    at += PROCINFO_BLOCK;
  }
  return at;
}
