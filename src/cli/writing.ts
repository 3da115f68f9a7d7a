/** -w and its kin: makes the writer of captures that the settings ask for. */

import { CaptureDump } from '../sinsp/capture-dump.js';
import { EventCursor } from '../sinsp/event.js';
import type { FieldContext } from '../sinsp/fields/field.js';
import { compileFilter } from '../sinsp/filter/index.js';
import { PPME } from '../sinsp/schema/index.js';
import type { WantedFd } from '../sinsp/state-records.js';
import type { Settings } from './settings.js';

/** Opens the file to write. Throws an Error with a full sentence when that cannot be done. */
export function openDump(settings: Settings, context: FieldContext, path: string, fatfile: boolean): CaptureDump {
  const { rotation } = settings;
  return new CaptureDump(context.inspector, path, {
    compress: settings.compress,
    // A live capture holds what others on this machine must not see.
    mode: settings.files.length === 0 ? 0o600 : undefined,
    fatfile,
    maxBytes: rotation.megabytes * 1_000_000,
    maxSeconds: rotation.seconds,
    maxEvents: rotation.events,
    maxFiles: rotation.limit,
    wantedFd: settings.filterProclist && settings.filter !== '' ? fdFilter(settings.filter, context) : undefined,
  });
}

/**
 * The filter of the command line, asked about each descriptor of each thread as if it had been read from: threads without
 * one that passes are not written at all.
 */
function fdFilter(filter: string, context: FieldContext): WantedFd {
  const predicate = compileFilter(filter, context);
  const probe = new EventCursor();
  probe.type = PPME.SYSCALL_READ_X;
  return (thread, num, fd) => {
    const { lastFd } = thread;
    probe.thread = thread;
    probe.tid = thread.tid;
    probe.fd = fd;
    probe.fdNum = num;
    thread.lastFd = num;
    probe.serial++;
    const passes = predicate.test(probe);
    thread.lastFd = lastFd;
    return passes;
  };
}
