/** Times in file names: the conversions of strftime, in the C locale and the local time zone. */

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

const pad = (value: number, width = 2): string => String(value).padStart(width, '0');

/** `format` with its `%` conversions replaced for a time in seconds since the epoch; unknown ones stay as they are. */
export function formatTime(format: string, seconds: number): string {
  const date = new Date(seconds * 1000);
  return format.replace(/%([%a-zA-Z])/g, (whole, letter: string) => convert(letter, date, seconds) ?? whole);
}

function convert(letter: string, date: Date, seconds: number): string | undefined {
  const hour12 = date.getHours() % 12 || 12;
  const dayOfYear = () => {
    const midnight = Date.UTC(date.getFullYear(), date.getMonth(), date.getDate());
    return Math.round((midnight - Date.UTC(date.getFullYear(), 0, 1)) / 86_400_000) + 1;
  };
  switch (letter) {
    case '%':
      return '%';
    case 'Y':
      return String(date.getFullYear());
    case 'C':
      return pad(Math.floor(date.getFullYear() / 100));
    case 'y':
      return pad(date.getFullYear() % 100);
    case 'm':
      return pad(date.getMonth() + 1);
    case 'd':
      return pad(date.getDate());
    case 'e':
      return String(date.getDate()).padStart(2, ' ');
    case 'j':
      return pad(dayOfYear(), 3);
    case 'H':
      return pad(date.getHours());
    case 'I':
      return pad(hour12);
    case 'M':
      return pad(date.getMinutes());
    case 'S':
      return pad(date.getSeconds());
    case 'p':
      return date.getHours() < 12 ? 'AM' : 'PM';
    case 's':
      return String(Math.floor(seconds));
    case 'a':
      return DAYS[date.getDay()]!.slice(0, 3);
    case 'A':
      return DAYS[date.getDay()];
    case 'b':
    case 'h':
      return MONTHS[date.getMonth()]!.slice(0, 3);
    case 'B':
      return MONTHS[date.getMonth()];
    case 'u':
      return String(date.getDay() || 7);
    case 'w':
      return String(date.getDay());
    case 'F':
      return formatTime('%Y-%m-%d', seconds);
    case 'T':
      return formatTime('%H:%M:%S', seconds);
    case 'R':
      return formatTime('%H:%M', seconds);
    case 'D':
      return formatTime('%m/%d/%y', seconds);
    case 'z': {
      const minutes = -date.getTimezoneOffset();
      const size = Math.abs(minutes);
      return `${minutes < 0 ? '-' : '+'}${pad(Math.floor(size / 60))}${pad(size % 60)}`;
    }
    default:
      return undefined;
  }
}
