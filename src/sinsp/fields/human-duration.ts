/** Durations for people: a few digits and a unit. */

const SCALES: readonly (readonly [limit: number, unit: number, suffix: string])[] = [
  [1e3, 1, 'ns'],
  [1e6, 1e3, 'us'],
  [1e9, 1e6, 'ms'],
];

const LONGEST = 2 ** 63;

/** Two decimals, not rounded up. */
function twoDecimals(value: number, unit: number): string {
  const hundredths = Math.floor((value * 100) / unit);
  const whole = Math.floor(hundredths / 100);
  return `${whole}.${String(hundredths - whole * 100).padStart(2, '0')}`;
}

/** Nanoseconds as `999ns`, `1.23us`, `12us`, `12.34s`, `1:1` (minutes and seconds) or `25:00:00`. */
export function humanDuration(nanos: number): string {
  // Time that ran backwards: too long for sysdig, which shows the longest that it can.
  if (nanos < 0) return humanDuration(LONGEST);
  for (const [limit, unit, suffix] of SCALES) {
    if (nanos >= limit) continue;
    if (unit === 1 || nanos >= unit * 10) return `${Math.floor(nanos / unit)}${suffix}`;
    return `${twoDecimals(nanos, unit)}${suffix}`;
  }
  const seconds = Math.floor(nanos / 1e9);
  if (seconds < 60) return `${twoDecimals(nanos, 1e9)}s`;
  const minutes = Math.floor(seconds / 60);
  if (seconds < 3600) return `${minutes}:${seconds % 60}`;
  const two = (value: number): string => String(value).padStart(2, '0');
  return `${two(Math.floor(minutes / 60))}:${two(minutes % 60)}:${two(seconds % 60)}`;
}
