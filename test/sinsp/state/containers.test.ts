/** Which container the cgroups of a thread mean. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { CONTAINER_TYPES, Containers } from '../../../src/sinsp/state/containers.js';

const HEX = '0123456789abcdef'.repeat(4);
const rows: [path: string, id: string, type: string][] = [
  [`/docker/${HEX}`, HEX.slice(0, 12), 'docker'],
  [`/system.slice/docker-${HEX}.scope`, HEX.slice(0, 12), 'docker'],
  [`/docker/${HEX}/init`, '', ''],
  ['/lxc/web', 'web', 'lxc'],
  ['/machine.slice/systemd-nspawn@build.service', 'build', 'systemd-nspawn'],
  ['/machine.slice/systemd-nspawn@build.service/payload/init.scope', 'build', 'systemd-nspawn'],
  ['/machine.slice/machine-my\\x2dbox.scope', 'my-box', 'systemd-nspawn'],
  ['/machine.slice/machine-qemu\\x2d1\\x2dvm.scope', '', ''],
  ['/user.slice/user-1000.slice', '', ''],
];
for (const [path, id, type] of rows) {
  test(path, () => {
    const containers = new Containers();
    assert.equal(containers.resolve(`name=systemd=${path}\0`), id);
    if (id !== '') assert.equal(CONTAINER_TYPES[containers.get(id)!.type], type);
  });
}
