/* What the parts of the stepper share: see stepper.c. The structures here are read and written by stepper.ts: change both. */
#include <wasm_simd128.h>

typedef unsigned char u8;
typedef unsigned short u16;
typedef unsigned int u32;
typedef int i32;
typedef unsigned long long u64;
typedef long long i64;

/* Captures align nothing. */
#define READ(type, address) (((const struct { type value; } __attribute__((packed)) *)(address))->value)
#define WRITE(type, address, what) (((struct { type value; } __attribute__((packed)) *)(address))->value = (what))

/*
 * Length of a text up to its first NUL; `size` when there is none in so many bytes. As everywhere, sixteen bytes are looked
 * at at once: so many can be read behind whatever is read.
 */
static inline u32 text_length(const u8 *text, u32 size) {
  for (u32 i = 0; i < size; i += 16) {
    u32 zeros = wasm_i8x16_bitmask(wasm_i8x16_eq(wasm_v128_load(text + i), wasm_i8x16_const_splat(0)));
    if (zeros == 0) continue;
    i += __builtin_ctz(zeros);
    return i < size ? i : size;
  }
  return size;
}

#define EVENT_CODES 1024
#define MAX_PARAMS 64

/* A slot and its marks: see thread-slots.ts. */
#define NO_EVENT 0xffff
#define STORED_SLOT 2
struct thread {
  i32 last_fd;
  /* Its descriptor table has room for any that may be opened. */
  u32 has_room;
  double enter_time;
  double latency;
  i32 last_event;
  i32 has_stored;
  double pfmajor;
  double pfminor;
  double vmsize;
  double vmrss;
  double vmswap;
  i32 tid;
  i32 pid;
  u32 owner;
  u32 pending;
  u32 stored_type;
  u32 stored_shape;
  u32 main;
  /* Number of the filter that excludes it. */
  u32 excluded;
  /* Its name, for lines; 0: has to be asked for. */
  u32 name;
  /* Its working directory, as opens name it; 0: has to be found out. */
  u32 cwd;
  /* Added to a descriptor from MARKS on for the index of its mark; 0: it has none. */
  i32 wide;
  u32 unused;
};
/* SLOT_BYTES of thread-slots.ts. */
_Static_assert(sizeof(struct thread) == 120, "slots have another size");

/* Value of last_fd for a number beyond 32 bits, which is in ThreadInfo. */
#define WIDE_FD (-0x7fffffff - 1)

#define MARKS 64
#define UNKNOWN 0
#define ABSENT 8
#define PLAIN 16
#define GONE 24
/* From here on: opened, and its record is number (mark - OPENED) / 8 of those that tell how. */
#define OPENED 32
/* Bits of PLAIN and opened ones: the filter accepts nothing that is done with it. */
#define EXCLUDED 1
/* What events say of its ends is not looked at. */
#define DEAF 2
/* A close is under way. */
#define CLOSING 4
/* Descriptors below this may have one. Pages of marks for them lie in front of the slots'. */
#define WIDE_MARKS 1024
#define PAGES_MARKS (32 * (WIDE_MARKS - MARKS))

/* A text in the memory; sixteen more bytes can be read behind it. */
struct text {
  u16 length;
  /* The name of a descriptor begins behind so many bytes. */
  u8 skip;
  u8 flags;
  u8 bytes[];
};

/* A file that was opened, until JavaScript asks for the descriptor: see open-records.ts. */
#define PATH_ROOM 160
#define LETTERS 3
struct opened {
  double ino;
  u32 flags;
  u32 dev;
  /* The directory that the path is relative to, as struct thread has it; 0: none. */
  u32 base;
  /* Of the parameter that has the path. */
  u16 size;
  /* The text below is what the descriptor is shown as. */
  u8 is_shown;
  /* A copy of what JavaScript has made: `base` is the number of that. */
  u8 is_kept;
  /* A struct text: a letter for the kind of file in brackets, and the path as it was given. */
  u16 length;
  u8 skip;
  u8 text_flags;
  u8 letters[LETTERS];
  u8 path[PATH_ROOM];
  u8 slack[13];
};
/* RECORD_BYTES of open-records.ts. */
_Static_assert(sizeof(struct opened) == 208, "records have another size");
extern struct opened *opened;
/* The record of a mark from OPENED on. */
#define RECORD_OF(mark) (((mark) - OPENED) >> 3)

extern struct thread *threads;
extern u16 *marks;
/* Texts of descriptors, for lines, where their mark is PLAIN, with any bits; 0: has to be asked for. */
extern u32 *fd_texts;

/* Slot of a thread of which an event was seen; 0 when it is not known. */
u32 find(i32 tid);
/* Slot of one that find() does not know, as far as JavaScript was asked for it; NO_THREAD: there is none; 0: ask. */
u32 find_other(i32 tid);
#define NO_THREAD 0xffffffff
/* The index of the mark of a descriptor of a thread, which is not below 0; -1 when JavaScript has to look. */
i32 mark_index(const struct thread *thread, u32 slot, i32 num);
/* An unsigned parameter of up to 4 bytes; `missing` when it is not there. */
double uint32_param(const u8 *at, u32 length, double missing);

/* Numbers of system calls are below this. */
#define CALLS 1024
/* The call failed, as its first parameter says. */
static inline u32 call_failed(const u8 *window, const i32 *offsets, const i32 *sizes, u32 nparams) {
  return nparams > 0 && sizes[0] >= 8 && READ(i64, window + offsets[0]) < 0;
}
/* Which call an event stands for that stands for any; CALLS when it does not say. Offsets count from `window`. */
double call_of(const u8 *window, const i32 *offsets, const i32 *sizes, u32 nparams);

/* An event that is to be shown. */
struct shown {
  u64 number;
  u64 time;
  /* Offsets of its parameters count from here. */
  const u8 *window;
  const i32 *offsets;
  const i32 *sizes;
  struct thread *thread;
  /* 0: of no thread that is known here, or there is none. */
  u32 slot;
  u32 type;
  u32 nparams;
  u32 cpu;
  i32 tid;
};

/* Writes the line of an event. Returns where it ends; 0 when JavaScript has to do it, or to tell what is missing. */
u8 *write_line(u8 *begin, const struct shown *event);
/* JavaScript can tell what the last line lacked that was not written. */
u32 line_lacks(void);
/* What JavaScript has told for one line alone is not true any more. */
void line_told(void);
/* The line that was written last is one that stays. */
void line_written(void);

/* Id of a process that has more than 32 bits: see thread-slots.ts. */
#define NO_PID (-0x7fffffff)
