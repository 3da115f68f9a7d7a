/** Fields of the user of an event's thread: `user.*`. */
import type { EventCursor } from '../event.js';
import { PF, PT } from '../schema/index.js';
import type { User } from '../state/state.js';
import { fieldClass, ofThread } from './define.js';
import type { Field, FieldContext } from './field.js';

const { number, text } = fieldClass('user');

const ofUser = (get: (user: User) => string) => (context: FieldContext) => {
  const { state } = context.inspector;
  return (event: EventCursor) => {
    const user = event.thread === null ? undefined : state.userOf(event.thread);
    return user === undefined ? undefined : get(user);
  };
};

export const userFields: readonly Field[] = [
  number(
    'user.uid',
    PT.UINT32,
    PF.ID,
    'user id of the thread',
    ofThread((thread) => thread.uid >>> 0),
  ),
  text(
    'user.name',
    'name of the user',
    ofUser((user) => user.name),
  ),
  text(
    'user.homedir',
    'home directory of the user',
    ofUser((user) => user.homedir),
  ),
  text(
    'user.shell',
    'login shell of the user',
    ofUser((user) => user.shell),
  ),
  number(
    'user.loginuid',
    PT.INT32,
    PF.ID,
    'id of the user who logged in (audit id), -1 for none',
    ofThread((thread) => thread.loginuid | 0),
  ),
  text(
    'user.loginname',
    'name of the user who logged in',
    ({ inspector: { state } }) =>
      (event) =>
        event.thread === null ? undefined : state.loginUserOf(event.thread)?.name,
  ),
];
