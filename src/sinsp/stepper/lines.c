/*
 * Lines of events, for what prints every event: the pieces that ../format/line-form.ts names, made of what lies in the
 * stepper's memory. A text that it does not have is asked for: the event goes to JavaScript, which puts the text there
 * (lines.ts) and has the line written then. Whatever needs more than that is printed by JavaScript, so that the rare and the
 * odd exist there alone.
 *
 * What it writes is what ParamRenderer and the printers do; test/sinsp/stepper holds it against them.
 */
#include "stepper.h"

/* What is written through the descriptor is a message to syslog. */
#define IS_LOG 1
/* The name is shown differently as the value of a field. */
#define NAME_DIFFERS 2

/* What an event has to do with descriptors: nothing; it has one; or it has the name of one that it does not make. */
#define NO_FD 0
#define NAMES_FD 2

/* Kinds of pieces; those of them that are texts can be JSON strings. */
#define LITERAL 0
#define NUMBER 1
#define TIME_OF_DAY 2
#define TIMESTAMP 3
#define CPU 4
#define PROGRAM 5
#define TID 6
#define PID 7
#define DIRECTION 8
#define TYPE 9
#define ARGS 10
#define INFO 11
#define FD_NAME 12
struct piece {
  u32 kind;
  /* Of a literal. */
  const struct text *text;
  /* Fixed text in front of it, as most is short: its length, and the bytes. */
  u32 before_length;
  u8 before[16];
};
#define PIECES 64

/* Kinds of parameters: how they are written. */
#define SIGNED 1
#define UNSIGNED 2
#define HEX 3
#define OCT 4
#define TEXT 5
#define PATH 6
#define BYTES 7
#define BOOLEAN 8
#define ADDRESS 10
#define TUPLE 11
#define FD_LIST 12
#define DYNAMIC 13
/* What stands in parentheses behind them. */
#define NO_NAME 0
#define ERROR_NAME 1
#define FD_TEXT 2
#define PROGRAM_NAME 3
#define FLAG_NAMES 4
#define SYSCALL_NAME 5
#define SIGNAL_NAME 6
#define FULL_PATH 7
#define SECONDS 8
struct writing {
  u8 kind;
  u8 size;
  u8 resolved;
};
/* Writings of a parameter whose first byte tells which. */
struct variants {
  u32 count;
  /* Each in four bytes. */
  struct {
    struct writing writing;
    u8 unused;
  } of[];
};
#define LABEL 24
struct param {
  /* `name=` */
  u8 label[LABEL];
  u32 label_length;
  const struct variants *variants;
  struct writing writing;
};
struct plan {
  const struct text *type;
  u32 shown;
  struct param params[];
};

/* Names of flags by parameter and value: a place for each by what these come to, the last one wins. */
#define FLAG_PLACES 4096
struct flags {
  u32 param;
  u32 value;
  const struct text *text;
};
/* There are none. */
#define NO_FLAGS ((const struct text *)1)

/* With those that the kernel keeps to itself. */
#define ERRORS 576
#define SIGNALS 128

/* Of its own, so that what is done for most lines stays short. */
#define RARE __attribute__((noinline))

#define AT_FDCWD (-100)
#define AF_UNIX 1
#define AF_INET 2
#define AF_INET6 10
#define CUT 80
/* Numbers of one line and what stands between them come to less than this. */
#define NUMBERS_ROOM 8192

/* What write_line() did not have: by slot, slot and descriptor, code, parameter and value, or id. */
#define NOTHING_MISSING 0
#define MISSING_PROGRAM 1
#define MISSING_FD 2
#define MISSING_PLAN 3
#define MISSING_FLAGS 4
#define MISSING_PID 5

/* In memory that lines.ts gives. */
static struct tables {
  u32 missing;
  u32 missing_first;
  u32 missing_second;
  u8 *end;
  /* Buffers are cut to 80 characters. */
  u32 cut;
  /* Texts are JSON strings. */
  u32 json;
  /* Lines in which something is missing are written, with this in its place; 0: they are not. */
  const struct text *unknown;
  i32 utc_offset;
  u32 pieces_count;
  /* The text of a descriptor that is another one after the event at hand, by slot and number; 0: of none. */
  u32 once_slot;
  i32 once_fd;
  const struct text *once_text;
  /* Where the raw text of the last parameter stands that was written; end 0: of none since that was looked at. */
  u8 *raw_start;
  u8 *raw_end;
  struct piece pieces[PIECES];
  const struct plan *plans[EVENT_CODES];
  const struct text *errors[ERRORS];
  const struct text *signals[SIGNALS];
  const struct text *syscalls[CALLS];
  struct flags flags[FLAG_PLACES];
  /* By event code: data may be a message to syslog; NO_FD, NAMES_FD. */
  u8 may_log[EVENT_CODES];
  u8 has_fd[EVENT_CODES];
} *lines;

/* Nothing is written beyond `end`. Returns how much memory that was. */
__attribute__((export_name("place_lines"))) u32 place_lines(struct tables *tables, u8 *end) {
  lines = tables;
  tables->end = end - NUMBERS_ROOM;
  return sizeof *tables;
}

static u8 *ask(u32 what, u32 first, u32 second) {
  lines->missing = what;
  lines->missing_first = first;
  lines->missing_second = second;
  return 0;
}

/* -- texts ---------------------------------------------------------------------------------------------------- */

static u8 *put_bytes(u8 *to, const u8 *from, u32 length) {
  if (to == 0 || to + length > lines->end) return 0;
  wasm_v128_store(to, wasm_v128_load(from));
  for (u32 i = 16; i < length; i += 16) wasm_v128_store(to + i, wasm_v128_load(from + i));
  return to + length;
}

static u8 *put_text(u8 *to, const struct text *text) { return put_bytes(to, text->bytes, text->length); }

/* Which of sixteen bytes are printable ASCII: not below 0x20, not above 0x7e. */
static v128_t printable(v128_t x) {
  return wasm_u8x16_le(wasm_i8x16_sub(x, wasm_i8x16_const_splat(0x20)), wasm_i8x16_const_splat(0x7e - 0x20));
}

/* Bytes, those that are not printable as dots. */
static u8 *put_dotted(u8 *to, const u8 *from, u32 length) {
  if (to + length > lines->end) return 0;
  for (u32 i = 0; i < length; i += 16) {
    v128_t x = wasm_v128_load(from + i);
    wasm_v128_store(to + i, wasm_v128_bitselect(x, wasm_i8x16_const_splat('.'), printable(x)));
  }
  return to + length;
}

/* Bytes without those that are not printable. */
static u8 *put_printable(u8 *to, const u8 *from, u32 length) {
  if (to + length > lines->end) return 0;
  for (u32 i = 0; i < length; i += 16) {
    v128_t x = wasm_v128_load(from + i);
    u32 rest = length - i;
    if (wasm_i8x16_all_true(printable(x))) {
      wasm_v128_store(to, x);
      to += rest < 16 ? rest : 16;
      continue;
    }
    for (u32 k = i; k < i + 16 && k < length; k++) if (from[k] >= 32 && from[k] <= 126) *to++ = from[k];
  }
  return to;
}

/* What was written since `from` can stand in a JSON string as it is. */
static u32 is_plain_json(const u8 *from, const u8 *to) {
  for (; from < to; from += 16) {
    v128_t x = wasm_v128_load(from);
    v128_t quoted = wasm_v128_or(wasm_i8x16_eq(x, wasm_i8x16_const_splat('"')),
                                 wasm_i8x16_eq(x, wasm_i8x16_const_splat('\\')));
    u32 plain = wasm_i8x16_bitmask(wasm_v128_andnot(printable(x), quoted));
    u32 rest = to - from;
    if (~plain << (rest < 16 ? 32 - rest : 16)) return 0;
  }
  return 1;
}

/* -- numbers -------------------------------------------------------------------------------------------------- */

static const char pairs[] =
    "0001020304050607080910111213141516171819202122232425262728293031323334353637383940414243444546474849"
    "5051525354555657585960616263646566676869707172737475767778798081828384858687888990919293949596979899";

static void put_two(u8 *to, u32 value) { WRITE(u16, to, READ(u16, pairs + value * 2)); }

static void put_four(u8 *to, u32 value) {
  put_two(to, value / 100);
  put_two(to + 2, value % 100);
}

/* Numbers below 10,000. V8 asks in every loop whether it shall stop: there is none here. */
static inline u8 *put_short(u8 *to, u32 value) {
  if (value < 10) {
    *to = '0' + value;
    return to + 1;
  }
  if (value < 100) {
    put_two(to, value);
    return to + 2;
  }
  u32 hundreds = value / 100;
  if (value < 1000) *to++ = '0' + hundreds;
  else {
    put_two(to, hundreds);
    to += 2;
  }
  put_two(to, value - hundreds * 100);
  return to + 2;
}

static u8 *put_u32(u8 *to, u32 value) {
  if (value < 10000) return put_short(to, value);
  u32 high = value / 10000;
  if (high < 10000) {
    to = put_short(to, high);
  } else {
    u32 highest = high / 10000;
    to = put_short(to, highest);
    put_four(to, high - highest * 10000);
    to += 4;
  }
  put_four(to, value - high * 10000);
  return to + 4;
}

/* Nine digits, with leading zeros. */
static u8 *put_nine(u8 *to, u32 value) {
  u32 high = value / 10000;
  u32 first = high / 10000;
  *to = '0' + first;
  put_four(to + 1, high - first * 10000);
  put_four(to + 5, value - high * 10000);
  return to + 9;
}

static u8 *put_u64(u8 *to, u64 value) {
  if (value >> 32 == 0) return put_u32(to, value);
  u64 billions = value / 1000000000;
  return put_nine(put_u64(to, billions), value - billions * 1000000000);
}

/* Numbers of events, of which most have all but the last two digits in common with the one before. */
static u8 *put_number(u8 *to, u64 number) {
  static u64 hundreds;
  static u8 digits[24];
  static u32 length;
  if (number < 100 || number >> 32 != 0) return put_u64(to, number);
  u32 value = number;
  u32 rest = value / 100;
  if (rest != hundreds) {
    hundreds = rest;
    length = put_u32(digits, rest) - digits;
  }
  wasm_v128_store(to, wasm_v128_load(digits));
  put_two(to + length, value - rest * 100);
  return to + length + 2;
}

static u8 *put_i64(u8 *to, i64 value) {
  if (value >= 0) return put_u64(to, value);
  *to = '-';
  return put_u64(to + 1, -(u64)value);
}

static u8 *put_hex(u8 *to, u64 value, const char *letters) {
  u32 digits = 1;
  while (digits < 16 && value >> (digits * 4) != 0) digits++;
  for (u32 i = digits; i-- > 0; value >>= 4) to[i] = letters[value & 15];
  return to + digits;
}

static const char upper[] = "0123456789ABCDEF";
static const char lower[] = "0123456789abcdef";

static u8 *put_oct(u8 *to, u64 value) {
  if (value != 0) *to++ = '0';
  u32 digits = 1;
  while (digits < 22 && value >> (digits * 3) != 0) digits++;
  for (u32 i = digits; i-- > 0; value >>= 3) to[i] = '0' + (value & 7);
  return to + digits;
}

/* `HH:MM:SS.NNNNNNNNN`; the second is kept, because events come many to one. */
static u8 *put_time_of_day(u8 *to, u64 time) {
  static u64 begin;
  static u64 until;
  static u8 clock[9];
  static i32 offset;
  if (time < begin || time >= until || offset != lines->utc_offset) {
    u64 seconds = time / 1000000000;
    begin = seconds * 1000000000;
    until = begin + 1000000000;
    offset = lines->utc_offset;
    u32 of_day = (u64)((i64)seconds + offset + 86400) % 86400;
    const u32 parts[] = {of_day / 3600, of_day / 60 % 60, of_day % 60};
    for (u32 i = 0; i < 3; i++) {
      WRITE(u16, clock + i * 3, READ(u16, pairs + parts[i] * 2));
      clock[i * 3 + 2] = i < 2 ? ':' : '.';
    }
  }
  WRITE(u64, to, READ(u64, clock));
  to[8] = clock[8];
  return put_nine(to + 9, time - begin);
}

/* -- addresses ------------------------------------------------------------------------------------------------ */

static RARE u8 *put_word(u8 *to, const char *word) {
  while (*word != 0) *to++ = *word++;
  return to;
}

static RARE u8 *put_ipv4(u8 *to, const u8 *address) {
  for (u32 i = 0; i < 4; i++) {
    if (i > 0) *to++ = '.';
    to = put_u32(to, address[i]);
  }
  return to;
}

/* As addresses.ts writes them. */
static RARE u8 *put_ipv6(u8 *to, const u8 *address) {
  u32 best = 8;
  u32 zeros = 1;
  for (u32 i = 0; i < 8;) {
    u32 end = i;
    while (end < 8 && READ(u16, address + end * 2) == 0) end++;
    if (end - i > zeros) {
      best = i;
      zeros = end - i;
    }
    i = end == i ? i + 1 : end;
  }
  u32 dotted = best == 0 && (zeros == 6 || (zeros == 5 && READ(u16, address + 10) == 0xffff));
  u32 groups = dotted ? 6 : 8;
  for (u32 i = 0; i < groups; i++) {
    if (i == best) {
      *to++ = ':';
      i += zeros - 1;
      if (i == 7) *to++ = ':';
      continue;
    }
    if (i > 0) *to++ = ':';
    to = put_hex(to, address[i * 2] << 8 | address[i * 2 + 1], lower);
  }
  if (!dotted) return to;
  *to++ = ':';
  return put_ipv4(to, address + 12);
}

static RARE u8 *put_port(u8 *to, const u8 *port) {
  *to++ = ':';
  return put_u32(to, READ(u16, port));
}

static u8 *put_arrow(u8 *to) {
  WRITE(u16, to, 0x3e2d /* "->" */);
  return to + 2;
}

static u8 *put_ipv4_pair(u8 *to, const u8 *source, const u8 *dest) {
  to = put_arrow(put_port(put_ipv4(to, source), source + 4));
  return put_port(put_ipv4(to, dest), dest + 4);
}

/* All 16 bytes are zero, or it is `::ffff:a.b.c.d`. */
static u32 is_ipv4_inside(const u8 *address) {
  if (READ(u64, address) != 0) return 0;
  return READ(u64, address + 8) == 0 || READ(u32, address + 8) == 0xffff0000;
}

static u8 *put_family(u8 *to, u32 family) { return put_u32(put_word(to, "family "), family); }

static RARE u8 *put_address(u8 *to, const u8 *from, u32 length) {
  if (length == 0) return put_word(to, "NULL");
  switch (*from) {
    case AF_INET:
      return length != 7 ? put_word(to, "INVALID IPv4") : put_port(put_ipv4(to, from + 1), from + 5);
    case AF_INET6:
      return length != 19 ? put_word(to, "INVALID IPv6") : put_port(put_ipv6(to, from + 1), from + 17);
    case AF_UNIX:
      return put_printable(to, from + 1, text_length(from, length) - 1);
    default:
      return put_family(to, *from);
  }
}

static RARE u8 *put_tuple(u8 *to, const u8 *from, u32 length) {
  if (length == 0) return put_word(to, "NULL");
  switch (*from) {
    case AF_INET:
      return length != 13 ? put_word(to, "INVALID IPv4") : put_ipv4_pair(to, from + 1, from + 7);
    case AF_INET6:
      if (length != 37) return put_word(to, "INVALID IPv6");
      if (is_ipv4_inside(from + 1) && is_ipv4_inside(from + 19)) return put_ipv4_pair(to, from + 13, from + 31);
      to = put_arrow(put_port(put_ipv6(to, from + 1), from + 17));
      return put_port(put_ipv6(to, from + 19), from + 35);
    case AF_UNIX:
      if (length < 17) return to;
      to = put_hex(put_arrow(put_hex(to, READ(u64, from + 1), lower)), READ(u64, from + 9), lower);
      *to++ = ' ';
      return put_printable(to, from + 17, text_length(from + 17, length - 17));
    default:
      return put_family(to, *from);
  }
}

/* -- parameters ----------------------------------------------------------------------------------------------- */

/* The text of a descriptor of the event's thread; null when it has to be asked for, or is no business of this. */
static const struct text *fd_text(const struct shown *event, i64 num) {
  if (num < 0 || num >= WIDE_MARKS) return 0;
  i32 index = mark_index(event->thread, event->slot, num);
  if (index >= 0) {
    u32 mark = marks[index];
    if (mark >= PLAIN && mark < GONE && fd_texts[index] != 0) return (const struct text *)fd_texts[index];
    if (mark >= OPENED) {
      const struct opened *record = opened + RECORD_OF(mark);
      if (record->is_shown) return (const struct text *)&record->length;
    }
  }
  if (lines->once_text != 0 && lines->once_slot == event->slot && lines->once_fd == num) return lines->once_text;
  /* Of one that has no mark nothing is kept. */
  if (index >= 0 || num < MARKS) ask(MISSING_FD, event->slot, num);
  return 0;
}

/* The thread has no such descriptor, as far as that is known here. */
static u32 is_no_fd(const struct shown *event, i64 num) {
  if (num < 0) return 1;
  if (num >= WIDE_MARKS) return 0;
  i32 index = mark_index(event->thread, event->slot, num);
  return index >= 0 && (marks[index] == ABSENT || marks[index] == GONE);
}

static u8 *put_name(u8 *to, const struct text *name) {
  if (name == 0) return 0;
  *to = '(';
  to = put_text(to + 1, name);
  if (to == 0) return 0;
  *to = ')';
  return to + 1;
}

static u8 *put_error(u8 *to, i64 result) {
  if (result >= 0) return to;
  return result <= -ERRORS ? 0 : put_name(to, lines->errors[-result]);
}

static u8 *put_fd(u8 *to, const struct shown *event, i64 num) {
  if (num < 0) {
    if (num != AT_FDCWD) return put_error(to, num);
    static const struct {
      u16 length;
      u8 none[2];
      u8 bytes[16];
    } here = {8, {0, 0}, "AT_FDCWD"};
    return put_name(to, (const struct text *)&here);
  }
  if (event->slot == 0 || is_no_fd(event, num)) return to;
  return put_name(to, fd_text(event, num));
}

/* The name of a thread's program; null when it has to be asked for. */
static const struct text *program_text(u32 slot) {
  const struct text *name = (const struct text *)threads[slot].name;
  if (name == 0) ask(MISSING_PROGRAM, slot, 0);
  return name;
}

static u8 *put_flags(u8 *to, u32 type, u32 index, u32 value) {
  u32 param = (type << 8) + index + 1;
  const struct flags *flags = lines->flags + (((param ^ value * 2654435761u) * 2654435761u >> 16) & (FLAG_PLACES - 1));
  if (flags->param != param || flags->value != value) return ask(MISSING_FLAGS, param, value);
  return flags->text == NO_FLAGS ? to : put_name(to, flags->text);
}

/* Where the raw text of the last parameter of the event at hand stands; end 0: nothing was written of any. */
static u8 *raw_start;
static u8 *raw_end;

void line_told(void) { lines->once_text = 0; }

u32 line_lacks(void) { return lines->missing != NOTHING_MISSING; }

void line_written(void) {
  if (raw_end == 0) return;
  lines->raw_start = raw_start;
  lines->raw_end = raw_end;
}

/* Nanoseconds as seconds, where these have no more than the six digits that are shown. */
static RARE u8 *put_seconds(u8 *to, u64 value) {
  u64 digits = value;
  if (value != 0 && (value < 100000 || value >= 1000000000000000)) return 0;
  while (digits >= 1000000) {
    if (digits % 10 != 0) return 0;
    digits /= 10;
  }
  u64 seconds = value / 1000000000;
  *to = '(';
  to = put_u64(to + 1, seconds);
  if (value != seconds * 1000000000) {
    *to = '.';
    to = put_nine(to + 1, value - seconds * 1000000000);
    while (to[-1] == '0') to--;
  }
  *to++ = 's';
  *to++ = ')';
  return to;
}

/* Descriptors with the letter of what they are, and what is waited for. */
static RARE u8 *put_fd_list(u8 *to, const struct shown *event, const u8 *from, u32 length) {
  if (event->slot == 0) return 0;
  if (length < 2) return to;
  u32 count = READ(u16, from);
  if (count > (length - 2) / 10) count = (length - 2) / 10;
  for (u32 i = 0; i < count; i++) {
    if (to + 64 > lines->end) return 0;
    const u8 *entry = from + 2 + i * 10;
    i64 num = READ(i64, entry);
    /* Such a number may stand for one, by what other events say. */
    if (num < 0) return 0;
    if (i > 0) *to++ = ' ';
    to = put_u64(to, num);
    *to++ = ':';
    if (is_no_fd(event, num)) {
      *to++ = '?';
    } else {
      const struct text *text = fd_text(event, num);
      if (text == 0) return 0;
      *to++ = text->bytes[1];
    }
    to = put_hex(to, (u32)READ(short, entry + 8), lower);
  }
  return to;
}

static u8 *put_param(u8 *to, const struct shown *event, u32 index, const struct param *param) {
  u8 *const begin = to;
  const u8 *from = event->window + event->offsets[index];
  u32 length = event->sizes[index];
  const struct writing *how = &param->writing;
  if (how->kind == DYNAMIC) {
    if (length == 0 || *from >= param->variants->count) return 0;
    how = &param->variants->of[*from].writing;
    from++;
    length--;
  }
  /* Shorter than its type: what is shown then is none of this. */
  if (length < how->size) return 0;
  u32 shift = (8 - how->size) * 8;
  u64 value = READ(u64, from) << (shift & 63);
  value = how->kind == SIGNED ? (u64)((i64)value >> (shift & 63)) : value >> (shift & 63);
  switch (how->kind) {
    case SIGNED:
      to = put_i64(to, value);
      break;
    case UNSIGNED:
      to = put_u64(to, value);
      break;
    case HEX:
      to = put_hex(to, value, upper);
      break;
    case OCT:
      to = put_oct(to, value);
      break;
    case TEXT: {
      u32 shown = text_length(from, length);
      if (shown == length) return 0;
      to = put_bytes(to, from, shown);
      break;
    }
    case PATH: {
      u32 shown = text_length(from, length);
      if (shown == 0) return 0;
      /* Relative ones stand behind where they begin. */
      if (*from != '/' && !(shown == 4 && READ(u32, from) == 0x3e414e3c /* <NA> */)) return 0;
      to = put_printable(to, from, shown);
      break;
    }
    case BYTES:
      if (lines->cut && length > CUT) {
        to = put_dotted(to, from, CUT - 3);
        if (to == 0) return 0;
        to[0] = to[1] = to[2] = '.';
        to += 3;
      } else {
        to = put_dotted(to, from, length);
      }
      break;
    case BOOLEAN:
      to = put_word(to, value != 0 ? "true" : "false");
      break;
    case ADDRESS:
      to = put_address(to, from, length);
      break;
    case TUPLE:
      to = put_tuple(to, from, length);
      break;
    case FD_LIST:
      to = put_fd_list(to, event, from, length);
      break;
    default:
      return 0;
  }
  if (to == 0) return 0;
  raw_start = begin;
  raw_end = to;
  switch (how->resolved) {
    case ERROR_NAME:
      return put_error(to, value);
    case FD_TEXT:
      return put_fd(to, event, value);
    case PROGRAM_NAME: {
      if ((i64)value != (i32)value) return 0;
      u32 slot = find(value);
      if (slot == 0) slot = find_other(value);
      if (slot == 0) return ask(MISSING_PID, value, 0);
      return slot == NO_THREAD ? to : put_name(to, program_text(slot));
    }
    case FLAG_NAMES:
      return put_flags(to, event->type, index, value);
    case SYSCALL_NAME:
      return value >= CALLS ? 0 : put_name(to, lines->syscalls[value]);
    case SECONDS:
      return put_seconds(to, value);
    case SIGNAL_NAME:
      return value >= SIGNALS ? 0 : put_name(to, lines->signals[value]);
    default:
      return to;
  }
}

static u8 *put_args(u8 *to, const struct shown *event, const struct plan *plan) {
  if (event->type <= 1) return to;
  u32 count = event->nparams < plan->shown ? event->nparams : plan->shown;
  for (u32 i = 0; i < count; i++) {
    const struct param *param = plan->params + i;
    wasm_v128_store(to, wasm_v128_load(param->label));
    WRITE(u64, to + 16, READ(u64, param->label + 16));
    to = put_param(to + param->label_length, event, i, param);
    if (to == 0) return 0;
    *to++ = ' ';
  }
  return to;
}

static u8 *put_info(u8 *to, const struct shown *event, const struct plan *plan) {
  if (lines->may_log[event->type] && event->slot != 0) {
    i32 num = event->thread->last_fd;
    if (num == WIDE_FD) return 0;
    if (!is_no_fd(event, num)) {
      const struct text *text = fd_text(event, num);
      if (text == 0 || (text->flags & IS_LOG) != 0) return 0;
    }
  }
  return put_args(to, event, plan);
}

/* -- lines ---------------------------------------------------------------------------------------------------- */

static const struct text *type_name(const struct shown *event, const struct plan *plan) {
  if (event->type > 1) return plan->type;
  double id = call_of(event->window, event->offsets, event->sizes, event->nparams);
  return id < CALLS ? lines->syscalls[(u32)id] : 0;
}

/* A text without what a descriptor's has in front of its name. */
static u8 *put_name_of(u8 *to, const struct text *text) {
  return put_bytes(to, text->bytes + text->skip, text->length - text->skip);
}

u8 *write_line(u8 *const begin, const struct shown *event) {
  lines->missing = NOTHING_MISSING;
  raw_end = 0;
  if (event->slot == 0 && find_other(event->tid) != NO_THREAD) return 0;
  const struct plan *plan = lines->plans[event->type];
  if (plan == 0) return ask(MISSING_PLAN, event->type, 0);
  u8 *to = begin;
  const u32 json = lines->json;
  const struct piece *const last = lines->pieces + lines->pieces_count;
  for (const struct piece *piece = lines->pieces; piece < last; piece++) {
    wasm_v128_store(to, wasm_v128_load(piece->before));
    to += piece->before_length;
    /* Where a text begins. */
    u8 *const from = to + json;
    const struct text *text = 0;
    switch (piece->kind) {
      case LITERAL:
        to = put_text(to, piece->text);
        if (to == 0) return 0;
        continue;
      case NUMBER:
        to = put_number(to, event->number);
        continue;
      case TIMESTAMP:
        to = put_u64(to, event->time);
        continue;
      case CPU:
        to = put_u32(to, event->cpu);
        continue;
      case TID:
        to = put_i64(to, event->tid);
        continue;
      case PID:
        if (event->slot == 0) goto unknown;
        if (event->thread->pid <= NO_PID) return 0;
        to = put_i64(to, event->thread->pid);
        continue;
      case TIME_OF_DAY:
        to = put_time_of_day(from, event->time);
        break;
      case DIRECTION:
        *from = (event->type & 1) == 0 ? '>' : '<';
        to = from + 1;
        break;
      case ARGS:
        to = put_args(from, event, plan);
        break;
      case INFO:
        to = put_info(from, event, plan);
        break;
      case PROGRAM:
        if (event->slot == 0) goto unknown;
        text = program_text(event->slot);
        if (text == 0) return 0;
        to = put_name_of(from, text);
        break;
      case FD_NAME:
        if (event->slot == 0 || lines->has_fd[event->type] == NO_FD) goto unknown;
        if (event->thread->last_fd == WIDE_FD) return 0;
        /* One that failed may have found the directory that it began at. */
        if (lines->has_fd[event->type] == NAMES_FD && (event->type & 1) != 0 &&
            call_failed(event->window, event->offsets, event->sizes, event->nparams)) {
          return 0;
        }
        if (is_no_fd(event, event->thread->last_fd)) {
          /* Ends of calls have an empty name then, or that of what they should have opened. */
          if ((event->type & 1) == 0) goto unknown;
          if (lines->has_fd[event->type] == NAMES_FD) return 0;
          to = from;
          break;
        }
        text = fd_text(event, event->thread->last_fd);
        if (text == 0 || (text->flags & NAME_DIFFERS) != 0) return 0;
        to = put_name_of(from, text);
        break;
      case TYPE:
        text = type_name(event, plan);
        if (text == 0) return 0;
        to = put_name_of(from, text);
        break;
    }
    if (to == 0) return 0;
    if (json) {
      if (!is_plain_json(from, to)) return 0;
      from[-1] = '"';
      *to++ = '"';
    }
    continue;
  unknown:
    if (lines->unknown == 0) return begin;
    to = put_text(to, lines->unknown);
    if (to == 0) return 0;
  }
  return to;
}
