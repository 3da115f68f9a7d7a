/** Users and groups: those of the machine, and those that events tell of, which may belong to a container. */
import type { EventCursor } from '../event.js';
import { PPME } from '../schema/index.js';
import type { Group, State, User } from './state.js';

export class UserTables {
  private readonly users = new Map<string, Map<number, User>>();
  private readonly groups = new Map<string, Map<number, Group>>();

  constructor(
    private readonly hostUsers: Map<number, User>,
    private readonly hostGroups: Map<number, Group>,
  ) {}

  clear(): void {
    this.users.clear();
    this.groups.clear();
  }

  copyFrom(other: UserTables): void {
    this.clear();
    for (const [container, table] of other.users) this.users.set(container, new Map(table));
    for (const [container, table] of other.groups) this.groups.set(container, new Map(table));
  }

  /** The user with an id, seen from a container (`''`: the host). Without knowledge of the container, the host's. */
  user(containerId: string, uid: number): User | undefined {
    if (containerId !== '' && this.users.size > 0) {
      const own = this.users.get(containerId);
      if (own !== undefined) return own.get(uid);
    }
    return this.hostUsers.get(uid);
  }

  group(containerId: string, gid: number): Group | undefined {
    if (containerId !== '' && this.groups.size > 0) {
      const own = this.groups.get(containerId);
      if (own !== undefined) return own.get(gid);
    }
    return this.hostGroups.get(gid);
  }

  addUser(containerId: string, user: User): void {
    tableOf(this.users, this.hostUsers, containerId).set(user.uid, user);
  }
  removeUser(containerId: string, uid: number): void {
    tableOf(this.users, this.hostUsers, containerId).delete(uid);
  }
  addGroup(containerId: string, group: Group): void {
    tableOf(this.groups, this.hostGroups, containerId).set(group.gid, group);
  }
  removeGroup(containerId: string, gid: number): void {
    tableOf(this.groups, this.hostGroups, containerId).delete(gid);
  }
}

function tableOf<T>(tables: Map<string, Map<number, T>>, host: Map<number, T>, containerId: string): Map<number, T> {
  if (containerId === '') return host;
  let table = tables.get(containerId);
  if (table === undefined) {
    table = new Map();
    tables.set(containerId, table);
  }
  return table;
}

/** user_added, user_deleted: uid, gid, name, home, shell, container. */
export function userEvent(state: State, event: EventCursor): void {
  if (state.options.ignoreUsers) return;
  const uid = event.paramUint32(0);
  if (Number.isNaN(uid)) return;
  state.onIdsChanged?.();
  const containerId = state.textParam(event, 5);
  if (event.type === PPME.USER_DELETED_E) {
    state.userTables.removeUser(containerId, uid);
    return;
  }
  state.userTables.addUser(containerId, {
    uid,
    gid: event.paramUint32(1, 0),
    name: state.textParam(event, 2),
    homedir: state.textParam(event, 3),
    shell: state.textParam(event, 4),
  });
}

/** group_added, group_deleted: gid, name, container. */
export function groupEvent(state: State, event: EventCursor): void {
  if (state.options.ignoreUsers) return;
  const gid = event.paramUint32(0);
  if (Number.isNaN(gid)) return;
  state.onIdsChanged?.();
  const containerId = state.textParam(event, 2);
  if (event.type === PPME.GROUP_DELETED_E) state.userTables.removeGroup(containerId, gid);
  else state.userTables.addGroup(containerId, { gid, name: state.textParam(event, 1) });
}
