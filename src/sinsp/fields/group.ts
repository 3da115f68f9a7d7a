/** Fields of the group of an event's thread: `group.*`. */
import { PF, PT } from '../schema/index.js';
import { fieldClass, ofThread } from './define.js';
import type { Field } from './field.js';

const { number, text } = fieldClass('group');

export const groupFields: readonly Field[] = [
  // sysdig 0.29.3 reads 8 bytes where 4 are the id, and the count of child threads follows: for scripts and
  // filters that compare its output the upper half is kept.
  number(
    'group.gid',
    PT.UINT64,
    PF.ID,
    'group id of the thread',
    ofThread((thread) => (thread.gid >>> 0) + thread.nchilds * 0x1_0000_0000),
  ),
  text(
    'group.name',
    'name of the group',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? undefined : state.groupOf(event.thread)?.name,
  ),
];
