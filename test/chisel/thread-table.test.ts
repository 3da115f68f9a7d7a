/** What a chisel sees of threads and their descriptors. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { openCaptureFile } from '../../src/capture/file-source.js';
import { call, scenario, tuple4 } from '../sinsp/state/scenario.js';
import { u32, u64 } from '../support/capture-builder.js';
import { startChisel, writeChisel } from '../support/chisel-run.js';

test('a socket without a role has no protocol', () => {
  const capture = scenario();
  for (const num of [7, 8]) call(capture, 'SOCKET_SOCKET', [u32(2), u32(1), u32(6)], [u64(num)]);
  call(capture, 'SOCKET_CONNECT', [u64(8)], [u64(0), tuple4('10.0.0.5', 4000, '10.0.0.9', 53)]);
  const file = writeChisel(`
    local seen = 0
    function on_event()
      seen = seen + 1
      if seen == 6 then
        local fds = sysdig.get_thread_table("")[100].fdtable
        print(fds[7].l4proto, fds[8].l4proto)
      end
      return true
    end`);
  const run = startChisel(file);
  const source = openCaptureFile(capture.write());
  while (run.step(source));
  source.close();
  assert.equal(run.printed(), '<NA>\ttcp\n');
});
