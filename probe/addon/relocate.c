/*
 * Relocates the probe in user space, for kernels that cannot: before 5.17 BPF_PROG_LOAD knows no relocations, and refuses the
 * loader that bpftool generates, which passes them on.
 *
 * The generated loader is itself a program for the kernel. Beside it lies a block of data with all that it hands over: the
 * programs, their type information (BTF), and one `union bpf_attr` for each call of bpf(2). The pointers in these unions are
 * stored by the loader, always by the same instructions, and each call is made by the same ones. So both can be read off:
 * where the programs, their relocations and their types are (find_programs). A relocation names a type of the probe and a path
 * of members in it. The same names are looked for in the kernel's types, and the instruction gets the offset, size or value
 * that they have there. Rules are those by which the kernel and libbpf do it; test/live/relocate.test.ts compares.
 *
 * Numbers of the kernel's interface that headers older than 5.17 or 6.0 lack are repeated here.
 */
#include "relocate.h"
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <linux/btf.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <unistd.h>

/* union bpf_attr of BPF_PROG_LOAD. Of the fields between, the loader takes care. */
struct load_attr {
	uint32_t prog_type, insn_cnt;
	uint64_t insns, license;
	uint32_t log_level, log_size;
	uint64_t log_buf;
	uint32_t kern_version, prog_flags;
	char prog_name[16];
	uint32_t between[13];
	uint32_t core_relo_cnt;
	uint64_t fd_array, core_relos;
	uint32_t core_relo_rec_size;
} __attribute__((packed));

_Static_assert(offsetof(struct load_attr, prog_name) == offsetof(union bpf_attr, prog_name), "as the kernel has it");
_Static_assert(offsetof(struct load_attr, fd_array) == offsetof(union bpf_attr, fd_array), "as the kernel has it");

struct relocation {
	uint32_t at;   /* of the instruction, in bytes */
	uint32_t type; /* in the probe's types */
	uint32_t path; /* numbers between colons, in the names of the types */
	uint32_t what;
};

enum {
	FIELD_OFFSET,
	FIELD_SIZE,
	FIELD_EXISTS,
	FIELD_SIGNED,
	FIELD_LEFT_SHIFT,
	FIELD_RIGHT_SHIFT,
	TYPE_ID_PROBE,
	TYPE_ID_KERNEL,
	TYPE_EXISTS,
	TYPE_SIZE,
	VALUE_EXISTS,
	VALUE,
};

#define KIND_FLOAT 16
#define KIND_DECL_TAG 17
#define KIND_TYPE_TAG 18
#define KIND_ENUM64 19

struct enumerator64 {
	uint32_t name, low, high;
};

/* A call of a helper that no kernel has, with the number that libbpf uses, too: refused only where it can be reached. */
#define INVALID_HELPER 0xbad2310
#define HELPER_SYS_BPF 166
/* How far types are followed through each other. */
#define DEPTH 32

/* Type information. */
struct types {
	uint8_t *raw;
	const uint8_t *start;
	uint32_t *at; /* where each type is, from start; 0 is void */
	uint32_t count;
	const char *names;
	uint32_t names_size;
};

/* A type of the probe that is looked for in the kernel's. */
struct root {
	uint32_t id, length;
	const char *name;
	unsigned kind;
};
struct candidate {
	uint32_t root, id; /* of the probe, of the kernel */
};

struct program {
	struct load_attr *attr;
	struct bpf_insn *insns;
	const struct relocation *relocations;
	struct bpf_insn *store; /* of the pointer to the relocations, in the loader */
};

struct work {
	uint8_t *data;
	uint32_t data_size;
	struct bpf_insn *loader;
	uint32_t loader_count;
	struct program *programs;
	uint32_t program_count;
	const void *probe_raw;
	uint32_t probe_size;
	struct types probe, kernel;
	struct root *roots;
	uint32_t root_count;
	struct candidate *candidates;
	uint32_t candidate_count, candidate_room;
	bool verbose;
};

static void say(const struct work *w, const char *format, ...)
{
	va_list args;
	if (!w->verbose)
		return;
	va_start(args, format);
	fputs("relocation: ", stderr);
	vfprintf(stderr, format, args);
	fputc('\n', stderr);
	va_end(args);
}

/* Types. */

static unsigned kind_of(const struct btf_type *t) { return t->info >> 24 & 31; }
static uint32_t length_of(const struct btf_type *t) { return t->info & 0xffff; }
static bool has_flag(const struct btf_type *t) { return t->info >> 31; }

static bool is_composite(const struct btf_type *t)
{
	return kind_of(t) == BTF_KIND_STRUCT || kind_of(t) == BTF_KIND_UNION;
}

static bool is_enum(const struct btf_type *t) { return kind_of(t) == BTF_KIND_ENUM || kind_of(t) == KIND_ENUM64; }

static bool same_kind(const struct btf_type *a, const struct btf_type *b)
{
	return kind_of(a) == kind_of(b) || (is_enum(a) && is_enum(b));
}

/* Bytes behind the head of a type; -1 for a kind that is not known. */
static long bytes_behind(const struct btf_type *t)
{
	const long n = length_of(t);
	switch (kind_of(t)) {
	case BTF_KIND_PTR:
	case BTF_KIND_FWD:
	case BTF_KIND_TYPEDEF:
	case BTF_KIND_VOLATILE:
	case BTF_KIND_CONST:
	case BTF_KIND_RESTRICT:
	case BTF_KIND_FUNC:
	case KIND_FLOAT:
	case KIND_TYPE_TAG:
		return 0;
	case BTF_KIND_INT:
	case BTF_KIND_VAR:
	case KIND_DECL_TAG:
		return 4;
	case BTF_KIND_ARRAY:
		return sizeof(struct btf_array);
	case BTF_KIND_ENUM:
	case BTF_KIND_FUNC_PROTO:
		return n * 8;
	case BTF_KIND_STRUCT:
	case BTF_KIND_UNION:
	case BTF_KIND_DATASEC:
	case KIND_ENUM64:
		return n * 12;
	}
	return -1;
}

/* Notes where each type is, and that all of it is there, so that nobody needs to look again. */
static int index_types(struct types *t, const void *raw, size_t size)
{
	const struct btf_header *h = raw;
	if (size < sizeof(*h) || h->magic != BTF_MAGIC || h->hdr_len < sizeof(*h) || h->type_off % 4 || h->hdr_len % 4)
		return -EINVAL;
	const uint64_t types_at = (uint64_t)h->hdr_len + h->type_off, names_at = (uint64_t)h->hdr_len + h->str_off;
	if (types_at + h->type_len > size || !h->str_len || names_at + h->str_len > size)
		return -EINVAL;
	t->start = (const uint8_t *)raw + types_at;
	t->names = (const char *)raw + names_at;
	t->names_size = h->str_len;
	if (t->names[t->names_size - 1])
		return -EINVAL;
	t->at = malloc((h->type_len / sizeof(struct btf_type) + 1) * sizeof(*t->at));
	if (!t->at)
		return -ENOMEM;
	t->count = 1;
	for (uint32_t at = 0; at < h->type_len;) {
		if (h->type_len - at < sizeof(struct btf_type))
			return -EINVAL;
		const struct btf_type *type = (const struct btf_type *)(t->start + at);
		const long more = bytes_behind(type);
		if (more < 0)
			return -EOPNOTSUPP;
		if ((uint32_t)more > h->type_len - at - sizeof(*type))
			return -EINVAL;
		t->at[t->count++] = at;
		at += sizeof(*type) + more;
	}
	return 0;
}

static void free_types(struct types *t)
{
	free(t->at);
	free(t->raw);
}

static const struct btf_type *type_of(const struct types *t, uint32_t id)
{
	static const struct btf_type none;
	return id && id < t->count ? (const struct btf_type *)(t->start + t->at[id]) : &none;
}

static const char *name_at(const struct types *t, uint32_t offset) { return offset < t->names_size ? t->names + offset : ""; }

/* The type behind other names and qualifiers. */
static uint32_t bare(const struct types *t, uint32_t id)
{
	for (int i = 0; i < DEPTH; i++) {
		const struct btf_type *type = type_of(t, id);
		switch (kind_of(type)) {
		case BTF_KIND_TYPEDEF:
		case BTF_KIND_VOLATILE:
		case BTF_KIND_CONST:
		case BTF_KIND_RESTRICT:
		case KIND_TYPE_TAG:
			id = type->type;
			break;
		default:
			return id;
		}
	}
	return 0;
}

static const struct btf_type *bare_type(const struct types *t, uint32_t id) { return type_of(t, bare(t, id)); }

static const struct btf_array *array_of(const struct btf_type *t) { return (const struct btf_array *)(t + 1); }
static const struct btf_member *members_of(const struct btf_type *t) { return (const struct btf_member *)(t + 1); }
static uint32_t int_of(const struct btf_type *t) { return *(const uint32_t *)(t + 1); }

/* In bytes; -1 when it has none. */
static int64_t size_of(const struct types *t, uint32_t id)
{
	uint64_t times = 1;
	for (int i = 0; i < DEPTH; i++) {
		const struct btf_type *type = bare_type(t, id);
		switch (kind_of(type)) {
		case BTF_KIND_INT:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case KIND_ENUM64:
		case KIND_FLOAT:
			times *= type->size;
			return times <= UINT32_MAX ? (int64_t)times : -1;
		case BTF_KIND_PTR:
			times *= 8;
			return times <= UINT32_MAX ? (int64_t)times : -1;
		case BTF_KIND_ARRAY:
			times *= array_of(type)->nelems;
			if (times > UINT32_MAX)
				return -1;
			id = array_of(type)->type;
			break;
		default:
			return -1;
		}
	}
	return -1;
}

/* The length of a name without its flavour: what follows three underscores tells shapes of one structure apart. */
static uint32_t plain_length(const char *name)
{
	const uint32_t n = strlen(name);
	for (uint32_t i = n; i-- > 0;)
		if (i > 0 && i + 3 < n && name[i - 1] != '_' && !memcmp(name + i, "___", 3) && name[i + 3] != '_')
			return i;
	return n;
}

static bool same_plain_name(const char *a, const char *b)
{
	const uint32_t n = plain_length(a);
	return n == plain_length(b) && !memcmp(a, b, n);
}

/* Whether a member's type can stand for another: kinds and what pointers point to may not matter, sizes never do. */
static bool fields_agree(const struct types *a, uint32_t id_a, const struct types *b, uint32_t id_b)
{
	for (int i = 0; i < DEPTH; i++) {
		const struct btf_type *x = bare_type(a, id_a), *y = bare_type(b, id_b);
		if (is_composite(x) && is_composite(y))
			return true;
		if (!same_kind(x, y))
			return false;
		switch (kind_of(x)) {
		case BTF_KIND_PTR:
		case KIND_FLOAT:
			return true;
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(int_of(x)) && !BTF_INT_OFFSET(int_of(y));
		case BTF_KIND_FWD:
		case BTF_KIND_ENUM:
		case KIND_ENUM64: {
			const char *p = name_at(a, x->name_off), *q = name_at(b, y->name_off);
			return !*p || !*q || same_plain_name(p, q);
		}
		case BTF_KIND_ARRAY:
			id_a = array_of(x)->type;
			id_b = array_of(y)->type;
			break;
		default:
			return false;
		}
	}
	return false;
}

/* Whether a type is another's like when it is asked for by itself: then pointers and functions are followed. */
static bool types_agree(const struct types *a, uint32_t id_a, const struct types *b, uint32_t id_b, int depth)
{
	if (kind_of(type_of(a, id_a)) != kind_of(type_of(b, id_b)) && !(is_enum(type_of(a, id_a)) && is_enum(type_of(b, id_b))))
		return false;
	for (; depth > 0; depth--) {
		const struct btf_type *x = bare_type(a, id_a), *y = bare_type(b, id_b);
		if (!same_kind(x, y))
			return false;
		switch (kind_of(x)) {
		case BTF_KIND_UNKN:
		case BTF_KIND_STRUCT:
		case BTF_KIND_UNION:
		case BTF_KIND_ENUM:
		case BTF_KIND_FWD:
		case KIND_ENUM64:
			return true;
		case BTF_KIND_INT:
			return !BTF_INT_OFFSET(int_of(x)) && !BTF_INT_OFFSET(int_of(y));
		case BTF_KIND_PTR:
			id_a = x->type;
			id_b = y->type;
			break;
		case BTF_KIND_ARRAY:
			id_a = array_of(x)->type;
			id_b = array_of(y)->type;
			break;
		case BTF_KIND_FUNC_PROTO: {
			const struct btf_param *p = (const struct btf_param *)(x + 1), *q = (const struct btf_param *)(y + 1);
			if (length_of(x) != length_of(y))
				return false;
			for (uint32_t i = 0; i < length_of(x); i++)
				if (!types_agree(a, bare(a, p[i].type), b, bare(b, q[i].type), depth - 1))
					return false;
			id_a = x->type;
			id_b = y->type;
			break;
		}
		default:
			return false;
		}
	}
	return false;
}

/* Fields. */

/* Where a path leads. */
struct place {
	uint64_t bits; /* from the start */
	uint32_t type; /* bare */
	uint32_t bitfield; /* its width, or 0 */
	bool element; /* of an array, and no member */
};

/* Finds a member by name, also in members without a name. Returns its type, 0 when there is none. */
static uint32_t find_member(const struct types *t, uint32_t id, const char *name, struct place *p, int depth)
{
	const struct btf_type *type = bare_type(t, id);
	if (!is_composite(type) || !depth)
		return 0;
	const struct btf_member *m = members_of(type);
	for (uint32_t i = 0; i < length_of(type); i++, m++) {
		const uint32_t bits = has_flag(type) ? m->offset & 0xffffff : m->offset;
		const char *here = name_at(t, m->name_off);
		uint32_t found = 0;
		if (!*here) {
			found = find_member(t, m->type, name, p, depth - 1);
		} else if (!strcmp(here, name)) {
			p->bitfield = has_flag(type) ? m->offset >> 24 : 0;
			found = m->type;
		}
		if (found) {
			p->bits += bits;
			return found;
		}
	}
	return 0;
}

static bool next_number(const char **path, uint32_t *out)
{
	char *end;
	if (**path < '0' || **path > '9')
		return false;
	*out = strtoul(*path, &end, 10);
	*path = end;
	if (*end == ':')
		*path = end + 1;
	return *end == ':' || !*end;
}

/*
 * Goes along a path of the probe's types and, by the names of the members, of others at the same time. Returns 1 with the place
 * in these, 0 when they have none.
 */
static int follow(const struct types *probe, uint32_t id, const char *path, const struct types *t, uint32_t to, struct place *p)
{
	uint32_t n;
	memset(p, 0, sizeof(*p));
	if (!next_number(&path, &n))
		return -EINVAL;
	id = bare(probe, id);
	to = bare(t, to);
	/* The first number counts whole types, as if the pointer was one into an array. */
	p->element = true;
	if (n) {
		const int64_t size = size_of(t, to);
		if (size < 0)
			return -EINVAL;
		p->bits = n * (uint64_t)size * 8;
	}
	while (*path) {
		const struct btf_type *type = type_of(probe, id);
		if (!next_number(&path, &n))
			return -EINVAL;
		if (is_composite(type)) {
			if (n >= length_of(type))
				return -EINVAL;
			const struct btf_member *m = members_of(type) + n;
			const char *name = name_at(probe, m->name_off);
			if (*name) {
				const uint32_t found = find_member(t, to, name, p, DEPTH);
				if (!found || !fields_agree(probe, m->type, t, found))
					return 0;
				to = bare(t, found);
				p->element = false;
			}
			id = bare(probe, m->type);
		} else if (kind_of(type) == BTF_KIND_ARRAY) {
			const struct btf_type *there = type_of(t, to);
			if (kind_of(there) != BTF_KIND_ARRAY)
				return 0;
			/* An array without a length goes on behind its structure. */
			if (array_of(there)->nelems && n >= array_of(there)->nelems)
				return 0;
			id = bare(probe, array_of(type)->type);
			to = bare(t, array_of(there)->type);
			const int64_t size = size_of(t, to);
			if (size < 0)
				return -EINVAL;
			p->bits += n * (uint64_t)size * 8;
			p->bitfield = 0;
			p->element = true;
		} else {
			return -EINVAL;
		}
	}
	p->type = to;
	return 1;
}

/* What goes into an instruction. */
struct answer {
	uint64_t value;
	uint32_t size, type; /* of the field whose offset this is; 0 for all else */
	bool absent; /* no value */
	bool exact; /* the compiler has put the same value there for the probe's own types */
};

static int answer_field(const struct types *t, const struct place *p, uint32_t what, struct answer *out)
{
	const struct btf_type *type = type_of(t, p->type);
	int64_t size = size_of(t, p->type);
	uint64_t offset = p->bits / 8;
	uint32_t width;
	if (what == FIELD_EXISTS) {
		out->value = 1;
		return 0;
	}
	if (size < 0)
		return -EINVAL;
	if (p->bitfield) {
		/* The smallest aligned number that holds all of it. */
		width = p->bitfield;
		if (!size || size > 8)
			return -EINVAL;
		offset = p->bits / 8 / size * size;
		while (p->bits + width - offset * 8 > (uint64_t)size * 8) {
			if (size >= 8)
				return -E2BIG;
			size *= 2;
			offset = p->bits / 8 / size * size;
		}
	} else {
		width = size * 8;
	}
	if (p->element && what != FIELD_OFFSET && what != FIELD_SIZE)
		return -EINVAL;
	switch (what) {
	case FIELD_OFFSET:
		out->value = offset;
		if (!p->bitfield) {
			out->exact = true;
			out->size = size;
			out->type = p->type;
		}
		return 0;
	case FIELD_SIZE:
		out->value = size;
		return 0;
	case FIELD_SIGNED:
		out->value = (is_enum(type) && has_flag(type)) ||
			     (kind_of(type) == BTF_KIND_INT && BTF_INT_ENCODING(int_of(type)) & BTF_INT_SIGNED);
		return 0;
	case FIELD_LEFT_SHIFT:
		/* Both processors that there is a probe for are little-endian. */
		out->value = 64 - (p->bits + width - offset * 8);
		return 0;
	case FIELD_RIGHT_SHIFT:
		out->value = 64 - width;
		return 0;
	}
	return -EOPNOTSUPP;
}

/* The enumerator of a type that bears a name; false when there is none. */
static bool find_value(const struct types *t, const struct btf_type *type, const char *name, uint64_t *out)
{
	for (uint32_t i = 0; i < length_of(type); i++) {
		if (kind_of(type) == BTF_KIND_ENUM) {
			const struct btf_enum *e = (const struct btf_enum *)(type + 1) + i;
			*out = (int64_t)e->val;
			if (same_plain_name(name_at(t, e->name_off), name))
				return true;
		} else {
			const struct enumerator64 *e = (const struct enumerator64 *)(type + 1) + i;
			*out = (uint64_t)e->high << 32 | e->low;
			if (same_plain_name(name_at(t, e->name), name))
				return true;
		}
	}
	return false;
}

static const char *value_name(const struct types *t, uint32_t id, const char *path)
{
	const struct btf_type *type = bare_type(t, id);
	uint32_t n;
	if (!is_enum(type) || !next_number(&path, &n) || *path || n >= length_of(type))
		return NULL;
	if (kind_of(type) == BTF_KIND_ENUM)
		return name_at(t, ((const struct btf_enum *)(type + 1))[n].name_off);
	return name_at(t, ((const struct enumerator64 *)(type + 1))[n].name);
}

/* What one type, of the kernel or of the probe itself, has to say to a relocation. Returns 1, 0 when it does not match. */
static int ask(const struct work *w, const struct relocation *r, const struct types *t, uint32_t id, struct answer *out)
{
	const char *path = name_at(&w->probe, r->path), *name;
	struct place place;
	int64_t size;
	int error;
	memset(out, 0, sizeof(*out));
	switch (r->what) {
	case TYPE_ID_KERNEL:
	case TYPE_EXISTS:
	case TYPE_SIZE:
		if (!types_agree(&w->probe, r->type, t, id, DEPTH))
			return 0;
		size = r->what == TYPE_SIZE ? size_of(t, id) : 0;
		if (size < 0)
			return -EINVAL;
		out->value = r->what == TYPE_SIZE ? (uint64_t)size : r->what == TYPE_EXISTS ? 1 : id;
		return 1;
	case VALUE_EXISTS:
	case VALUE:
		name = value_name(&w->probe, r->type, path);
		if (!name)
			return -EINVAL;
		if (!is_enum(bare_type(t, id)) || !find_value(t, bare_type(t, id), name, &out->value))
			return 0;
		if (r->what == VALUE_EXISTS)
			out->value = 1;
		return 1;
	}
	error = follow(&w->probe, r->type, path, t, id, &place);
	if (error <= 0)
		return error;
	error = answer_field(t, &place, r->what, out);
	return error ? error : 1;
}

/* What the kernel's types say. Several of one name must say the same. */
static int ask_kernel(const struct work *w, const struct relocation *r, struct answer *out)
{
	struct answer answer;
	bool found = false;
	memset(out, 0, sizeof(*out));
	for (uint32_t i = 0; i < w->candidate_count; i++) {
		if (w->candidates[i].root != r->type)
			continue;
		const int matches = ask(w, r, &w->kernel, w->candidates[i].id, &answer);
		if (matches < 0)
			return matches;
		if (!matches)
			continue;
		if (found && answer.value != out->value)
			return -ENOTUNIQ;
		*out = answer;
		found = true;
	}
	/* Of a type that is not there existence, size and number are 0; of a field nothing can be said but that. */
	const bool zero = r->what == FIELD_EXISTS || r->what == VALUE_EXISTS || (r->what >= TYPE_ID_PROBE && r->what <= TYPE_SIZE);
	out->absent = !found && !zero;
	return 0;
}

/* Instructions. */

static bool loads_constant(const struct bpf_insn *insn) { return insn->code == (BPF_LD | BPF_IMM | BPF_DW); }

static unsigned access_bytes(const struct bpf_insn *insn)
{
	switch (BPF_SIZE(insn->code)) {
	case BPF_B:
		return 1;
	case BPF_H:
		return 2;
	case BPF_W:
		return 4;
	}
	return 8;
}

static void make_invalid(struct bpf_insn *insn)
{
	const bool two = loads_constant(insn);
	for (int i = 0; i <= two; i++)
		insn[i] = (struct bpf_insn){.code = BPF_JMP | BPF_CALL, .imm = INVALID_HELPER};
}

/* Whether a load may change its width: what it reads is filled up with zeros, which is wrong for signed numbers. */
static bool may_resize(const struct work *w, const struct answer *before, const struct answer *after)
{
	const struct btf_type *x = type_of(&w->probe, before->type), *y = type_of(&w->kernel, after->type);
	if (kind_of(x) != kind_of(y))
		return false;
	return kind_of(x) == BTF_KIND_PTR || (kind_of(x) == BTF_KIND_INT && BTF_INT_ENCODING(int_of(x)) != BTF_INT_SIGNED &&
					      BTF_INT_ENCODING(int_of(y)) != BTF_INT_SIGNED);
}

static int patch(const struct work *w, struct bpf_insn *insn, struct answer *before, struct answer *after)
{
	switch (BPF_CLASS(insn->code)) {
	case BPF_ALU:
	case BPF_ALU64:
		if (BPF_SRC(insn->code) != BPF_K)
			return -EINVAL;
		if (before->exact && (uint32_t)insn->imm != before->value)
			return -EBADMSG;
		insn->imm = after->value;
		return 0;
	case BPF_LDX:
	case BPF_ST:
	case BPF_STX:
		if (before->exact && (uint64_t)insn->off != before->value)
			return -EBADMSG;
		if (after->value > INT16_MAX)
			return -ERANGE;
		if (after->size != before->size) {
			if (!may_resize(w, before, after)) {
				after->absent = true;
				make_invalid(insn);
				return 0;
			}
			if (access_bytes(insn) != before->size)
				return -EINVAL;
			unsigned width;
			switch (after->size) {
			case 1:
				width = BPF_B;
				break;
			case 2:
				width = BPF_H;
				break;
			case 4:
				width = BPF_W;
				break;
			case 8:
				width = BPF_DW;
				break;
			default:
				return -EINVAL;
			}
			insn->code = BPF_MODE(insn->code) | width | BPF_CLASS(insn->code);
		}
		insn->off = after->value;
		return 0;
	case BPF_LD:
		if (!loads_constant(insn) || insn->src_reg || insn[1].code)
			return -EINVAL;
		insn[0].imm = after->value;
		insn[1].imm = after->value >> 32;
		return 0;
	}
	return -EINVAL;
}

static int relocate(struct work *w, const struct program *program, const struct relocation *r, struct burin_relocations *out)
{
	const uint32_t at = r->at / sizeof(struct bpf_insn);
	struct answer before = {0}, after = {0};
	int error = 0;
	if (r->at % sizeof(struct bpf_insn) || at >= program->attr->insn_cnt)
		return -EINVAL;
	struct bpf_insn *insn = program->insns + at;
	if (loads_constant(insn) && at + 1 >= program->attr->insn_cnt)
		return -EINVAL;
	if (r->what == TYPE_ID_PROBE) {
		after.value = r->type;
	} else if (r->what <= VALUE) {
		error = ask(w, r, &w->probe, r->type, &before);
		error = error == 0 ? -EINVAL : error < 0 ? error : ask_kernel(w, r, &after);
	} else {
		error = -EOPNOTSUPP;
	}
	if (!error && after.absent)
		make_invalid(insn);
	else if (!error)
		error = patch(w, insn, &before, &after);
	out->total++;
	out->absent += after.absent;
	if (error || after.absent)
		say(w, "%.16s, instruction %u: %s %s, kind %u: %s", program->attr->prog_name, at,
		    name_at(&w->probe, type_of(&w->probe, r->type)->name_off), name_at(&w->probe, r->path), r->what,
		    error ? strerror(-error) : "this kernel has none");
	return error;
}

/* The generated loader. */

/* Loading of an address in the data: where it is, or -1 for another instruction. */
static int64_t address_in(const struct bpf_insn *insn, unsigned reg)
{
	if (!loads_constant(insn) || insn->src_reg != BPF_PSEUDO_MAP_IDX_VALUE || insn->dst_reg != reg || insn->imm)
		return -1;
	return (uint32_t)insn[1].imm;
}

static bool sets(const struct bpf_insn *insn, unsigned reg)
{
	return insn->code == (BPF_ALU64 | BPF_MOV | BPF_K) && insn->dst_reg == reg;
}

/* A piece of the data; NULL when not all of it is there. */
static void *piece(const struct work *w, uint64_t at, uint64_t size)
{
	return at % 4 == 0 && at <= w->data_size && size <= w->data_size - at ? w->data + at : NULL;
}

/*
 * The instruction that stores a pointer into a field of the data, before the instruction `end`, and which pointer: R0 gets the
 * address of what is pointed to, R1 that of the field, and R0 is stored there.
 */
static struct bpf_insn *find_store(const struct work *w, uint32_t end, uint64_t field, uint64_t *pointer)
{
	for (uint32_t i = end; i-- > 4;) {
		struct bpf_insn *insn = w->loader + i;
		if (insn->code != (BPF_STX | BPF_MEM | BPF_DW) || insn->dst_reg != BPF_REG_1 || insn->src_reg != BPF_REG_0 || insn->off)
			continue;
		if (address_in(insn - 2, BPF_REG_1) != (int64_t)field)
			continue;
		const int64_t to = address_in(insn - 4, BPF_REG_0);
		if (to < 0)
			return NULL;
		*pointer = to;
		return insn;
	}
	return NULL;
}

/* Goes through the loader's calls of bpf(2). */
static int find_programs(struct work *w)
{
	w->programs = calloc(w->loader_count / 5 + 1, sizeof(*w->programs));
	if (!w->programs)
		return -ENOMEM;
	for (uint32_t i = 4; i < w->loader_count; i++) {
		/* R1: the command, R2: the address of its attributes, R3: their size. */
		const struct bpf_insn *insn = w->loader + i;
		if (insn->code != (BPF_JMP | BPF_CALL) || insn->src_reg || insn->imm != HELPER_SYS_BPF)
			continue;
		const int64_t attr_at = address_in(insn - 3, BPF_REG_2);
		if (attr_at < 0 || !sets(insn - 4, BPF_REG_1) || !sets(insn - 1, BPF_REG_3))
			continue;
		const int command = insn[-4].imm;
		const uint32_t size = insn[-1].imm;
		if (command == BPF_BTF_LOAD) {
			uint64_t at;
			const union bpf_attr *attr = piece(w, attr_at, offsetof(union bpf_attr, btf_size) + sizeof(attr->btf_size));
			if (!attr || !find_store(w, i, attr_at + offsetof(union bpf_attr, btf), &at))
				return -EINVAL;
			w->probe_size = attr->btf_size;
			w->probe_raw = piece(w, at, attr->btf_size);
			if (!w->probe_raw)
				return -EINVAL;
		}
		if (command != BPF_PROG_LOAD || size < sizeof(struct load_attr))
			continue;
		struct program *p = w->programs + w->program_count;
		uint64_t insns_at, relocations_at;
		p->attr = piece(w, attr_at, size);
		if (!p->attr)
			return -EINVAL;
		/* A program without relocations has a pointer to none. */
		p->store = find_store(w, i, attr_at + offsetof(struct load_attr, core_relos), &relocations_at);
		if (!p->store || p->attr->core_relo_rec_size != sizeof(struct relocation) ||
		    !find_store(w, i, attr_at + offsetof(struct load_attr, insns), &insns_at))
			return -EINVAL;
		p->insns = piece(w, insns_at, (uint64_t)p->attr->insn_cnt * sizeof(struct bpf_insn));
		p->relocations = piece(w, relocations_at, (uint64_t)p->attr->core_relo_cnt * sizeof(struct relocation));
		if (!p->insns || !p->relocations)
			return -EINVAL;
		w->program_count++;
	}
	return !w->program_count || w->probe_raw ? 0 : -EINVAL;
}

/* The types of the probe that relocations start from. */
static int find_roots(struct work *w)
{
	/* Which are noted already: a bit for each type. */
	uint8_t *noted = calloc(1, w->probe.count / 8 + 1);
	w->roots = calloc(w->probe.count, sizeof(*w->roots));
	if (!noted || !w->roots) {
		free(noted);
		return -ENOMEM;
	}
	for (uint32_t i = 0; i < w->program_count; i++)
		for (uint32_t n = 0; n < w->programs[i].attr->core_relo_cnt; n++) {
			const uint32_t id = w->programs[i].relocations[n].type;
			const struct btf_type *t = type_of(&w->probe, id);
			const char *name = name_at(&w->probe, t->name_off);
			if (!id || id >= w->probe.count || !*name || noted[id / 8] & 1 << id % 8)
				continue;
			noted[id / 8] |= 1 << id % 8;
			w->roots[w->root_count++] =
				(struct root){.id = id, .length = plain_length(name), .name = name, .kind = kind_of(t)};
		}
	free(noted);
	return 0;
}

/* Types of the kernel that bear the roots' names, flavours aside. */
static int find_candidates(struct work *w)
{
	for (uint32_t id = 1; id < w->kernel.count; id++) {
		const struct btf_type *t = type_of(&w->kernel, id);
		const char *name = name_at(&w->kernel, t->name_off);
		if (!*name)
			continue;
		for (uint32_t i = 0; i < w->root_count; i++) {
			const struct root *r = w->roots + i;
			if (*name != *r->name || strncmp(name, r->name, r->length))
				continue;
			if (name[r->length] && plain_length(name) != r->length)
				continue;
			if (!same_kind(t, type_of(&w->probe, r->id)))
				continue;
			if (w->candidate_count == w->candidate_room) {
				const uint32_t room = w->candidate_room ? 2 * w->candidate_room : 64;
				struct candidate *more = realloc(w->candidates, room * sizeof(*more));
				if (!more)
					return -ENOMEM;
				w->candidates = more;
				w->candidate_room = room;
			}
			w->candidates[w->candidate_count++] = (struct candidate){.root = r->id, .id = id};
		}
	}
	return 0;
}

static int read_types(struct types *t, const char *path)
{
	const int fd = open(path, O_RDONLY | O_CLOEXEC);
	size_t size = 0, room = 8 << 20;
	int error = 0;
	if (fd < 0)
		return -errno;
	t->raw = malloc(room);
	for (;;) {
		if (t->raw && size == room) {
			uint8_t *more = realloc(t->raw, room *= 2);
			if (!more)
				free(t->raw);
			t->raw = more;
		}
		if (!t->raw) {
			error = -ENOMEM;
			break;
		}
		const ssize_t n = read(fd, t->raw + size, room - size);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			error = -errno;
		if (n <= 0)
			break;
		size += n;
	}
	close(fd);
	return error ? error : index_types(t, t->raw, size);
}

bool burin_kernel_relocates(void)
{
	/* A field of the attributes that older kernels do not know must be zero there, and is without meaning without a count. */
	const struct bpf_insn insns[] = {{.code = BPF_ALU64 | BPF_MOV | BPF_K}, {.code = BPF_JMP | BPF_EXIT}};
	struct load_attr attr;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)insns;
	attr.insn_cnt = sizeof(insns) / sizeof(*insns);
	attr.license = (uintptr_t) "Dual MIT/GPL";
	attr.core_relo_rec_size = sizeof(struct relocation);
	const int fd = syscall(SYS_bpf, BPF_PROG_LOAD, &attr, sizeof(attr));
	if (fd >= 0)
		close(fd);
	return fd >= 0 || errno != E2BIG;
}

int burin_relocate(void *data, uint32_t data_size, void *loader, uint32_t loader_size, const char *types_path, bool verbose,
		   struct burin_relocations *out)
{
	struct work w = {.data = data,
			 .data_size = data_size,
			 .loader = loader,
			 .loader_count = loader_size / sizeof(struct bpf_insn),
			 .verbose = verbose};
	memset(out, 0, sizeof(*out));
	int error = find_programs(&w);
	if (!error && w.program_count)
		error = index_types(&w.probe, w.probe_raw, w.probe_size);
	if (error)
		say(&w, "the loader is not as expected: %s", strerror(-error));
	if (!error)
		error = find_roots(&w);
	if (!error && w.program_count) {
		error = read_types(&w.kernel, types_path);
		if (error)
			say(&w, "%s: %s", types_path, strerror(-error));
	}
	if (!error)
		error = find_candidates(&w);
	for (uint32_t i = 0; !error && i < w.program_count; i++) {
		struct program *p = w.programs + i;
		for (uint32_t n = 0; !error && n < p->attr->core_relo_cnt; n++)
			error = relocate(&w, p, p->relocations + n, out);
		/* Done: the kernel must not be asked for it. R0 is copied to itself in place of the store. */
		p->attr->core_relo_cnt = 0;
		p->attr->core_relo_rec_size = 0;
		*p->store = (struct bpf_insn){.code = BPF_ALU64 | BPF_MOV | BPF_X};
	}
	free_types(&w.probe);
	free_types(&w.kernel);
	free(w.programs);
	free(w.roots);
	free(w.candidates);
	return error;
}
