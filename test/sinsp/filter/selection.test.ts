/** What of a filter the kernel can decide: the rules, and that no event which passes a filter is outside of its selection. */
import assert from 'node:assert';
import { existsSync, readdirSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  FD_ANY,
  FD_INET_SOCKET,
  FD_NO_SOCKET,
  FD_OTHER_SOCKET,
  FD_UNIX_SOCKET,
} from '../../../src/capture/fd-kinds.js';
import { openCaptureFile } from '../../../src/capture/file-source.js';
import { compileFilter, parseFilter } from '../../../src/sinsp/filter/index.js';
import { selectionOf } from '../../../src/sinsp/filter/selection.js';
import { Inspector } from '../../../src/sinsp/inspector.js';
import { FD_TYPE } from '../../../src/sinsp/schema/index.js';

/** As text: `pids; tids; names; kinds`, `-` for anybody. */
function told(filter: string): string {
  const { who, fds } = selectionOf(parseFilter(filter));
  if (who === null) return `- ${fds}`;
  return `${[...who.pids]};${[...who.tids]};${[...who.names]} ${fds}`;
}

describe('the selection of a filter', () => {
  const cases: [filter: string, selection: string][] = [
    ['proc.pid=12', '12;; 15'],
    ['thread.tid in (3, 4)', ';3,4; 15'],
    ['proc.name=cat', ';;cat 15'],
    ['proc.name in (cat, ls) or proc.pid=7', '7;;cat,ls 15'],
    ['proc.name=cat and proc.pid=7', '7;; 15'],
    ['proc.name=cat and evt.type=open', ';;cat 15'],
    ['proc.name=cat or evt.type=open', '- 15'],
    ['not proc.name=cat', '- 15'],
    ['proc.name!=cat', '- 15'],
    ['proc.name contains cat', '- 15'],
    ['proc.name=a-name-longer-than-15', '- 15'],
    ['proc.name="back\\\\slash"', '- 15'],
    ['proc.pid=0x10', '- 15'],
    ['proc.pid > 4', '- 15'],
    ['proc.pname=cat', '- 15'],
    ['fd.type=ipv4', `- ${FD_INET_SOCKET}`],
    ['fd.type in (file, unix)', `- ${FD_NO_SOCKET | FD_UNIX_SOCKET}`],
    ['fd.type=netlink', `- ${FD_OTHER_SOCKET}`],
    ['fd.type=what', `- ${FD_ANY}`],
    ['fd.type=constructor', `- ${FD_ANY}`],
    ['fd.port=80 and proc.name=nginx', `;;nginx ${FD_INET_SOCKET}`],
    ['fd.sport=80 or fd.type=unix', `- ${FD_INET_SOCKET | FD_UNIX_SOCKET}`],
    ['fd.type=ipv4 and fd.type=unix', '- 0'],
    ['fd.port != 80', `- ${FD_ANY}`],
    ['not fd.type=ipv4', `- ${FD_ANY}`],
  ];
  for (const [filter, selection] of cases) it(filter, () => assert.equal(told(filter), selection));

  it('is left out for filters that remember', () => {
    const context = { inspector: new Inspector(), settings: {} } as unknown as Parameters<typeof compileFilter>[1];
    assert.equal(compileFilter('evt.deltatime>5 and proc.name=cat', context).selection, undefined);
  });
});

const KIND: Record<number, number> = {
  [FD_TYPE.IPV4_SOCK]: FD_INET_SOCKET,
  [FD_TYPE.IPV6_SOCK]: FD_INET_SOCKET,
  [FD_TYPE.IPV4_SERVSOCK]: FD_INET_SOCKET,
  [FD_TYPE.IPV6_SERVSOCK]: FD_INET_SOCKET,
  [FD_TYPE.UNIX_SOCK]: FD_UNIX_SOCKET,
  [FD_TYPE.NETLINK]: FD_OTHER_SOCKET,
};

describe('no event that passes is outside of the selection', () => {
  const folder = new URL('../../../../shared/captures/', import.meta.url);
  const own = new URL('../../../examples/demo.scap', import.meta.url);
  const others = existsSync(folder)
    ? readdirSync(folder)
        .filter((name) => name.endsWith('.scap'))
        .map((name) => new URL(name, folder))
    : [];
  const filters = [
    'proc.name in (nginx, httpd, bash, sh, cat, mysqld, curl, docker, node, redis-server, vi)',
    'fd.type=ipv4',
    'fd.type in (ipv6, unix)',
    'fd.type in (file, directory, pipe, event, eventpoll, inotify, timerfd, signalfd)',
    'fd.l4proto=tcp',
    'fd.port=80 or fd.sport=443 or fd.cport=53',
    'fd.ip=127.0.0.1 or fd.sip=127.0.0.1',
    'fd.typechar in (4, 6, u)',
  ];
  for (const file of [own, ...others.slice(0, 4)]) {
    it(file.pathname.split('/').at(-1)!, () => {
      for (const text of filters) {
        const inspector = new Inspector();
        const context = { inspector, settings: {} } as unknown as Parameters<typeof compileFilter>[1];
        const filter = compileFilter(text, context);
        const { who, fds } = filter.selection!;
        inspector.setFilter(filter);
        const source = openCaptureFile(file.pathname);
        let passed = 0;
        while (source.nextBatch()) {
          inspector.walkBatch(source, (event) => {
            passed++;
            if (who !== null) assert.ok(who.names.has(event.thread!.comm.text));
            if (event.fd !== null) {
              // Other kinds, unknown ones too, are no sockets for this table.
              const kind = KIND[event.fd.type] ?? FD_NO_SOCKET;
              if (event.fd.type !== FD_TYPE.UNSUPPORTED) assert.ok((fds & kind) !== 0, `${text}: ${event.fd.type}`);
            }
            return passed < 200_000;
          });
          if (passed >= 200_000) break;
        }
        source.close();
      }
    });
  }
});
