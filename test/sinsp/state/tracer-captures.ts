/** Captures of programs that write tracer marks. */
import { CaptureBuilder, join, raw, u16, u32, u64 } from '../../support/capture-builder.js';
import { call, cloneParams, code, execParams, scenario } from './scenario.js';

const FILE = 16;
const NULL_DEVICE = '/dev/null';
/** An entry of a process's descriptors. */
const nullFd = (fd: number) => ({
  fd,
  type: FILE,
  payload: join([u32(2), u16(NULL_DEVICE.length), raw(NULL_DEVICE), u32(6)]),
});

const tidOf = (index: number): number => 1000 + index;

/** What comes before and after a text that may be a mark. */
const FIRST = '>:7:first.second:k=v:';
const LAST = '<:7:first.second:r=1:';

/** A process for each text: it writes it, whole or cut into pieces, between two that are marks beyond doubt. */
export function marksCapture(texts: readonly (readonly string[])[]): CaptureBuilder {
  const builder = new CaptureBuilder()
    .section()
    .machine()
    .interfaces(2, [])
    .users(2, [{ uid: 0, gid: 0, name: 'root' }], [{ gid: 0, name: 'root' }])
    .processes(texts.map((_, i) => ({ tid: tidOf(i), ptid: 900, comm: `p${i}` })));
  for (const i of texts.keys()) builder.fds(tidOf(i), [nullFd(3)]);
  let ts = 1_500_000_000_000_000_000n;
  for (const [i, pieces] of texts.entries()) {
    for (const data of [FIRST, ...pieces, LAST]) {
      ts += 10_000n;
      const written = [u64(data.length), raw(data)];
      call(builder, 'SYSCALL_WRITE', [u64(3), u32(data.length)], written, { tid: tidOf(i), ts });
    }
  }
  return builder;
}

/** Ways to get at /dev/null, to write, and to read; processes and threads that share it; spans inside each other. */
export function tracedPrograms(): CaptureBuilder {
  const builder = scenario().fds(1, [nullFd(4)]);
  let ts = 1_500_000_000_000_000_000n;
  const done = (name: string, enter: Parameters<typeof call>[2], exit: Parameters<typeof call>[3], tid = 100): void => {
    ts += 10_000n;
    call(builder, name, enter, exit, { tid, ts });
  };
  const write = (fd: number, data: string, tid = 100): void =>
    done('SYSCALL_WRITE', [u64(fd), u32(data.length)], [u64(data.length), raw(data)], tid);
  const open = (fd: number, path: string, tid = 100): void =>
    done('SYSCALL_OPEN', [path, u32(2), u32(0)], [u64(fd), path, u32(2), u32(0), u32(6)], tid);
  const work = (tid = 100): void => {
    open(20, '/etc/hosts', tid);
    done('SYSCALL_READ', [u64(20), u32(5)], [u64(5), raw('hosts')], tid);
    done('SYSCALL_CLOSE', [u64(20)], [u64(0)], tid);
  };
  const wait = (tid = 100): void => done('SYSCALL_GETUID', [], [u32(0)], tid);

  // Of the process list.
  write(4, '>:t:listed:x=1:', 1);
  wait(1);
  write(4, '<:t:listed::', 1);
  // What is written first decides.
  open(10, NULL_DEVICE);
  write(10, 'hello');
  write(10, '>:1:late::');
  done('SYSCALL_CLOSE', [u64(10)], [u64(0)]);
  open(10, NULL_DEVICE);
  done('SYSCALL_READ', [u64(10), u32(5)], [u64(0), raw('')]);
  write(10, '>:1:a:k=v,l=w:');
  work();
  write(10, '>:1:a.b:n=1:');
  work();
  write(10, '>:1:a.b.c::');
  work();
  write(10, '<:1:a.b.c::');
  write(10, '<:1:a.b:res=2:');
  // Without a beginning, and without a mark.
  write(10, '<:2:other::');
  write(10, 'hello again');
  done('SYSCALL_READ', [u64(10), u32(5)], [u64(0), raw('')]);
  done('SYSCALL_WRITE', [u64(10), u32(5)], [u64(-9), raw('>:3:failed::')]);
  wait();
  write(10, '<:1:a:r=1:');
  wait();
  // Other calls that write.
  done('SYSCALL_WRITEV', [u64(10), u32(9)], [u64(9), raw('>:4:v::')]);
  work();
  done('SYSCALL_PWRITE', [u64(10), u32(9), u64(0)], [u64(9), raw('<:4:v::')]);
  done('SYSCALL_PREAD', [u64(10), u32(9), u64(0)], [u64(0), raw('')]);
  done('SYSCALL_PWRITEV', [u64(10), u32(9), u64(0)], [u64(9), raw('<:4:pv::')]);
  // Copies of descriptors, which share what is known of the first one but not what is found out later.
  done('SYSCALL_DUP', [u64(10)], [u64(11)]);
  write(11, '>:5:dup::');
  done('SYSCALL_FCNTL', [u64(10), raw('\x01')], [u64(12)]);
  write(12, '<:5:dup::');
  open(13, '../../dev/./null');
  done('SYSCALL_DUP', [u64(13)], [u64(14)]);
  write(14, '>:6:copied::');
  write(13, '<:6:copied::');
  // A mark in pieces.
  write(13, '>:8:pie');
  wait();
  write(13, 'ces:k=');
  write(13, 'v:');
  write(13, '<:8:pieces::');
  // A child process, and a thread; ids by letters.
  const clone = { tid: 200, ptid: 100, flags: 0 };
  done('SYSCALL_CLONE_20', [], cloneParams({ ...clone, res: 200, tid: 100, ptid: 1 }));
  builder.event(code('SYSCALL_CLONE_20_X'), cloneParams({ ...clone, res: 0 }), { tid: 200, ts });
  write(10, '>:p:child:a=b:', 200);
  work(200);
  write(10, '>:pp:child:c=d:', 200);
  work(200);
  work();
  write(10, '<:pp:child::', 200);
  done('SYSCALL_EXECVE_19', ['/bin/x'], execParams({ exe: '/bin/x', comm: 'x', tid: 200, ptid: 100 }), 200);
  write(10, '<:p:child::', 200);
  write(10, '>:t:thread::', 101);
  wait(101);
  wait();
  write(10, '<:t:thread::', 101);
  // Ends of calls whose beginning was not seen.
  ts += 10_000n;
  builder.event(code('SYSCALL_WRITE_X'), [u64(9), raw('>:9:lost::')], { tid: 100, ts });
  write(10, '>:9:last::');
  ts += 10_000n;
  builder.event(code('SYSCALL_WRITE_X'), [u64(-5), raw('>:9:lost::')], { tid: 100, ts });
  wait();
  // What a writer of captures said is one, through a descriptor that is not known.
  const flagged = { tid: 100, ts: ts + 20_000n, flags: 2 };
  call(builder, 'SYSCALL_WRITE', [u64(70), u32(9)], [u64(9), raw('<:9:last::')], flagged);
  ts += 30_000n;
  wait();
  return builder;
}

/** More spans than are kept at a time. */
export function manySpans(): CaptureBuilder {
  const texts = Array.from({ length: 140 }, (_, i) => `>:${i + 1}:many.${i}::`);
  const ends = texts.map((begun) => begun.replace('>', '<'));
  return marksCapture([[...texts, ...ends]]);
}
