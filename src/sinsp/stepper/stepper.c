/*
 * The inner loop of a walk through events, as WebAssembly: finds event after event in a window of whole blocks, checks
 * every length, pairs enter with exit in their threads, makes the plainest changes of state, and stops where JavaScript
 * has to do something: at an event that somebody wants, and at whatever is not plain.
 *
 * What it does for an event is what Inspector.locate, State.begin and the handlers do; test/sinsp/stepper holds it
 * against them. Made into stepper.generated.ts, with lines.c, by scripts/generate-stepper.ts. The structures here are read
 * and written by stepper.ts: change both.
 */
#include "stepper.h"

/* What is done with events of a code: see stepper.ts. */
#define KNOWN 1       /* not set: JavaScript does everything */
#define WANTED 2      /* JavaScript goes on after the pairing */
#define USES_FD 4
#define LOOKUP_ONLY 8 /* its thread is looked up, and that is all */
#define REJECTED 16   /* nothing is done, and its exit will find no partner */
#define ASKED 32      /* wanted unless the filter excludes the thread */
#define REJECTABLE 64 /* rejected if it does */
#define SHOWN 128     /* its line is written; where it is also ASKED, if the answer is known */

/* What events change, where that can be done here. */
#define NOTHING 0
#define STORE 1        /* kept for its exit */
#define STORE_DUP 2    /* the same, if it is fcntl of a kind that makes descriptors */
#define STORE_SENDTO 3 /* the same, unless it may tell that its descriptor is a socket */
#define WRITE_ENTER 4  /* its descriptor is looked at: it may be used for tracer marks */
#define STREAM 5       /* data went through a descriptor */
#define SEND 6         /* the same, with the ends of a socket */
#define RECEIVE 7
#define MEMORY 8       /* sizes of the process */
#define SWITCH 9
#define CLOSE_ENTER 10
#define LEFT 11        /* what only JavaScript can do; up to here, descriptors stay what they are */
#define CLOSE_EXIT 12
#define UNLESS_FAILED 13 /* nothing if the call failed */
#define FCNTL_EXIT 14  /* nothing if its enter was not kept, else as DUP */
#define DUP 15         /* a descriptor is copied */
/* A file is opened; from here on, what is in which parameter: see OPENS. */
#define OPEN 16
#define OPENAT 17
#define OPENAT2 18

#define WRITE_EXIT 9
#define RECV_EXIT 33
#define F_DUPFD 1
#define F_DUPFD_CLOEXEC 26

/* Block types of version 2 events: plain, with flags, large, both. */
#define EVENT_V2 0x216
#define EVENT_V2_FLAGS 0x217
#define EVENT_V2_LARGE 0x221
#define EVENT_V2_FLAGS_LARGE 0x222

/* Of one with 16-bit lengths. */
#define LONGEST_BLOCK (65536 + 8)

#define STATE_ONLY 1
#define TRACER 2

/* How step() ends. */
#define AT_END 0
#define AT_EVENT 1
#define AT_OTHER 2
#define AT_FULL 3
#define AT_LINE 4
#define AT_LACK 5
#define AT_HAD 6

#define ROOM 256
struct room {
  u8 bytes[ROOM];
};

struct entry {
  i32 tid;
  /* 0: free. */
  u32 slot;
};

/* Records that are free: their numbers are in a stack. */
struct free_records {
  u32 count;
  u16 numbers[];
};

/* Tuples that told nothing new, by descriptor: see repeated-tuples.ts. */
#define REPEATS 1024
#define REPEATED_TUPLES 2
#define TUPLE_ROOM 56
struct repeated {
  /* Index of its mark. */
  i32 mark;
  u8 next;
  u8 lengths[REPEATED_TUPLES];
  u8 unused;
  u8 tuples[REPEATED_TUPLES][TUPLE_ROOM];
};

/* Of an open, by what it changes from OPEN on: the parameters in its enter and exit event; ino comes after dev. */
static const struct {
  u8 has_dir;
  u8 name_entered;
  u8 flags_entered;
  u8 name;
  u8 flags;
  u8 dev;
} OPENS[] = {{0, 0, 1, 1, 2, 4}, {1, 1, 2, 2, 3, 5}, {1, 1, 2, 2, 3, 6}};
/* Bits of flags that are only known at the exit. */
#define ADDED_FLAGS (7 << 14)
#define AT_FDCWD -100
#define O_DIRECTORY (1 << 10)
/* Paths of more bytes, with all that comes behind their NUL, are left to JavaScript. */
#define LONGEST_PARAM 200

/* Of threads that are in no table, or of which no event was seen: a place for each by its id, the last one wins. */
#define OTHERS 1024

/* What the filter says of an event. */
#define NEVER 0
#define ALWAYS 1
#define MAYBE 2

#define BY_FD 1
#define NONE_WITHOUT_FD 2

#define NAMES 1024
struct answers {
  /* Of events that stand for any system call, by direction and number of the call. */
  u8 of_call[2][CALLS];
  /* By event code: their descriptor may decide; without any none is accepted (of enter events). */
  u8 by_fd[EVENT_CODES];
  /* No files are accepted, no directories. */
  u8 kinds[2];
  /* Names of files whose events are not accepted: a place for each by its bytes, the last one wins. */
  struct name {
    u16 length;
    u16 is_directory;
    u8 path[PATH_ROOM];
  } names[NAMES];
};

static struct {
  u8 codes[EVENT_CODES];
  /* For exit events that name their descriptor: the parameter. */
  u8 exit_fd[EVENT_CODES];
  /* What is changed: NOTHING, STORE, ... */
  u8 changes[EVENT_CODES];
  /* Of SEND and RECEIVE: the parameter that has the ends; 0: none has. */
  u8 tuple_param[EVENT_CODES];
  /* The filter lets all of them through. */
  u8 accepted[EVENT_CODES];
  i32 param_offsets[MAX_PARAMS];
  i32 param_lengths[MAX_PARAMS];
  /* The event at which step() ended; time and count are also good at other ends. */
  struct {
    double time;
    u32 offset;
    u32 length;
    u32 header;
    u32 lengths;
    u32 length_size;
    u32 data;
    u32 nparams;
    u32 type;
    u32 cpu;
    u32 flags;
    u32 ts_low;
    u32 ts_high;
    i32 tid;
    u32 slot;
    u32 paired;
    /* The descriptor of the thread's last_fd is the event's; 2: which has just been opened. */
    u32 attach;
    /* Events passed, this one included. */
    u32 count;
  } at;
  /* Timestamp of the first event. */
  u32 first_low;
  u32 first_high;
  /* The thread that was found last; slot 0: look again. */
  i32 last_tid;
  u32 last_slot;
  u32 filter;
  /* There is one. */
  u32 filters;
  /* Between these times nobody wants an event because of its time. */
  double calm_from;
  double calm_to;
  /* Where the next line goes; from where on lines are handed out before more are written. */
  u8 *line_at;
  u8 *lines_full;
  /* Wanted events that the filter is not asked for have their effect here: nobody looks at anything before it. */
  u32 eager;
  /* Tracer marks are looked for in rejected writes through any descriptor. */
  u32 reads_marks;
  /* A close that had to wait until its event was looked at: slot of its thread, 0 for none, and the descriptor. */
  u32 closing_slot;
  i32 closing_fd;
} shared;

struct thread *threads;
u16 *marks;
u32 *fd_texts;
static struct room *rooms;
struct opened *opened;
static struct free_records *free_records;
static struct answers *answers;
static struct repeated *repeats;
static struct entry *entries;
static struct entry *others;
static u32 mask;

__attribute__((export_name("shared"))) void *shared_address(void) { return &shared; }

/* `count` slots, with marks and rooms behind them; a table of entries with a power of two places, and OTHERS behind it. */
__attribute__((export_name("place"))) void place(struct thread *slots, u32 count, struct entry *table, u32 places) {
  threads = slots;
  marks = (u16 *)(slots + count);
  rooms = (struct room *)(marks + PAGES_MARKS + count * MARKS);
  entries = table;
  others = table + places;
  mask = places - 1;
}

/* Memory for the records of opens. */
__attribute__((export_name("place_opens"))) void place_opens(struct opened *records, struct free_records *unused) {
  opened = records;
  free_records = unused;
}

/* Memory for tuples that are repeated. */
__attribute__((export_name("place_repeats"))) void place_repeats(struct repeated *memory) { repeats = memory; }

/* Memory for what the filter says. */
__attribute__((export_name("place_answers"))) void place_answers(struct answers *memory) { answers = memory; }

/* Memory for the texts of descriptors, one for each mark. */
__attribute__((export_name("place_texts"))) void place_texts(u32 *texts) { fd_texts = texts; }

/* The table is filled in stepper.ts: open addressing, the same hash. */
u32 find(i32 tid) {
  if (shared.last_slot != 0 && tid == shared.last_tid) return shared.last_slot;
  u32 at = ((u32)tid * 2654435761u >> 7) & mask;
  while (entries[at].slot != 0) {
    if (entries[at].tid == tid) {
      shared.last_tid = tid;
      return shared.last_slot = entries[at].slot;
    }
    at = (at + 1) & mask;
  }
  return 0;
}

double uint32_param(const u8 *at, u32 length, double missing) {
  switch (length) {
    case 0:
      return missing;
    case 1:
      return *at;
    case 2:
    case 3:
      return READ(u16, at);
    default:
      return READ(u32, at);
  }
}

u32 find_other(i32 tid) {
  const struct entry *other = others + ((u32)tid & (OTHERS - 1));
  return other->tid == tid ? other->slot : 0;
}

/* An unsigned 64-bit parameter. */
static double uint64_param(const u8 *at, u32 length, double missing) { return length < 8 ? missing : (double)READ(u64, at); }

/* The parameter that names the descriptor is there and is not a number of 32 bits. */
static int is_wide(const u8 *window, u32 index, u32 is_exit, u32 nparams) {
  if ((is_exit && index == 0) || index >= nparams || shared.param_lengths[index] < 8) return 0;
  i64 num = READ(i64, window + shared.param_offsets[index]);
  return num != (i32)num || (i32)num == WIDE_FD;
}

/* The slot whose descriptor table the thread uses is known. */
static int has_table(const struct thread *thread, u32 slot) {
  u32 owner = thread->owner;
  /* Of a process that is gone, or another one by now. */
  return owner != 0 && (owner == slot || threads[owner].tid == thread->pid);
}

i32 mark_index(const struct thread *thread, u32 slot, i32 num) {
  if (num >= WIDE_MARKS || !has_table(thread, slot)) return -1;
  if (num < MARKS) return PAGES_MARKS + (i32)thread->owner * MARKS + num;
  i32 wide = threads[thread->owner].wide;
  return wide == 0 ? -1 : wide + num;
}

/* The mark of the thread's last descriptor; null when JavaScript has to look. */
static u16 *mark_of(const struct thread *thread, u32 slot) {
  i32 index = mark_index(thread, slot, thread->last_fd);
  return index < 0 ? 0 : marks + index;
}

static int store(struct thread *thread, u32 slot, u32 type, u32 shape, const u8 *from, u32 size) {
  if (size > ROOM) return 0;
  u8 *to = rooms[slot].bytes;
  for (u32 at = 0; at < size; at += 8) *(u64 *)(to + at) = READ(u64, from + at);
  thread->has_stored = STORED_SLOT;
  thread->stored_type = type;
  thread->stored_shape = shape;
  return 1;
}

/* The text that stands for a null pointer. */
static int is_null(const u8 *text, u32 length) {
  return length == 6 && READ(u32, text) == 0x4c554e28 /* "(NUL" */ && READ(u16, text + 4) == 0x294c /* "L)" */;
}

/* Parameter of the enter event in a room. */
static const u8 *entered(const struct thread *thread, const u8 *room, u32 index, u32 *size) {
  u32 nparams = thread->stored_shape >> 8;
  u32 large = (thread->stored_shape & 0xff) == 4;
  const u8 *at = room + (nparams << (1 + large));
  for (u32 i = 0; i < nparams; i++) {
    u32 bytes = large ? READ(u32, room + i * 4) : READ(u16, room + i * 2);
    if (i == index) {
      *size = bytes;
      return at;
    }
    at += bytes;
  }
  *size = 0;
  return at;
}

/* Size of a parameter of the event; 0 when it is absent. */
static u32 size_of(u32 index, u32 nparams) { return index < nparams ? shared.param_lengths[index] : 0; }

/* The call failed. */
static int has_failed(const u8 *window, u32 nparams) {
  return call_failed(window, shared.param_offsets, shared.param_lengths, nparams);
}

/* The call makes a descriptor. */
static int makes_fd(const struct thread *thread, u32 type, const u8 *window, u32 nparams) {
  u32 kind = shared.changes[type];
  if (kind < FCNTL_EXIT || (kind == FCNTL_EXIT && thread->has_stored == 0)) return 0;
  return !has_failed(window, nparams);
}

/* The main thread of a thread's process; null when JavaScript has to look. */
static struct thread *main_of(struct thread *thread) {
  if (thread->tid == thread->pid) return thread;
  struct thread *main = threads + thread->main;
  return thread->main != 0 && main->tid == thread->pid ? main : 0;
}

/* The mark of a descriptor that something new may become; null when JavaScript has to look. */
static u16 *vacant(struct thread *thread, u32 slot, i64 num) {
  if (num < 0 || num >= WIDE_MARKS) return 0;
  i32 index = mark_index(thread, slot, num);
  if (index < 0 || !threads[thread->owner].has_room) return 0;
  u16 *mark = marks + index;
  /* Where a close is under way, the number is in use again before that came back. */
  if (*mark == UNKNOWN || (*mark & CLOSING) != 0) return 0;
  return *mark < OPENED && free_records->count == 0 ? 0 : mark;
}

/* The record that is to be filled for a vacant one. */
static struct opened *claim(const struct thread *thread, u16 *mark) {
  u32 number;
  if (*mark < OPENED) {
    if (*mark != GONE) threads[thread->owner].pending++;
    number = free_records->numbers[--free_records->count];
  } else {
    number = RECORD_OF(*mark);
  }
  *mark = OPENED + number * 8;
  return opened + number;
}

/* The end of a call that copies the thread's last descriptor. 0 when that is left to JavaScript. */
static int copy_fd(struct thread *thread, u32 slot, const u8 *window, u32 nparams) {
  if (size_of(0, nparams) < 8 || thread->last_fd < 0) return 0;
  i64 num = READ(i64, window + shared.param_offsets[0]);
  if (num >= 0) {
    u16 *from = mark_of(thread, slot);
    if (from == 0 || *from < OPENED || (*from & CLOSING) != 0) return 0;
    u16 *to = vacant(thread, slot, num);
    if (to == 0) return 0;
    const u64 *source = (const u64 *)(opened + RECORD_OF(*from));
    u64 *copy = (u64 *)claim(thread, to);
    for (u32 i = 0; i < sizeof(struct opened) / 8; i++) copy[i] = source[i];
    thread->last_fd = num;
  }
  return 1;
}

/* The path is the file's name as it is: joining would change nothing of it. And nothing logs there. */
static int is_name(const u8 *path, u32 length) {
  if (*path != '/' || (length > 1 && path[length - 1] == '/')) return 0;
  for (u32 i = 0; i < length; i++) {
    u8 c = path[i];
    u8 next = i + 1 < length ? path[i + 1] : 0;
    if (c < 0x20 || c > 0x7e || (c == '/' && next == '/') || (c == '.' && (next == '/' || next == '.' || next == 0))) return 0;
    if (i + 8 <= length && READ(u64, path + i) == 0x676f6c2f7665642f /* "/dev/log" */) return 0;
  }
  return 1;
}

/* What is opened. */
struct path {
  const u8 *text;
  u32 length;
  /* Of the parameter. */
  u32 size;
  u32 flags;
  /* As struct opened has it. */
  u32 base;
};

/* The path and flags at the end of an open: of its enter event, which cannot be raced, or its own. 0: JavaScript has to look. */
static int find_path(struct path *found, struct thread *thread, u32 slot, u32 type, u32 paired, const u8 *window,
                     u32 nparams) {
  const i32 *offsets = shared.param_offsets;
  u32 kind = shared.changes[type] - OPEN;
  u32 at = OPENS[kind].flags;
  u32 added = uint32_param(window + offsets[at], size_of(at, nparams), 0);
  u32 flags = added;
  int is_entered = 0;
  at = OPENS[kind].name;
  const u8 *path = window + offsets[at];
  u32 size = size_of(at, nparams);
  const u8 *dir = window + offsets[1];
  u32 dir_size = size_of(1, nparams);
  if (paired && thread->has_stored != 0) {
    if (thread->has_stored != STORED_SLOT) return 0;
    if (thread->stored_type + 1 == type) {
      const u8 *room = rooms[slot].bytes;
      u32 bytes;
      const u8 *text = entered(thread, room, OPENS[kind].name_entered, &bytes);
      if (bytes != 0 && !is_null(text, text_length(text, bytes))) {
        path = text;
        size = bytes;
        const u8 *value = entered(thread, room, OPENS[kind].flags_entered, &bytes);
        /* Without flags JavaScript has to say what they are. */
        if (bytes == 0) return 0;
        flags = (u32)uint32_param(value, bytes, 0) | (added & ADDED_FLAGS);
        dir = entered(thread, room, 0, &dir_size);
        is_entered = 1;
      }
    }
  }
  /* JavaScript has flags as unsigned numbers if they are not put together. */
  if (!is_entered && flags >> 31 != 0) return 0;
  u32 length = text_length(path, size);
  if (length == 0 || length > PATH_ROOM || size > LONGEST_PARAM) return 0;
  u32 base = 0;
  if (!OPENS[kind].has_dir || *path != '/') {
    if (OPENS[kind].has_dir && (dir_size < 8 || READ(i64, dir) != AT_FDCWD)) return 0;
    const struct thread *main = main_of(thread);
    base = main == 0 ? 0 : main->cwd;
    if (base == 0) return 0;
  }
  *found = (struct path){path, length, size, flags, base};
  return 1;
}

/* The path is that of the file that tracer marks are written to, as far as its end tells. */
static int may_take_marks(const struct path *path) {
  return path->length >= 4 && READ(u32, path->text + path->length - 4) == 0x6c6c756e /* "null" */;
}

/* The filter accepts nothing of a file like this, or of this name. */
static int is_excluded(const struct path *path) {
  u32 is_directory = (path->flags & O_DIRECTORY) != 0;
  if (answers->kinds[is_directory]) return 1;
  u32 place = 0;
  for (u32 i = 0; i < path->length; i++) place = place * 31 + path->text[i];
  const struct name *name = answers->names + (place & (NAMES - 1));
  if (name->length != path->length || name->is_directory != is_directory) return 0;
  for (u32 i = 0; i < path->length; i++) if (name->path[i] != path->text[i]) return 0;
  return 1;
}

/* The end of an open: keeps what it opened as a record. 0 when that is left to JavaScript. */
static int open_file(struct thread *thread, u32 slot, u32 type, u32 paired, const u8 *window, u32 nparams) {
  const i32 *offsets = shared.param_offsets;
  if (size_of(0, nparams) < 8) return 0;
  i64 num = READ(i64, window + offsets[0]);
  if (num < 0) return 1;
  u16 *mark = vacant(thread, slot, num);
  struct path path;
  if (mark == 0 || !find_path(&path, thread, slot, type, paired, window, nparams) || may_take_marks(&path)) return 0;
  struct opened *record = claim(thread, mark);
  u32 at = OPENS[shared.changes[type] - OPEN].dev;
  record->dev = uint32_param(window + offsets[at], size_of(at, nparams), 0);
  record->ino = uint64_param(window + offsets[at + 1], size_of(at + 1, nparams), 0);
  record->flags = path.flags;
  record->base = path.base;
  record->size = path.size;
  record->is_kept = 0;
  record->length = LETTERS + path.length;
  record->skip = LETTERS;
  record->text_flags = 0;
  record->is_shown = fd_texts != 0 && is_name(path.text, path.length);
  record->letters[0] = '<';
  record->letters[1] = (path.flags & O_DIRECTORY) != 0 ? 'd' : 'f';
  record->letters[2] = '>';
  for (u32 i = 0; i < path.length; i += 8) WRITE(u64, record->path + i, READ(u64, path.text + i));
  if (shared.filters && is_excluded(&path)) *mark |= EXCLUDED;
  thread->last_fd = num;
  return 1;
}

double call_of(const u8 *window, const i32 *offsets, const i32 *sizes, u32 nparams) {
  if (nparams == 0) return CALLS;
  double id = uint32_param(window + offsets[0], sizes[0], CALLS);
  return id == 0 && nparams > 2 ? uint32_param(window + offsets[2], sizes[2], CALLS) : id;
}

/* The mark of the thread's last descriptor tells what that is, or there is none. */
static int is_known(const struct thread *thread, u32 slot) {
  if (thread->last_fd < 0) return 1;
  const u16 *mark = mark_of(thread, slot);
  return mark != 0 && *mark != UNKNOWN;
}

/* The end of a write that is rejected may be a tracer mark: JavaScript has to look. */
static int may_be_mark(const struct thread *thread, u32 slot, const u8 *window, u32 nparams) {
  if (thread->last_fd < 0) return 0;
  const u16 *mark = mark_of(thread, slot);
  if (mark != 0) return *mark == UNKNOWN;
  if (shared.reads_marks) return 1;
  /* Nobody sees it, but its descriptor may be shared with somebody who is seen. */
  if (size_of(1, nparams) == 0) return 0;
  u8 first = window[shared.param_offsets[1]];
  return first == '>' || first == '<' || first == '[';
}

/* What the filter says of the event, as far as that is known here. */
static u32 verdict(u32 slot, u32 type, u32 paired, const u8 *window, u32 nparams) {
  struct thread *thread = threads + slot;
  if (slot != 0 && thread->excluded == shared.filter) return NEVER;
  if (type > 1) {
    u32 by_fd = answers->by_fd[type];
    if (slot == 0) return MAYBE;
    if ((by_fd & NONE_WITHOUT_FD) != 0 && thread->last_fd < 0) return NEVER;
    if ((by_fd & BY_FD) == 0) return MAYBE;
    if (shared.changes[type] >= OPEN) {
      struct path path;
      if (has_failed(window, nparams)) return MAYBE;
      return find_path(&path, thread, slot, type, paired, window, nparams) && is_excluded(&path) ? NEVER : MAYBE;
    }
    if (thread->last_fd < 0) return MAYBE;
    const u16 *mark = mark_of(thread, slot);
    return mark != 0 && (*mark & EXCLUDED) != 0 ? NEVER : MAYBE;
  }
  double id = call_of(window, shared.param_offsets, shared.param_lengths, nparams);
  return id < CALLS ? answers->of_call[type][(u32)id] : MAYBE;
}

/* This tuple of a descriptor told nothing new before. */
static int is_repeated(i32 mark, const u8 *tuple, u32 size) {
  const struct repeated *place = repeats + (mark & (REPEATS - 1));
  if (place->mark != mark) return 0;
  for (u32 way = 0; way < REPEATED_TUPLES; way++) {
    if (place->lengths[way] != size) continue;
    u32 i = 0;
    while (i < size && place->tuples[way][i] == tuple[i]) i++;
    if (i == size) return 1;
  }
  return 0;
}

/* The end of a call that sends or receives tells nothing new of its descriptor. */
static int tells_nothing(const struct thread *thread, u32 slot, u32 type, u32 paired, u32 attach, const u8 *window,
                         u32 nparams) {
  if (!attach || thread->last_fd < 0) return 1;
  i32 index = mark_index(thread, slot, thread->last_fd);
  if (index < 0) return 0;
  u32 mark = marks[index];
  if (mark == UNKNOWN) return 0;
  if (mark == ABSENT || mark == GONE || (mark & DEAF) != 0) return 1;
  if (size_of(0, nparams) < 8 || has_failed(window, nparams)) return 1;
  if (type == RECV_EXIT && paired) return 1;
  u32 at = shared.tuple_param[type];
  u32 size = at == 0 ? 0 : size_of(at, nparams);
  const u8 *tuple = window + shared.param_offsets[at];
  if (shared.changes[type] == SEND && paired) {
    /* What was said at the beginning comes first. */
    if (thread->has_stored == 0) return 1;
    if (thread->has_stored != STORED_SLOT) return 0;
    if (thread->stored_type + 1 != type) return 1;
    u32 bytes;
    const u8 *first = entered(thread, rooms[slot].bytes, 2, &bytes);
    if (bytes != 0) {
      tuple = first;
      size = bytes;
    }
  }
  return size == 0 || (mark < OPENED && is_repeated(index, tuple, size));
}

/* The end of a close that is under way. */
static void close_fd(struct thread *thread, u16 *mark, u32 closed) {
  if (*mark >= OPENED) {
    if (closed) free_records->numbers[free_records->count++] = RECORD_OF(*mark);
  } else if (!closed) {
    threads[thread->owner].pending--;
  }
  *mark = closed ? GONE : *mark & ~CLOSING;
}

/* That of the last event, now that nobody looks at it any more. Where somebody has, JavaScript has done it. */
static void close_late(void) {
  if (shared.closing_slot == 0) return;
  struct thread *thread = threads + shared.closing_slot;
  i32 index = mark_index(thread, shared.closing_slot, shared.closing_fd);
  if (index >= 0) close_fd(thread, marks + index, 1);
  shared.closing_slot = 0;
}

/*
 * Does what the event changes; 0 when that is left to JavaScript. The event's lengths and parameters lie from `lengths` to
 * `end` of the batch at `window`.
 */
static int change(struct thread *thread, u32 slot, i32 tid, u32 type, u32 paired, u32 attach, const u8 *window, u32 nparams,
                  u32 large, const u8 *lengths, const u8 *end) {
  const i32 *offsets = shared.param_offsets;
  const i32 *sizes = shared.param_lengths;
  switch (shared.changes[type]) {
    case STORE_DUP: {
      double command = nparams < 2 ? 0 : uint32_param(window + offsets[1], sizes[1], 0);
      if (command != F_DUPFD && command != F_DUPFD_CLOEXEC) return 1;
      return store(thread, slot, type, nparams << 8 | (large ? 4 : 2), lengths, end - lengths);
    }
    case STORE_SENDTO:
      if (thread->last_fd >= 0 && size_of(2, nparams) != 0) {
        const u16 *mark = mark_of(thread, slot);
        if (mark == 0 || *mark < PLAIN || *mark == GONE) return 0;
      }
      return store(thread, slot, type, nparams << 8 | (large ? 4 : 2), lengths, end - lengths);
    case STORE:
      return store(thread, slot, type, nparams << 8 | (large ? 4 : 2), lengths, end - lengths);
    case STREAM:
      /* With a filter, the end of a write has its descriptor even where it did not let the beginning through. */
      if (!attach && !(type == WRITE_EXIT && shared.filters)) return 1;
      return is_known(thread, slot);
    case WRITE_ENTER:
      return is_known(thread, slot);
    case CLOSE_ENTER: {
      if (thread->last_fd < 0) return 1;
      u16 *mark = mark_of(thread, slot);
      if (mark == 0 || *mark == UNKNOWN) return 0;
      if (*mark < PLAIN || *mark == GONE) return 1;
      if (*mark < PLAIN + CLOSING) threads[thread->owner].pending++;
      *mark |= CLOSING;
      return 1;
    }
    case CLOSE_EXIT: {
      if (!paired || nparams == 0 || sizes[0] < 8) return 0;
      if (thread->last_fd < 0) return 1;
      u16 *mark = mark_of(thread, slot);
      if (mark == 0) return 0;
      if ((*mark & CLOSING) == 0) return *mark == ABSENT || *mark == GONE;
      close_fd(thread, mark, READ(i64, window + offsets[0]) >= 0);
      return 1;
    }
    case MEMORY:
      if (nparams < 4) return 1;
      thread->vmsize = uint32_param(window + offsets[1], sizes[1], thread->vmsize);
      thread->vmrss = uint32_param(window + offsets[2], sizes[2], thread->vmrss);
      thread->vmswap = uint32_param(window + offsets[3], sizes[3], thread->vmswap);
      return 1;
    case SWITCH: {
      if (nparams < 6) return 1;
      if (slot == 0) return find_other(tid) == NO_THREAD;
      /* Sizes are those of the process. */
      struct thread *main = main_of(thread);
      if (main == 0) return 0;
      thread->pfmajor = uint64_param(window + offsets[1], sizes[1], thread->pfmajor);
      thread->pfminor = uint64_param(window + offsets[2], sizes[2], thread->pfminor);
      main->vmsize = uint32_param(window + offsets[3], sizes[3], main->vmsize);
      main->vmrss = uint32_param(window + offsets[4], sizes[4], main->vmrss);
      main->vmswap = uint32_param(window + offsets[5], sizes[5], main->vmswap);
      return 1;
    }
    case SEND:
    case RECEIVE:
      return tells_nothing(thread, slot, type, paired, attach, window, nparams);
    case LEFT:
      return 0;
    case UNLESS_FAILED:
      return has_failed(window, nparams);
    case FCNTL_EXIT:
      if (thread->has_stored == 0) return paired;
      if (!paired || thread->has_stored != STORED_SLOT || thread->stored_type + 1 != type) return 0;
      return copy_fd(thread, slot, window, nparams);
    case DUP: {
      /* The first two tell of pipes. */
      if (size_of(0, nparams) < 8) return 0;
      i64 num = READ(i64, window + offsets[0]);
      return num < 0 || (num > 1 && attach && copy_fd(thread, slot, window, nparams));
    }
    case OPEN:
    case OPENAT:
    case OPENAT2:
      return open_file(thread, slot, type, paired, window, nparams);
    default:
      return 1;
  }
}

/*
 * Does what a wanted event changes, or sees to it that it is done before the next one; 0 when it is done after that was
 * looked at. What is known of its descriptor is still there.
 */
static int change_wanted(struct thread *thread, u32 slot, i32 tid, u32 type, u32 paired, u32 attach, const u8 *window,
                         u32 nparams, u32 large, const u8 *lengths, const u8 *end) {
  if (attach && thread->last_fd >= 0 && !has_table(thread, slot)) return 0;
  switch (shared.changes[type]) {
    case LEFT:
    case DUP:
      return 0;
    case FCNTL_EXIT:
      return paired && thread->has_stored == 0;
    case CLOSE_EXIT: {
      u16 *mark = mark_of(thread, slot);
      if (!paired || has_failed(window, nparams) || size_of(0, nparams) < 8 || thread->last_fd < 0 || mark == 0 ||
          (*mark & CLOSING) == 0) {
        break;
      }
      shared.closing_slot = slot;
      shared.closing_fd = thread->last_fd;
      return 1;
    }
    case OPENAT:
    case OPENAT2: {
      /* One that failed has the descriptor of the directory that its path is relative to. */
      struct path path;
      if (has_failed(window, nparams)) return find_path(&path, thread, slot, type, paired, window, nparams);
    }
  }
  /* The end of a write may have a descriptor that is looked for after the filter. */
  if (type == WRITE_EXIT && shared.filters && !attach) return 0;
  return change(thread, slot, tid, type, paired, attach, window, nparams, large, lengths, end);
}

/*
 * Goes from `offset` to `end` of the batch at `window`; whole blocks lie between them. Offsets that are told count from
 * `origin` before the batch, events from `number` on. AT_EVENT: the event in shared.at is paired and waits to be looked at.
 * AT_HAD: the same, but its effect is had. AT_LINE: the same, and only its line is missing. AT_OTHER: the block at
 * shared.at.offset was not touched. AT_FULL: the same, because lines have to be handed out first. AT_LACK: the same, because
 * its line lacks something that JavaScript can tell; `told`: it was asked for the first event's.
 */
__attribute__((export_name("step"))) u32 step(const u8 *window, u32 offset, u32 end, u32 origin, double number, u32 told) {
  const i64 before = number;
  close_late();
  u32 count = 0;
  u8 *line_at = shared.line_at;
  u32 status = AT_END;
  u32 ts_low = 0;
  u32 ts_high = 0;
  double time = 0;
  while (offset < end) {
    if (line_at >= shared.lines_full) {
      shared.at.offset = offset + origin;
      status = AT_FULL;
      break;
    }
    const u8 *block = window + offset;
    u32 length = READ(u32, block + 4);
    const u8 *event = block + 10;
    u8 *line_end = 0;
    u32 flags = 0;
    u32 large = 0;
    switch (READ(u32, block)) {
      case EVENT_V2:
        break;
      case EVENT_V2_FLAGS:
        if (length < 16) goto other;
        flags = READ(u32, block + 10);
        event = block + 14;
        break;
      case EVENT_V2_LARGE:
        large = 1;
        break;
      case EVENT_V2_FLAGS_LARGE:
        if (length < 16) goto other;
        flags = READ(u32, block + 10);
        event = block + 14;
        large = 1;
        break;
      default:
        goto other;
    }
    const u8 *block_end = block + length - 4;
    if (event + 26 > block_end || (flags & (STATE_ONLY | TRACER)) != 0) goto other;
    u32 type = READ(u16, event + 20);
    if (type >= EVENT_CODES) goto other;
    u32 kind = shared.codes[type];
    if ((kind & KNOWN) == 0) goto other;
    u32 size = READ(u32, event + 16);
    u32 nparams = READ(u32, event + 22);
    if (size > (u32)(block_end - event) || nparams > MAX_PARAMS) goto other;
    const u8 *lengths = event + 26;
    u32 from = (u32)(event - window) + 26 + (nparams << (1 + large));
    u32 data = from;
    u32 limit = (u32)(event - window) + size;
    if (from > limit) goto other;
    for (u32 i = 0; i < nparams; i++) {
      u32 bytes = large ? READ(u32, lengths + i * 4) : READ(u16, lengths + i * 2);
      if (bytes > limit - from) goto other;
      shared.param_offsets[i] = from;
      shared.param_lengths[i] = bytes;
      from += bytes;
    }
    i64 tid = READ(i64, event + 8);
    if (tid != (i32)tid) goto other;
    u32 slot = find((i32)tid);
    if (slot == 0 && (kind & LOOKUP_ONLY) == 0) goto other;
    if ((type & 1) != 0 && threads[slot].last_fd == WIDE_FD) goto other;
    if ((kind & USES_FD) != 0 && is_wide(window, (type & 1) == 0 ? 0 : shared.exit_fd[type], type & 1, nparams)) goto other;
    u32 paired = 0;
    u32 attach = 0;
    ts_low = READ(u32, event);
    ts_high = READ(u32, event + 4);
    time = ((double)ts_high - (double)shared.first_high) * 4294967296.0 + ((double)ts_low - (double)shared.first_low);
    if ((kind & LOOKUP_ONLY) == 0) {
      struct thread *thread = threads + slot;
      if ((type & 1) == 0) {
        thread->last_event = type;
        thread->latency = 0;
        thread->enter_time = time;
        thread->last_fd = -1;
        if ((kind & USES_FD) != 0) {
          if (nparams > 0 && shared.param_lengths[0] >= 8) thread->last_fd = READ(i32, window + data);
          attach = 1;
        }
      } else {
        if (thread->enter_time == thread->enter_time) thread->latency = time - thread->enter_time;
        if ((i32)type == thread->last_event + 1) {
          paired = 1;
          attach = (kind & USES_FD) != 0;
        } else {
          u32 index = shared.exit_fd[type];
          if (index != 0 && index < nparams && shared.param_lengths[index] >= 8) {
            thread->last_fd = READ(i32, window + shared.param_offsets[index]);
            attach = 1;
          }
        }
      }
    }
    u32 accepted = shared.accepted[type];
    if ((kind & ASKED) != 0) {
      u32 says = verdict(slot, type, paired, window, nparams);
      accepted = says == ALWAYS;
      if (!accepted) kind &= ~SHOWN;
      if (says == NEVER && (kind & REJECTABLE) != 0) kind |= REJECTED;
      if (says != NEVER && (kind & SHOWN) == 0) kind |= WANTED;
    }
    /* Whoever looks for the descriptor may have to make the process first. */
    if (attach && threads[slot].last_fd >= 0 && !has_table(threads + slot, slot)) kind |= WANTED;
    if (!(time > shared.calm_from && time < shared.calm_to)) kind |= WANTED;
    struct shown event_shown;
    u32 makes = 0;
    if ((kind & (WANTED | SHOWN)) == SHOWN) {
      event_shown = (struct shown){
          .number = before + count + 1, .time = READ(u64, event), .window = window, .offsets = shared.param_offsets,
          .sizes = shared.param_lengths, .thread = threads + slot, .slot = slot, .type = type, .nparams = nparams,
          .cpu = READ(u16, block + 8), .tid = (i32)tid};
      makes = makes_fd(threads + slot, type, window, nparams);
      /* Before the event's effect, as far as that is had here: a descriptor that it closes still has its name. */
      if (!makes) {
        line_end = write_line(line_at, &event_shown);
        if (line_end == 0) {
          /* What was done so far can be done once more. */
          if (line_lacks() && !told) {
            shared.at.offset = offset + origin;
            status = AT_LACK;
            break;
          }
          kind |= WANTED;
        }
      }
    }
    if ((kind & WANTED) == 0) {
      struct thread *thread = threads + slot;
      /* What a close takes away is still there while its event is the last one. */
      if (shared.changes[type] == CLOSE_EXIT && offset + length >= end) {
        kind |= WANTED;
      } else if ((kind & REJECTED) != 0 && type == WRITE_EXIT && may_be_mark(thread, slot, window, nparams)) {
        kind |= WANTED;
      } else if ((kind & REJECTED) != 0) {
        if ((kind & LOOKUP_ONLY) == 0) thread->last_event = NO_EVENT;
      } else if (!change(thread, slot, tid, type, paired, attach, window, nparams, large, lengths, event + size)) {
        kind |= WANTED;
      } else {
        /* An exit that is let through forgets the enter that was kept. */
        if ((type & 1) != 0 && slot != 0 && accepted) thread->has_stored = 0;
        /* And a descriptor that it opens has its name after that. */
        if (makes) {
          line_end = write_line(line_at, &event_shown);
          if (line_end == 0) status = AT_LINE;
        }
      }
    }
    count++;
    if (told) {
      told = 0;
      line_told();
    }
    if ((kind & WANTED) != 0) {
      status = AT_EVENT;
      /* The last one may be asked for its descriptor when everything is over. */
      if (shared.eager && accepted && offset + length < end &&
          change_wanted(threads + slot, slot, tid, type, paired, attach, window, nparams, large, lengths, event + size)) {
        status = AT_HAD;
        if ((type & 1) != 0 && slot != 0) threads[slot].has_stored = 0;
        if (shared.changes[type] >= OPEN && !has_failed(window, nparams)) attach = 2;
      }
    }
    u32 wanted = status != AT_END;
    if (!wanted && line_end != 0) {
      line_at = line_end;
      line_written();
    }
    if (wanted) {
      for (u32 i = 0; i < nparams; i++) shared.param_offsets[i] += origin;
      shared.at.offset = offset + origin;
      shared.at.length = length;
      shared.at.header = (event - window) + origin;
      shared.at.lengths = (lengths - window) + origin;
      shared.at.length_size = large ? 4 : 2;
      shared.at.data = data + origin;
      shared.at.nparams = nparams;
      shared.at.type = type;
      shared.at.cpu = READ(u16, block + 8);
      shared.at.flags = flags;
      shared.at.tid = tid;
      shared.at.slot = slot;
      shared.at.paired = paired;
      shared.at.attach = attach;
    }
    offset += length;
    if (wanted) break;
    continue;
  other:
    shared.at.offset = offset + origin;
    status = AT_OTHER;
    break;
  }
  shared.line_at = line_at;
  shared.at.count = count;
  if (count != 0) {
    shared.at.time = time;
    shared.at.ts_low = ts_low;
    shared.at.ts_high = ts_high;
  }
  return status;
}

/*
 * Writes the line of the event in shared.at after JavaScript has done what it changes; 0 when it has to write that too.
 * `slot`: of its thread by now. Offsets count from `window`.
 */
__attribute__((export_name("show"))) u32 show(const u8 *window, u32 slot, double number) {
  const struct shown event = {
      .number = (i64)number, .time = (u64)shared.at.ts_high << 32 | shared.at.ts_low, .window = window,
      .offsets = shared.param_offsets, .sizes = shared.param_lengths, .thread = threads + slot, .slot = slot,
      .type = shared.at.type, .nparams = shared.at.nparams, .cpu = shared.at.cpu, .tid = shared.at.tid};
  u8 *line_end = write_line(shared.line_at, &event);
  if (line_end == 0) return 0;
  shared.line_at = line_end;
  line_written();
  return 1;
}

/*
 * Goes over whole event blocks of plain kinds from `offset` on, as far as the window is filled, and checks nothing but
 * their lengths. Returns where it stopped; their number is shared.at.count.
 */
__attribute__((export_name("frame"))) u32 frame(const u8 *window, u32 offset, u32 filled) {
  u32 count = 0;
  while (filled - offset >= 8) {
    u32 type = READ(u32, window + offset);
    u32 length = READ(u32, window + offset + 4);
    if (type != EVENT_V2 && type != EVENT_V2_FLAGS) break;
    if (length < 12 || (length & 3) != 0 || length > LONGEST_BLOCK || length > filled - offset) break;
    offset += length;
    count++;
  }
  shared.at.count = count;
  return offset;
}
