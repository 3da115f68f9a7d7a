/** Fields of the thread of an event: `thread.*`. */
import type { EventCursor } from '../event.js';
import { PF, PPME, PT } from '../schema/index.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { capabilityNames } from './capabilities.js';
import { fieldClass, KEY_REQUIRED, lazyCodes, ofThread, textOfThread } from './define.js';
import type { Field } from './field.js';
import { cgroupPath, cgroupsText, remembered } from './process-lists.js';

const { number, text, boolean } = fieldClass('process');

const isSwitch = (type: number): boolean => type === PPME.SCHEDSWITCH_1_E || type === PPME.SCHEDSWITCH_6_E;

/** Nanoseconds since the previous switch on the same CPU, among the switches this reader was asked about. */
function sliceReader(): (event: EventCursor) => number {
  const lastSwitch: number[] = [];
  return (event) => {
    const last = lastSwitch[event.cpu];
    lastSwitch[event.cpu] = event.time;
    return last === undefined ? 0 : event.time - last;
  };
}

/** CPU use between two reports of a thread, in percent of one CPU, from the counters at the given parameters. */
const cpuUse = (user: boolean, system: boolean) => () => {
  const last = new WeakMap<ThreadInfo, number>();
  return (event: EventCursor): number => {
    if (event.type !== PPME.PROCINFO_E || event.thread === null) return Number.NaN;
    const total = (user ? event.paramUint64(0, 0) : 0) + (system ? event.paramUint64(1, 0) : 0);
    const before = last.get(event.thread) ?? 0;
    last.set(event.thread, total);
    return before === 0 ? 0 : Math.min(total - before, 100);
  };
};

const procinfoOnly = { stateful: true, eventTypes: lazyCodes((info) => info.code === PPME.PROCINFO_E) };

export const threadFields: readonly Field[] = [
  number(
    'thread.pfmajor',
    PT.UINT64,
    PF.DEC,
    'page faults so far that had to read a disk',
    ofThread((thread) => thread.pfmajor),
  ),
  number(
    'thread.pfminor',
    PT.UINT64,
    PF.DEC,
    'page faults so far that did not',
    ofThread((thread) => thread.pfminor),
  ),
  number('thread.tid', PT.INT64, PF.ID, 'thread id', () => (event) => event.tid),
  boolean('thread.ismain', 'the thread is the main one of its process', () => (event) => event.thread?.isMain),
  number(
    'thread.exectime',
    PT.UINT64,
    PF.DEC,
    'on a switch event, nanoseconds the thread had run on this CPU; 0 on other events',
    () => {
      const slice = sliceReader();
      return (event) => (isSwitch(event.type) ? slice(event) : 0);
    },
    { stateful: true },
  ),
  number(
    'thread.totexectime',
    PT.UINT64,
    PF.DEC,
    'nanoseconds of CPU the thread had in this capture, as far as its switch events tell',
    () => {
      const slice = sliceReader();
      const totals = new WeakMap<ThreadInfo, number>();
      return (event) => {
        const time = isSwitch(event.type) ? slice(event) : 0;
        const { thread } = event;
        if (thread === null) return Number.NaN;
        const total = (totals.get(thread) ?? 0) + time;
        totals.set(thread, total);
        return total;
      };
    },
    { stateful: true },
  ),
  text('thread.cgroups', 'all control groups of the thread, as subsystem=path with blanks between them', () => {
    const get = remembered(
      () => undefined,
      (thread) => thread.cgroups,
      (thread) => cgroupsText(thread.cgroups),
    );
    return (event) => (event.thread === null || event.thread.cgroups === '' ? undefined : get(event.thread));
  }),
  text(
    'thread.cgroup',
    'path of the control group in one subsystem, as in thread.cgroup.cpuset',
    (_, subsystem) => (event) =>
      event.thread === null ? undefined : cgroupPath(event.thread.cgroups, subsystem ?? ''),
    { argument: KEY_REQUIRED },
  ),
  number(
    'thread.vtid',
    PT.INT64,
    PF.ID,
    'thread id as its pid namespace sees it',
    () => (event) => (event.thread === null || event.thread.vtid === -1 ? Number.NaN : event.thread.vtid),
  ),
  number(
    'thread.cpu',
    PT.DOUBLE,
    PF.NA,
    'CPU use of the thread in the last second, percent',
    cpuUse(true, true),
    procinfoOnly,
  ),
  number(
    'thread.cpu.user',
    PT.DOUBLE,
    PF.NA,
    'CPU use of the thread outside the kernel in the last second, percent',
    cpuUse(true, false),
    procinfoOnly,
  ),
  number(
    'thread.cpu.system',
    PT.DOUBLE,
    PF.NA,
    'CPU use of the thread inside the kernel in the last second, percent',
    cpuUse(false, true),
    procinfoOnly,
  ),
  number(
    'thread.vmsize',
    PT.UINT64,
    PF.DEC,
    'virtual memory in kB on main threads, 0 on others',
    ofThread((thread) => (thread.isMain ? thread.vmsizeKb : 0)),
  ),
  number(
    'thread.vmrss',
    PT.UINT64,
    PF.DEC,
    'memory in RAM in kB on main threads, 0 on others',
    ofThread((thread) => (thread.isMain ? thread.vmrssKb : 0)),
  ),
  number(
    'thread.vmsize.b',
    PT.UINT64,
    PF.DEC,
    'virtual memory in bytes on main threads, 0 on others',
    ofThread((thread) => (thread.isMain ? thread.vmsizeKb * 1024 : 0)),
    { hidden: true },
  ),
  number(
    'thread.vmrss.b',
    PT.UINT64,
    PF.DEC,
    'memory in RAM in bytes on main threads, 0 on others',
    ofThread((thread) => (thread.isMain ? thread.vmrssKb * 1024 : 0)),
    { hidden: true },
  ),
  text(
    'thread.nametid',
    'short name of the program and thread id in one word',
    () => (event) => (event.thread === null ? undefined : `${event.thread.comm.text}${event.tid}`),
    { hidden: true },
  ),
  text(
    'thread.cap_permitted',
    'capabilities the thread may use, as names',
    textOfThread((thread) => capabilityNames(thread.capPermitted)),
  ),
  text(
    'thread.cap_inheritable',
    'capabilities that an exec hands on, as names',
    textOfThread((thread) => capabilityNames(thread.capInheritable)),
  ),
  text(
    'thread.cap_effective',
    'capabilities in force, as names',
    textOfThread((thread) => capabilityNames(thread.capEffective)),
  ),
];
