/**
 * What Lua's `os` library does, except what needs the running state (`exit`): clock, dates, commands, file names.
 * Dates follow C's strftime in the C locale, with the flags of glibc.
 */
import { closeSync, lstatSync, openSync, readFileSync, renameSync, rmdirSync, unlinkSync } from 'node:fs';
import { constants as osConstants } from 'node:os';
import { cString } from './c-string.js';
import { type FileFailure, fileFailure, KernelError } from './errors.js';
import { commandText, type FileHost, flushAllFiles, pathBytes } from './files.js';

/** Seconds of processor time the process used. */
export function clock(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e6;
}

/** Whole seconds since 1970. */
export function now(): number {
  return Math.floor(Date.now() / 1000);
}

/** Fields of a broken-down time, as `os.date("*t")` gives them and `os.time` takes them. */
export interface DateFields {
  year: number;
  /** 1 to 12. */
  month: number;
  day: number;
  hour: number;
  min: number;
  sec: number;
  /** 1 is Sunday. */
  wday: number;
  /** 1 is January 1. */
  yday: number;
  isdst: boolean;
}

/** Breaks a time down; undefined when it is beyond what dates can hold. */
export function breakDown(time: number, utc: boolean): DateFields | undefined {
  const date = new Date(Math.trunc(time) * 1000);
  if (Number.isNaN(date.getTime())) return undefined;
  if (utc) {
    const year = date.getUTCFullYear();
    return {
      year,
      month: date.getUTCMonth() + 1,
      day: date.getUTCDate(),
      hour: date.getUTCHours(),
      min: date.getUTCMinutes(),
      sec: date.getUTCSeconds(),
      wday: date.getUTCDay() + 1,
      yday: dayOfYear(year, date.getUTCMonth(), date.getUTCDate()),
      isdst: false,
    };
  }
  const year = date.getFullYear();
  return {
    year,
    month: date.getMonth() + 1,
    day: date.getDate(),
    hour: date.getHours(),
    min: date.getMinutes(),
    sec: date.getSeconds(),
    wday: date.getDay() + 1,
    yday: dayOfYear(year, date.getMonth(), date.getDate()),
    isdst: isSummerTime(date),
  };
}

function dayOfYear(year: number, month: number, day: number): number {
  return (utcOf(year, month, day) - utcOf(year, 0, 1)) / 86400000 + 1;
}

function utcOf(year: number, month: number, day: number): number {
  const date = new Date(0);
  date.setUTCFullYear(year, month, day);
  return date.getTime();
}

function isSummerTime(date: Date): boolean {
  const year = date.getFullYear();
  const standard = Math.max(new Date(year, 0, 1).getTimezoneOffset(), new Date(year, 6, 1).getTimezoneOffset());
  return date.getTimezoneOffset() < standard;
}

/**
 * `os.time(fields)`: the time of a local date whose fields may be out of range, or undefined when there is none.
 * `isdst` undefined lets the zone decide.
 */
export function makeTime(
  fields: { year: number; month: number; day: number; hour: number; min: number; sec: number },
  isdst: boolean | undefined,
): number | undefined {
  const date = new Date(2000, 0, 1);
  date.setFullYear(fields.year, fields.month - 1, fields.day);
  date.setHours(fields.hour, fields.min, fields.sec, 0);
  let ms = date.getTime();
  if (Number.isNaN(ms)) return undefined;
  if (isdst !== undefined && isdst !== isSummerTime(date)) ms += isdst ? -3600000 : 3600000;
  const time = ms / 1000;
  return time === -1 ? undefined : time;
}

const DAYS = ['Sunday', 'Monday', 'Tuesday', 'Wednesday', 'Thursday', 'Friday', 'Saturday'];
const MONTHS = [
  'January',
  'February',
  'March',
  'April',
  'May',
  'June',
  'July',
  'August',
  'September',
  'October',
  'November',
  'December',
];

/** `os.date(format, time)` for every format but `*t`; a leading `!` means UTC. Empty when the date is impossible. */
export function formatDate(format: string, time: number): string | undefined {
  const utc = format.startsWith('!');
  const fields = breakDown(time, utc);
  if (!fields) return undefined;
  return strftime(cString(utc ? format.slice(1) : format), fields, Math.trunc(time), utc);
}

const DIRECTIVE = /%([_\-0^#+]*)(\d*)([EO]?)(.?)/gs;

function strftime(format: string, t: DateFields, time: number, utc: boolean): string {
  return format.replace(DIRECTIVE, (whole, flags: string, width: string, _modifier: string, letter: string) => {
    const value = conversion(letter, t, time, utc);
    if (value === undefined) return whole;
    let text: string;
    let padChar = ' ';
    let size = Number(width || 0);
    const flag = /[_\-0+](?=[^_\-0+]*$)/.exec(flags)?.[0];
    if (typeof value === 'object') {
      padChar = flag === '_' || flag === '-' ? ' ' : flag === '0' || flag === '+' ? '0' : value.pad;
      if (width === '') size = flag === '-' ? 0 : value.width;
      const digits = String(Math.abs(value.number)).padStart(size - (value.number < 0 ? 1 : 0), padChar);
      return value.number < 0 ? `-${digits}` : digits;
    }
    text = value;
    if (flag === '0') padChar = '0';
    if (letter !== 'P' && flags.includes('^')) text = text.toUpperCase();
    else if (flags.includes('#')) {
      if (letter === 'Z' || letter === 'p') text = text.toLowerCase();
      else if ('aAbBh'.includes(letter)) text = text.toUpperCase();
    }
    return text.padStart(size, padChar);
  });
}

interface Padded {
  number: number;
  width: number;
  pad: string;
}

const digits = (number: number, width = 2, pad = '0'): Padded => ({ number, width, pad });

function conversion(letter: string, t: DateFields, time: number, utc: boolean): string | Padded | undefined {
  const sub = (format: string) => strftime(format, t, time, utc);
  switch (letter) {
    case 'a':
      return DAYS[t.wday - 1]!.slice(0, 3);
    case 'A':
      return DAYS[t.wday - 1]!;
    case 'b':
    case 'h':
      return MONTHS[t.month - 1]!.slice(0, 3);
    case 'B':
      return MONTHS[t.month - 1]!;
    case 'c':
      return sub('%a %b %e %H:%M:%S %Y');
    case 'C':
      return digits(Math.floor(t.year / 100));
    case 'd':
      return digits(t.day);
    case 'D':
    case 'x':
      return sub('%m/%d/%y');
    case 'e':
      return digits(t.day, 2, ' ');
    case 'F':
      return sub('%Y-%m-%d');
    case 'g':
      return digits(((isoWeek(t).year % 100) + 100) % 100);
    case 'G':
      return digits(isoWeek(t).year, 1);
    case 'H':
      return digits(t.hour);
    case 'I':
      return digits(t.hour % 12 || 12);
    case 'j':
      return digits(t.yday, 3);
    case 'k':
      return digits(t.hour, 2, ' ');
    case 'l':
      return digits(t.hour % 12 || 12, 2, ' ');
    case 'm':
      return digits(t.month);
    case 'M':
      return digits(t.min);
    case 'n':
      return '\n';
    case 'p':
      return t.hour < 12 ? 'AM' : 'PM';
    case 'P':
      return t.hour < 12 ? 'am' : 'pm';
    case 'r':
      return sub('%I:%M:%S %p');
    case 'R':
      return sub('%H:%M');
    case 's':
      return digits(utc ? time - zoneOffset(time) * 60 : time, 1, ' ');
    case 'S':
      return digits(t.sec);
    case 't':
      return '\t';
    case 'T':
    case 'X':
      return sub('%H:%M:%S');
    case 'u':
      return digits(t.wday === 1 ? 7 : t.wday - 1, 1);
    case 'U':
      return digits(Math.floor((t.yday + 6 - (t.wday - 1)) / 7));
    case 'V':
      return digits(isoWeek(t).week);
    case 'w':
      return digits(t.wday - 1, 1);
    case 'W':
      return digits(Math.floor((t.yday + 6 - ((t.wday + 5) % 7)) / 7));
    case 'y':
      return digits(((t.year % 100) + 100) % 100);
    case 'Y':
      return digits(t.year, 1);
    case 'z': {
      const minutes = utc ? 0 : zoneOffset(time);
      const size = Math.abs(minutes);
      return `${minutes < 0 ? '-' : '+'}${String(Math.floor(size / 60) * 100 + (size % 60)).padStart(4, '0')}`;
    }
    case 'Z':
      return utc ? 'GMT' : zoneName(time);
    case '%':
      return '%';
    default:
      return undefined;
  }
}

/** Minutes east of Greenwich at a time. */
function zoneOffset(time: number): number {
  return -new Date(time * 1000).getTimezoneOffset();
}

/** Year and week by ISO 8601: weeks begin on Monday, the first has the year's first Thursday. */
function isoWeek(t: DateFields): { year: number; week: number } {
  const weekday = (t.wday + 5) % 7;
  const thursday = new Date(utcOf(t.year, t.month - 1, t.day - weekday + 3));
  const year = thursday.getUTCFullYear();
  return { year, week: Math.floor((thursday.getTime() - utcOf(year, 0, 1)) / 86400000 / 7) + 1 };
}

/** The zone's abbreviation at a time: JavaScript only knows long names, so the zone file is read. */
function zoneName(time: number): string {
  const zone = process.env.TZ;
  const path =
    zone === undefined
      ? '/etc/localtime'
      : /^:?[A-Za-z]/.test(zone)
        ? `/usr/share/zoneinfo/${zone.replace(/^:/, '')}`
        : undefined;
  try {
    if (path !== undefined) return zoneNameFromFile(readFileSync(path), time);
  } catch {
    // No such file: a POSIX zone text such as EST5EDT, or no zones installed.
  }
  const named = /^([A-Za-z]{3,})/.exec(zone ?? '')?.[1];
  if (named !== undefined && /\d/.test(zone ?? '')) return named;
  return 'UTC';
}

/** Looks a time up in a TZif file (64-bit part). */
function zoneNameFromFile(file: Buffer, time: number): string {
  const counts = (at: number) => ({
    utc: file.readUInt32BE(at + 20),
    std: file.readUInt32BE(at + 24),
    leap: file.readUInt32BE(at + 28),
    times: file.readUInt32BE(at + 32),
    types: file.readUInt32BE(at + 36),
    chars: file.readUInt32BE(at + 40),
  });
  const old = counts(0);
  let at = 44 + old.times * 5 + old.types * 6 + old.chars + old.leap * 8 + old.std + old.utc;
  const head = counts(at);
  at += 44;
  const typeAt = (index: number) => at + head.times * 9 + index * 6;
  const name = (type: number) => {
    const start = at + head.times * 9 + head.types * 6 + file[typeAt(type) + 5]!;
    return file.toString('latin1', start, file.indexOf(0, start));
  };
  const seconds = zoneOffset(time) * 60;
  // Beyond the last transition the rule at the file's end holds: the type of this offset used last is its name.
  for (let i = head.times - 1; i >= 0; i--) {
    const type = file[at + head.times * 8 + i]!;
    const begins = Number(file.readBigInt64BE(at + i * 8));
    const fits = file.readInt32BE(typeAt(type)) === seconds;
    if (fits && (begins <= time || i >= head.times - 4)) return name(type);
  }
  for (let type = 0; type < head.types; type++) if (file.readInt32BE(typeAt(type)) === seconds) return name(type);
  return name(0);
}

/** `os.execute(command)`: the status as C's `system` gives it, exit code times 256 or the signal's number. */
export function execute(command: string | undefined, host: FileHost = {}): number {
  if (command === undefined) return 1;
  host.flush?.();
  flushAllFiles();
  const { spawnSync } = process.getBuiltinModule('node:child_process');
  const done = spawnSync('/bin/sh', ['-c', commandText(command)], { argv0: 'sh', stdio: 'inherit' });
  if (done.error) return -1;
  if (done.signal !== null) return osConstants.signals[done.signal];
  return (done.status ?? 0) * 256;
}

export function getenv(name: string): string | undefined {
  const value = process.env[Buffer.from(name, 'latin1').toString('utf8')];
  return value === undefined ? undefined : Buffer.from(value, 'utf8').toString('latin1');
}

/** `os.remove`: a file or an empty folder. */
export function remove(path: string): true | FileFailure {
  try {
    const bytes = pathBytes(path);
    if (lstatSync(bytes).isDirectory()) rmdirSync(bytes);
    else unlinkSync(bytes);
    return true;
  } catch (error) {
    return fileFailure(error, path);
  }
}

export function rename(from: string, to: string): true | FileFailure {
  try {
    renameSync(pathBytes(from), pathBytes(to));
    return true;
  } catch (error) {
    return fileFailure(error, from);
  }
}

/** A fresh file in /tmp; its name. */
export function tmpname(): string {
  for (let attempt = 0; attempt < 100; attempt++) {
    let tail = '';
    for (let i = 0; i < 6; i++) {
      tail += 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789'[Math.floor(Math.random() * 62)];
    }
    const path = `/tmp/lua_${tail}`;
    try {
      closeSync(openSync(path, 'wx', 0o600));
      return path;
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EEXIST') break;
    }
  }
  throw new KernelError('unable to generate a unique filename');
}

/** `os.setlocale`: there is only the C locale. undefined refuses another. */
export function setlocale(locale: string | undefined): string | undefined {
  return locale === undefined || locale === '' || locale === 'C' || locale === 'POSIX' ? 'C' : undefined;
}
