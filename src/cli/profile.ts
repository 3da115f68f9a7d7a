/**
 * `--profile`: how often each callback of a chisel was called and how long that took, and which Lua lines the time went
 * to: V8's sampling profiler, its places in generated code mapped back to Lua. Lua that is interpreted has no code of its
 * own to be sampled: there only the callbacks are told.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { type Profiler, Session } from 'node:inspector';
import type { Chisel } from '../chisel/chisel.js';
import type { ChiselHost } from '../chisel/host.js';
import { type ChunkInfo, chunkOfScript } from '../lua/compiled/stack.js';

const SAMPLE_EVERY_US = 500;
const LINES_SHOWN = 12;

/** A place in Lua. */
interface Place {
  file: string;
  line: number;
  text: string;
}

interface Calls {
  chisel: string;
  callback: string;
  count: number;
  milliseconds: number;
  longest: number;
}

/** A frame of a speedscope profile. */
interface Frame {
  name: string;
  file?: string;
  line?: number;
}

export class Profile {
  private readonly session = new Session();
  private readonly calls = new Map<string, Calls>();
  private readonly files = new Map<ChunkInfo, string>();
  private readonly sources = new Map<string, readonly string[]>();
  private host: ChiselHost | null = null;

  readonly onCall = (chisel: string, callback: string, milliseconds: number): void => {
    const key = `${chisel} ${callback}`;
    let calls = this.calls.get(key);
    if (calls === undefined) {
      calls = { chisel, callback, count: 0, milliseconds: 0, longest: 0 };
      this.calls.set(key, calls);
    }
    calls.count++;
    calls.milliseconds += milliseconds;
    if (milliseconds > calls.longest) calls.longest = milliseconds;
  };

  start(): void {
    this.session.connect();
    this.session.post('Profiler.enable');
    this.session.post('Profiler.setSamplingInterval', { interval: SAMPLE_EVERY_US });
    this.session.post('Profiler.start');
  }

  /**
   * Tells what was found on standard error.
   * @param file where the profile is written, in speedscope's format; `''` for nowhere. Throws when that cannot be done.
   */
  finish(host: ChiselHost, file: string): void {
    this.host = host;
    let profile: Profiler.Profile | undefined;
    this.session.post('Profiler.stop', (_error, result) => {
      profile = result?.profile;
    });
    this.session.disconnect();
    const lines = [...this.callbackTable(), ...(profile === undefined ? [] : this.lineTable(profile))];
    process.stderr.write(`${lines.join('\n')}\n`);
    if (profile === undefined || file === '') return;
    try {
      writeFileSync(file, JSON.stringify(this.speedscope(profile)));
    } catch (error) {
      throw new Error(`--profile: cannot write ${file}: ${(error as Error).message}`, { cause: error });
    }
    process.stderr.write(`wrote ${file}: open it at https://www.speedscope.app\n`);
  }

  private callbackTable(): string[] {
    const tiers = (this.host?.chisels ?? []).map((chisel) => `${chisel.name} (${chisel.lua.tier})`);
    const rows = [...this.calls.values()].sort((a, b) => b.milliseconds - a.milliseconds);
    return [
      `profile of ${tiers.join(', ')}`,
      `${'calls'.padStart(10)}${'total ms'.padStart(12)}${'mean us'.padStart(12)}${'longest ms'.padStart(12)}  callback`,
      ...rows.map(({ chisel, callback, count, milliseconds, longest }) => {
        const mean = ((1000 * milliseconds) / count).toFixed(2);
        const name = tiers.length > 1 ? `${callback} of ${chisel}` : callback;
        return `${String(count).padStart(10)}${milliseconds.toFixed(1).padStart(12)}${mean.padStart(12)}${longest.toFixed(2).padStart(12)}  ${name}`;
      }),
    ];
  }

  /** The Lua lines with the most samples in themselves; what they call in burin counts as burin's. */
  private lineTable(profile: Profiler.Profile): string[] {
    const places = new Map<string, { place: Place; ticks: number }>();
    let all = 0;
    let lua = 0;
    for (const node of profile.nodes) {
      const hits = node.hitCount ?? 0;
      if (node.callFrame.functionName !== '(idle)') all += hits;
      const chunk = chunkOfScript(node.callFrame.url);
      if (chunk === undefined) continue;
      lua += hits;
      for (const { line, ticks } of node.positionTicks ?? []) {
        const place = this.place(chunk, line, node.callFrame.functionName);
        const key = `${place.file}:${place.line}`;
        const entry = places.get(key) ?? { place, ticks: 0 };
        entry.ticks += ticks;
        places.set(key, entry);
      }
    }
    if (lua === 0) return ['no samples in compiled Lua'];
    const share = (ticks: number) => `${((100 * ticks) / all).toFixed(1)} %`.padStart(10);
    const hottest = [...places.values()].sort((a, b) => b.ticks - a.ticks).slice(0, LINES_SHOWN);
    return [
      `${share(lua)}  of the time in Lua, without what it calls in burin; the lines:`,
      ...hottest.map(({ place, ticks }) => `${share(ticks)}  ${place.file}:${place.line}: ${place.text}`),
    ];
  }

  /** @param line of the generated code, from 1 */
  private place(chunk: ChunkInfo, line: number, functionName: string): Place {
    const site = chunk.sites[chunk.lines[line] ?? -1];
    const number = site?.line ?? this.functionOf(chunk, functionName)?.line ?? 0;
    const file = this.fileOf(chunk);
    return { file, line: number, text: this.lineOf(chunk, file, number).trim() };
  }

  private lineOf(chunk: ChunkInfo, file: string, line: number): string {
    let lines = this.sources.get(file);
    if (lines === undefined) {
      try {
        lines = (/^[@=]/.test(chunk.chunkName) ? readFileSync(file, 'latin1') : chunk.chunkName).split('\n');
      } catch {
        lines = [];
      }
      this.sources.set(file, lines);
    }
    return lines[line - 1] ?? '';
  }

  private functionOf(chunk: ChunkInfo, name: string): ChunkInfo['functions'][number] | undefined {
    const id = /^f(\d+)$/.exec(name)?.[1];
    return id === undefined ? undefined : chunk.functions[Number(id)];
  }

  /** A chisel's chunk is named by its text, a module's by its path. */
  private fileOf(chunk: ChunkInfo): string {
    let file = this.files.get(chunk);
    if (file === undefined) {
      const isText = !/^[@=]/.test(chunk.chunkName);
      const owner: Chisel | undefined = isText
        ? this.host?.chisels.find((chisel) => chisel.source === chunk.chunkName)
        : undefined;
      file = owner?.file ?? (isText ? chunk.shortName : chunk.chunkName.slice(1));
      this.files.set(chunk, file);
    }
    return file;
  }

  /** A sampled profile; frames of Lua carry their file and line. */
  private speedscope(profile: Profiler.Profile): object {
    const frames: Frame[] = [];
    const frameIds = new Map<string, number>();
    const stacks = new Map<number, number[]>();
    const children = new Map(profile.nodes.map((node) => [node.id, node]));
    const visit = (id: number, below: readonly number[]): void => {
      const node = children.get(id)!;
      const frame = this.frame(node);
      const key = `${frame.name} ${frame.file}:${frame.line}`;
      let index = frameIds.get(key);
      if (index === undefined) {
        index = frames.push(frame) - 1;
        frameIds.set(key, index);
      }
      const stack = node.callFrame.functionName === '(root)' ? [] : [...below, index];
      stacks.set(id, stack);
      for (const child of node.children ?? []) visit(child, stack);
    };
    visit(profile.nodes[0]!.id, []);
    const samples: number[][] = [];
    const weights: number[] = [];
    (profile.samples ?? []).forEach((id, index) => {
      samples.push(stacks.get(id) ?? []);
      weights.push(Math.max(0, profile.timeDeltas?.[index] ?? 0));
    });
    const endValue = weights.reduce((sum, weight) => sum + weight, 0);
    return {
      $schema: 'https://www.speedscope.app/file-format-schema.json',
      exporter: 'burin',
      shared: { frames },
      profiles: [{ type: 'sampled', name: 'chisels', unit: 'microseconds', startValue: 0, endValue, samples, weights }],
    };
  }

  private frame({ callFrame }: Profiler.ProfileNode): Frame {
    const { functionName, url, lineNumber } = callFrame;
    const chunk = chunkOfScript(url);
    if (chunk === undefined) {
      const name = functionName === '' ? '(anonymous)' : functionName;
      return url === '' ? { name } : { name, file: url, line: lineNumber + 1 };
    }
    const fn = this.functionOf(chunk, functionName);
    const file = this.fileOf(chunk);
    const line = fn?.line ?? 0;
    return { name: fn?.isMain === true ? `main chunk of ${file}` : `function at ${file}:${line}`, file, line };
  }
}
