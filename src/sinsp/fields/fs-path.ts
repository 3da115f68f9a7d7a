/** Fields of the paths that calls on the file system work on: `fs.path.*`. */
import type { EventCursor } from '../event.js';
import { latin1 } from '../names.js';
import { EVENTS } from '../schema/index.js';
import { joinPath, PathBuffer } from '../state/paths.js';
import { fieldClass, paramIndexes } from './define.js';
import { absolutePath } from './evt-io.js';
import { fdOf } from './fd-views.js';
import type { Field, FieldContext } from './field.js';

const { text } = fieldClass('fs.path');

/** Where a call has a path: its parameter, and that of the directory descriptor it is relative to. */
type Where = readonly [path: string, directory?: string];

interface Paths {
  readonly name?: Where;
  readonly source?: Where;
  readonly target?: Where;
}

/** By event name and sorts of parameters: exit events whose parameters are all there. */
const CALLS: Record<string, readonly Paths[]> = {
  mkdir: [{ name: ['path'] }],
  mkdirat: [{ name: ['path', 'dirfd'] }],
  rmdir: [{ name: ['path'] }],
  unlink: [{ name: ['path'] }],
  unlinkat: [{ name: ['name', 'dirfd'] }],
  chmod: [{ name: ['filename'] }],
  fchmodat: [{ name: ['filename', 'dirfd'] }],
  chown: [{ name: ['path'] }],
  lchown: [{ name: ['path'] }],
  fchownat: [{ name: ['pathname', 'dirfd'] }],
  mknod: [{ name: ['path'] }],
  mknodat: [{ name: ['path', 'dirfd'] }],
  open: [{ name: ['name'] }],
  creat: [{ name: ['name'] }],
  openat: [{ name: ['name', 'dirfd'] }],
  openat2: [{ name: ['name', 'dirfd'] }],
  quotactl: [{ name: ['special'] }],
  newfstatat: [{ name: ['path', 'dirfd'] }],
  stat: [{ name: ['path'] }],
  lstat: [{ name: ['path'] }],
  mount: [{ source: ['dev'], target: ['dir'] }],
  umount: [{ name: ['name'] }],
  umount2: [{ name: ['name'] }],
  rename: [{ source: ['oldpath'], target: ['newpath'] }],
  renameat: [{ source: ['oldpath', 'olddirfd'], target: ['newpath', 'newdirfd'] }],
  renameat2: [{ source: ['oldpath', 'olddirfd'], target: ['newpath', 'newdirfd'] }],
  link: [{ source: ['oldpath'], target: ['newpath'] }],
  linkat: [
    { source: ['oldpath', 'olddir'], target: ['newpath', 'newdir'] },
    { source: ['oldpath', 'olddirfd'], target: ['newpath', 'newdirfd'] },
  ],
  symlink: [{ source: ['linkpath'], target: ['target'] }],
  symlinkat: [{ source: ['linkpath', 'linkdirfd'], target: ['target'] }],
};

let pathTable: (Paths | undefined)[] | undefined;

/** The paths of each event code, for exit events that have them all; made when it is first asked for. */
function pathsByCode(): (Paths | undefined)[] {
  pathTable ??= EVENTS.map((info) => {
    if (!info.isExit) return undefined;
    const has = (where: Where | undefined): boolean =>
      where === undefined || where.every((name) => paramIndexes(name!)[info.code]! >= 0);
    return CALLS[info.name]?.find((paths) => has(paths.name) && has(paths.source) && has(paths.target));
  });
  return pathTable;
}

function field(name: string, description: string, which: keyof Paths, raw: boolean): Field {
  return text(
    name,
    description,
    (context) => {
      const full = absoluteReader(context);
      const { state } = context.inspector;
      const paths = pathsByCode();
      return (event) => {
        const where = paths[event.type]?.[which];
        if (where === undefined) return undefined;
        const index = paramIndexes(where[0])[event.type]!;
        const end = event.paramTextEnd(index);
        if (end < 0) return undefined;
        // What the call opened has its full name already.
        if (!raw && which === 'name' && /open|creat/.test(event.info.name)) {
          const fd = fdOf(state, event);
          if (fd !== null) return state.fdName(fd).text;
        }
        return raw ? latin1(event.bytes, event.paramOffsets[index]!, end) : full(event, where);
      };
    },
    { eventTypes: () => Uint8Array.from(pathsByCode(), (paths) => (paths?.[which] === undefined ? 0 : 1)) },
  );
}

function absoluteReader(context: FieldContext) {
  const { state } = context.inspector;
  const path = new PathBuffer();
  const withDirectory = absolutePath(context);
  return (event: EventCursor, [pathName, directoryName]: Where): string | undefined => {
    if (directoryName !== undefined) return withDirectory(event, directoryName, pathName);
    const index = paramIndexes(pathName)[event.type]!;
    const end = event.paramTextEnd(index);
    if (end < 0 || event.thread === null) return undefined;
    const from = event.paramOffsets[index]!;
    joinPath(path, state.mainThread(event.thread).cwd, event.bytes, from, end, event.paramLengths[index]!);
    return latin1(path.bytes, 0, path.length);
  };
}

export const fsPathFields: readonly Field[] = [
  field('fs.path.name', 'full path of the file that the call works on', 'name', false),
  field('fs.path.nameraw', 'that path as the call had it', 'name', true),
  field('fs.path.source', 'full path of the first of two files: the old name in a rename', 'source', false),
  field('fs.path.sourceraw', 'that path as the call had it', 'source', true),
  field('fs.path.target', 'full path of the second of two files: the new name in a rename', 'target', false),
  field('fs.path.targetraw', 'that path as the call had it', 'target', true),
];
