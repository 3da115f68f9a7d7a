/** Fields of the process of an event: `proc.*`. */
import type { EventCursor } from '../event.js';
import type { Name } from '../names.js';
import { PF, PT } from '../schema/index.js';
import type { FdInfo } from '../state/fd-info.js';
import { joinSpaces, splitEnv, splitNul } from '../state/nul-lists.js';
import type { ThreadInfo } from '../state/thread-info.js';
import { ancestor, mainThreadOf, sessionLeader, visitAncestors } from './ancestors.js';
import { fieldClass, INDEX_ARGUMENT, indexArgument, KEY_ARGUMENT, ofThread } from './define.js';
import { fdTypeWord } from './fd-views.js';
import type { Candidates, Field, FieldContext } from './field.js';
import { commandLine, environmentValue, remembered } from './process-lists.js';

const { number, text, name, boolean, bigint } = fieldClass('process');

/** Which thread a field speaks of, given the event's. */
type Pick = (context: FieldContext, thread: ThreadInfo) => ThreadInfo | undefined;

const parent: Pick = ({ inspector }, thread) => inspector.state.threads.get(thread.ptid);
const sidLeader: Pick = ({ inspector }, thread) => inspector.state.threads.get(thread.sid);
const vpgidLeader: Pick = ({ inspector }, thread) => inspector.state.threads.get(thread.vpgid);
const pgidLeader: Pick = ({ inspector }, thread) => inspector.state.threads.get(thread.pgid);

/** A value of another thread than the event's. */
function ofOther<T>(pick: Pick, get: (thread: ThreadInfo) => T) {
  return (context: FieldContext) =>
    (event: EventCursor): T | undefined => {
      if (event.thread === null) return undefined;
      const other = pick(context, event.thread);
      return other === undefined ? undefined : get(other);
    };
}

const nameOf = (get: (thread: ThreadInfo) => Name) => () => (event: EventCursor) =>
  event.thread === null ? undefined : get(event.thread);

const orNaN =
  <T extends unknown[]>(make: (...args: T) => (event: EventCursor) => number | undefined) =>
  (...args: T) => {
    const get = make(...args);
    return (event: EventCursor) => get(event) ?? Number.NaN;
  };

const absolute = (high: number, low: number): bigint => (BigInt(high >>> 0) << 32n) | BigInt(low >>> 0);
const creation = (thread: ThreadInfo): bigint | undefined =>
  thread.cloneTsHigh === 0 && thread.cloneTsLow === 0 ? undefined : absolute(thread.cloneTsHigh, thread.cloneTsLow);

/** Only without an index do filters look at all ancestors. */
const withoutArgument =
  (make: (context: FieldContext) => Candidates) =>
  (context: FieldContext, argument: string | undefined): Candidates | undefined =>
    argument === undefined ? make(context) : undefined;

/** A field of the n-th ancestor; without index, a filter looks at all of them. */
function ancestorText(fieldName: string, description: string, get: (thread: ThreadInfo) => string): Field {
  return text(
    fieldName,
    description,
    ({ inspector: { state } }, argument) => {
      const n = argument === undefined ? 0 : indexArgument(fieldName, argument);
      return (event) => {
        const thread = event.thread === null ? undefined : ancestor(state, event.thread, n);
        return thread === undefined ? undefined : get(thread);
      };
    },
    {
      argument: INDEX_ARGUMENT,
      noTransformer: true,
      noRhs: true,
      candidates: withoutArgument(({ inspector: { state } }) => ({
        kind: 'text',
        visit: (event, test) => {
          const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
          let found = false;
          if (thread !== undefined) visitAncestors(state, thread, (at) => !(found = test(get(at))));
          return found;
        },
      })),
    },
  );
}

function ancestorName(fieldName: string, description: string, get: (thread: ThreadInfo) => Name): Field {
  return name(
    fieldName,
    description,
    ({ inspector: { state } }, argument) => {
      const n = argument === undefined ? 0 : indexArgument(fieldName, argument);
      return (event) => {
        const thread = event.thread === null ? undefined : ancestor(state, event.thread, n);
        return thread === undefined ? undefined : get(thread);
      };
    },
    {
      argument: INDEX_ARGUMENT,
      noTransformer: true,
      noRhs: true,
      candidates: withoutArgument(({ inspector: { state } }) => ({
        kind: 'name',
        visit: (event, test) => {
          const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
          let found = false;
          if (thread !== undefined) visitAncestors(state, thread, (at) => !(found = test(get(at))));
          return found;
        },
      })),
    },
  );
}

/** Names of a descriptor of the process, standard streams that is. */
function standardStream(stream: string, fd: number): Field[] {
  const find = ({ inspector: { state } }: FieldContext, event: EventCursor): FdInfo | undefined =>
    event.thread === null ? undefined : state.fdTable(event.thread).get(fd);
  return [
    text(`proc.${stream}.type`, `kind of descriptor ${fd} of the process`, (context) => (event) => {
      const info = find(context, event);
      return info === undefined ? undefined : fdTypeWord(info);
    }),
    name(`proc.${stream}.name`, `name of descriptor ${fd} of the process`, (context) => (event) => {
      const info = find(context, event);
      return info === undefined ? undefined : context.inspector.state.fdName(info);
    }),
  ];
}

/** True when the process itself has the id of its group or session; also when that leader shares its main thread. */
const leads = (id: (thread: ThreadInfo) => number, own: (thread: ThreadInfo) => number) => () => (event: EventCursor) =>
  event.thread === null ? undefined : id(event.thread) === own(event.thread);

const flag = (get: (thread: ThreadInfo) => boolean) => () => (event: EventCursor) =>
  event.thread === null ? undefined : get(event.thread);

const textOf = (make: () => (thread: ThreadInfo) => string) => () => {
  const get = make();
  return (event: EventCursor) => (event.thread === null ? undefined : get(event.thread));
};

const healthCheck = () => (event: EventCursor) => (event.thread === null ? undefined : false);

export const procFields: readonly Field[] = [
  number(
    'proc.pid',
    PT.INT64,
    PF.ID,
    'process id',
    ofThread((thread) => thread.pid),
  ),
  name(
    'proc.exe',
    'argument 0: the program as its caller named it',
    nameOf((thread) => thread.exe),
  ),
  name(
    'proc.name',
    'short name of the program (comm)',
    nameOf((thread) => thread.comm),
  ),
  text(
    'proc.args',
    'arguments after the program, separated by blanks; with an index, one of them',
    (_, argument) => {
      if (argument !== undefined) {
        const n = indexArgument('proc.args', argument);
        return (event) => (event.thread === null ? undefined : splitNul(event.thread.args)[n]);
      }
      const get = remembered(
        () => undefined,
        (thread) => thread.args,
        (thread) => joinSpaces(thread.args),
      );
      return (event) => (event.thread === null ? undefined : get(event.thread));
    },
    { argument: INDEX_ARGUMENT },
  ),
  text(
    'proc.env',
    'environment, separated by blanks; with a name, the value of that variable',
    ({ inspector: { state } }, argument) => {
      if (argument !== undefined) {
        return (event) =>
          event.thread === null ? undefined : environmentValue(state.mainThread(event.thread).env, argument);
      }
      return (event) => (event.thread === null ? undefined : splitEnv(state.mainThread(event.thread).env).join(' '));
    },
    { argument: KEY_ARGUMENT },
  ),
  text(
    'proc.cmdline',
    'name of the program and its arguments',
    textOf(() =>
      remembered(
        (thread) => thread.comm,
        (thread) => thread.args,
        commandLine,
      ),
    ),
  ),
  text(
    'proc.exeline',
    'argument 0 and the arguments after it',
    textOf(() =>
      remembered(
        (thread) => thread.exe,
        (thread) => thread.args,
        (thread) => `${thread.exe.text} ${joinSpaces(thread.args)}`,
      ),
    ),
  ),
  name(
    'proc.cwd',
    'working directory, always with a slash at its end',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? undefined : state.mainThread(event.thread).cwd,
  ),
  number(
    'proc.nthreads',
    PT.UINT32,
    PF.DEC,
    'threads the process has now, its main thread included',
    orNaN(({ inspector: { state } }: FieldContext) => (event) => {
      const main = event.thread === null ? undefined : mainThreadOf(state, event.thread);
      return main === undefined ? undefined : main.nchilds + 1;
    }),
  ),
  number(
    'proc.nchilds',
    PT.UINT32,
    PF.DEC,
    'threads besides the main thread; 0 for events of those threads',
    ofThread((thread) => thread.nchilds),
  ),
  number(
    'proc.ppid',
    PT.INT64,
    PF.ID,
    'process id of the parent',
    orNaN(
      ({ inspector: { state } }: FieldContext) =>
        (event) =>
          event.thread === null ? undefined : mainThreadOf(state, event.thread)?.ptid,
    ),
  ),
  name(
    'proc.pname',
    'short name of the parent',
    ofOther(parent, (thread) => thread.comm),
  ),
  text('proc.pcmdline', 'name and arguments of the parent', ofOther(parent, commandLine)),
  number(
    'proc.apid',
    PT.INT64,
    PF.ID,
    'process id of an ancestor: [1] is the parent, [2] its parent; a filter without index looks at all ancestors',
    orNaN(({ inspector: { state } }: FieldContext, argument: string | undefined) => {
      const n = argument === undefined ? 0 : indexArgument('proc.apid', argument);
      return (event) => (event.thread === null ? undefined : ancestor(state, event.thread, n)?.pid);
    }),
    {
      argument: INDEX_ARGUMENT,
      noTransformer: true,
      noRhs: true,
      candidates: withoutArgument(({ inspector: { state } }) => ({
        kind: 'number',
        visit: (event, test) => {
          const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
          let found = false;
          if (thread !== undefined) visitAncestors(state, thread, (at) => !(found = test(at.pid)));
          return found;
        },
      })),
    },
  ),
  ancestorName(
    'proc.aname',
    'short name of an ancestor: [1] is the parent, [2] its parent; a filter without index looks at all ancestors',
    (thread) => thread.comm,
  ),
  number(
    'proc.loginshellid',
    PT.INT64,
    PF.ID,
    'process id of the oldest shell among the process and its ancestors: tells sessions of users apart',
    orNaN(({ inspector: { state } }: FieldContext) => (event) => {
      const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
      if (thread === undefined) return undefined;
      let shell: number | undefined;
      const look = (at: ThreadInfo): boolean => {
        const { bytes, offset, length } = at.comm;
        if (length >= 2 && bytes[offset + length - 2] === 0x73 && bytes[offset + length - 1] === 0x68) shell = at.pid;
        return true;
      };
      look(thread);
      visitAncestors(state, thread, look);
      return shell;
    }),
  ),
  number(
    'proc.duration',
    PT.UINT64,
    PF.DEC,
    'nanoseconds since the process was created',
    () => (event) => (event.thread === null ? Number.NaN : event.time - event.thread.cloneTime),
  ),
  number(
    'proc.fdopencount',
    PT.UINT64,
    PF.DEC,
    'open descriptors of the process',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? Number.NaN : state.fdTable(state.mainThread(event.thread)).size,
  ),
  number(
    'proc.fdlimit',
    PT.INT64,
    PF.DEC,
    'how many descriptors the process may open',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? Number.NaN : state.mainThread(event.thread).fdlimit,
  ),
  number(
    'proc.fdusage',
    PT.DOUBLE,
    PF.DEC,
    'open descriptors in percent of the limit',
    ({ inspector: { state } }) =>
      (event) => {
        if (event.thread === null) return Number.NaN;
        const main = state.mainThread(event.thread);
        return main.fdlimit > 0 ? (100 * state.fdTable(main).size) / main.fdlimit : 0;
      },
  ),
  number(
    'proc.vmsize',
    PT.UINT64,
    PF.DEC,
    'virtual memory, kB',
    ofThread((thread) => thread.vmsizeKb),
  ),
  number(
    'proc.vmrss',
    PT.UINT64,
    PF.DEC,
    'memory in RAM, kB',
    ofThread((thread) => thread.vmrssKb),
  ),
  number(
    'proc.vmswap',
    PT.UINT64,
    PF.DEC,
    'memory swapped out, kB',
    ofThread((thread) => thread.vmswapKb),
  ),
  number(
    'proc.vpid',
    PT.INT64,
    PF.ID,
    'process id as its pid namespace sees it',
    () => (event) => (event.thread === null || event.thread.vpid === -1 ? Number.NaN : event.thread.vpid),
  ),
  number(
    'proc.sid',
    PT.INT64,
    PF.ID,
    'session id',
    ofThread((thread) => thread.sid),
  ),
  name(
    'proc.sname',
    'short name of the session leader, or of the highest ancestor in the session',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? undefined : sessionLeader(state, event.thread)?.comm,
  ),
  number(
    'proc.tty',
    PT.INT32,
    PF.ID,
    'device number of the controlling terminal, 0 for none',
    ofThread((thread) => thread.tty | 0),
  ),
  name(
    'proc.exepath',
    'full path of the program file',
    nameOf((thread) => thread.exepath),
  ),
  number(
    'proc.vpgid',
    PT.INT64,
    PF.ID,
    'process group id as the pid namespace sees it',
    ofThread((thread) => thread.vpgid),
  ),
  boolean('proc.is_container_healthcheck', 'the process runs for a health check of its container', healthCheck),
  boolean('proc.is_container_liveness_probe', 'the process runs for a liveness probe of its container', healthCheck),
  boolean('proc.is_container_readiness_probe', 'the process runs for a readiness probe of its container', healthCheck),
  boolean(
    'proc.is_exe_writable',
    'the user who started the program may write to its file',
    flag((thread) => thread.exeWritable),
  ),

  // -- known to newer versions only ---------------------------------------------------------------------------
  name(
    'proc.pexe',
    'argument 0 of the parent',
    ofOther(parent, (thread) => thread.exe),
  ),
  ancestorName('proc.aexe', 'argument 0 of an ancestor, chosen as in proc.aname', (thread) => thread.exe),
  name(
    'proc.pexepath',
    'full path of the program file of the parent',
    ofOther(parent, (thread) => thread.exepath),
  ),
  ancestorName(
    'proc.aexepath',
    'full path of the program file of an ancestor, chosen as in proc.aname',
    (thread) => thread.exepath,
  ),
  {
    ...ancestorText('proc.aargs', 'arguments of an ancestor, chosen as in proc.aname', (thread) =>
      joinSpaces(thread.args),
    ),
    noRhs: false,
    noTransformer: false,
  },
  ancestorText('proc.acmdline', 'name and arguments of an ancestor, chosen as in proc.aname', commandLine),
  number(
    'proc.cmdnargs',
    PT.UINT64,
    PF.DEC,
    'number of arguments after the program',
    ofThread((thread) => splitNul(thread.args).length),
  ),
  number(
    'proc.cmdlenargs',
    PT.UINT64,
    PF.DEC,
    'bytes of all arguments together, separators not counted',
    ofThread((thread) => splitNul(thread.args).reduce((sum, argument) => sum + argument.length, 0)),
  ),
  text(
    'proc.aenv',
    'environment of an ancestor by index, or the nearest value of one variable by name',
    ({ inspector: { state } }, argument) => {
      if (argument === undefined || /^\d+$/.test(argument)) {
        const n = argument === undefined ? 0 : Number(argument);
        return (event) => {
          const thread = event.thread === null ? undefined : ancestor(state, event.thread, n);
          return thread === undefined ? undefined : splitEnv(thread.env).join(' ');
        };
      }
      return (event) => {
        const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
        if (thread === undefined) return undefined;
        let value = environmentValue(thread.env, argument);
        if (value === undefined) {
          visitAncestors(state, thread, (at) => (value = environmentValue(at.env, argument)) === undefined);
        }
        return value;
      };
    },
    {
      argument: KEY_ARGUMENT,
      noTransformer: true,
      noRhs: true,
      candidates: withoutArgument(({ inspector: { state } }) => ({
        kind: 'text',
        visit: (event, test) => {
          const thread = event.thread === null ? undefined : mainThreadOf(state, event.thread);
          let found = false;
          if (thread !== undefined) visitAncestors(state, thread, (at) => !(found = test(splitEnv(at.env).join(' '))));
          return found;
        },
      })),
    },
  ),
  number(
    'proc.pvpid',
    PT.INT64,
    PF.ID,
    "the parent's process id as its pid namespace sees it",
    orNaN(ofOther(parent, (thread) => thread.vpid)),
  ),
  name(
    'proc.sid.exe',
    'argument 0 of the session leader',
    ofOther(sidLeader, (thread) => thread.exe),
  ),
  name(
    'proc.sid.exepath',
    'full path of the program file of the session leader',
    ofOther(sidLeader, (thread) => thread.exepath),
  ),
  name(
    'proc.vpgid.name',
    'short name of the leader of the process group in its namespace',
    ofOther(vpgidLeader, (thread) => thread.comm),
  ),
  name(
    'proc.vpgid.exe',
    'argument 0 of the leader of the process group in its namespace',
    ofOther(vpgidLeader, (thread) => thread.exe),
  ),
  name(
    'proc.vpgid.exepath',
    'program file of the leader of the process group in its namespace',
    ofOther(vpgidLeader, (thread) => thread.exepath),
  ),
  number(
    'proc.pgid',
    PT.INT64,
    PF.ID,
    'process group id as the host sees it',
    ofThread((thread) => (thread.pgid === -1 ? Number.NaN : thread.pgid)),
  ),
  name(
    'proc.pgid.name',
    'short name of the leader of the process group',
    ofOther(pgidLeader, (thread) => thread.comm),
  ),
  name(
    'proc.pgid.exe',
    'argument 0 of the leader of the process group',
    ofOther(pgidLeader, (thread) => thread.exe),
  ),
  name(
    'proc.pgid.exepath',
    'program file of the leader of the process group',
    ofOther(pgidLeader, (thread) => thread.exepath),
  ),
  number(
    'proc.ppid.duration',
    PT.RELTIME,
    PF.DEC,
    'nanoseconds since the parent was created',
    ({ inspector: { state } }) =>
      (event) => {
        const thread = event.thread === null ? undefined : state.threads.get(event.thread.ptid);
        return thread === undefined ? Number.NaN : event.time - thread.cloneTime;
      },
  ),
  bigint(
    'proc.pid.ts',
    PT.RELTIME,
    'when the process was created, nanoseconds since the epoch',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? undefined : creation(state.mainThread(event.thread)),
  ),
  bigint(
    'proc.ppid.ts',
    PT.RELTIME,
    'when the parent was created, nanoseconds since the epoch',
    ofOther(parent, creation),
  ),
  boolean(
    'proc.is_exe_upper_layer',
    'the program file lies in the writable layer of an overlay file system',
    flag((thread) => thread.exeUpperLayer),
  ),
  boolean(
    'proc.is_exe_lower_layer',
    'the program file lies in a read-only layer of an overlay file system',
    flag((thread) => thread.exeLowerLayer),
  ),
  boolean(
    'proc.is_exe_from_memfd',
    'the program lies in memory (memfd), not in a file system',
    flag((thread) => thread.exeFromMemfd),
  ),
  boolean(
    'proc.is_sid_leader',
    'the process leads its session',
    leads(
      (thread) => thread.sid,
      (thread) => thread.vpid,
    ),
  ),
  boolean(
    'proc.is_vpgid_leader',
    'the process leads its process group in the namespace',
    leads(
      (thread) => thread.vpgid,
      (thread) => thread.vpid,
    ),
  ),
  boolean(
    'proc.is_pgid_leader',
    'the process leads its process group on the host',
    leads(
      (thread) => thread.pgid,
      (thread) => thread.pid,
    ),
  ),
  number(
    'proc.exe_ino',
    PT.INT64,
    PF.DEC,
    'inode of the program file',
    ofThread((thread) => thread.exeIno),
  ),
  bigint(
    'proc.exe_ino.ctime',
    PT.ABSTIME,
    'when the inode of the program file changed, nanoseconds since the epoch',
    () => (event) => event.thread?.exeInoCtime,
  ),
  bigint(
    'proc.exe_ino.mtime',
    PT.ABSTIME,
    'when the program file was written, nanoseconds since the epoch',
    () => (event) => event.thread?.exeInoMtime,
  ),
  bigint(
    'proc.exe_ino.ctime_duration_proc_start',
    PT.ABSTIME,
    'nanoseconds from the change of the inode to the start of the process',
    () => (event) => {
      if (event.thread === null) return undefined;
      const start = creation(event.thread);
      const change = event.thread.exeInoCtime;
      return start === undefined || change === 0n || start < change ? undefined : start - change;
    },
  ),
  bigint(
    'proc.exe_ino.ctime_duration_pidns_start',
    PT.ABSTIME,
    'nanoseconds from the start of the pid namespace to the change of the inode, when it changed later',
    () => (event) => {
      if (event.thread === null) return undefined;
      const { pidnsInitStart, exeInoCtime } = event.thread;
      return pidnsInitStart === 0n || exeInoCtime < pidnsInitStart ? undefined : exeInoCtime - pidnsInitStart;
    },
  ),
  bigint(
    'proc.pidns_init_start_ts',
    PT.UINT64,
    'when the pid namespace began, nanoseconds since the epoch',
    () => (event) => event.thread?.pidnsInitStart,
  ),
  ...standardStream('stdin', 0),
  ...standardStream('stdout', 1),
  ...standardStream('stderr', 2),
];
