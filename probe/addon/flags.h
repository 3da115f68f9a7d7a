/*
 * The kernel's flag values in the numbering of capture files. A table is a list of {kernel bit, file bit}.
 */
#pragma once
#include <cstdint>
#include <fcntl.h>

namespace burin {

struct Bit {
	uint64_t from;
	uint32_t to;
};

template <size_t N> inline uint32_t map_bits(uint64_t v, const Bit (&table)[N])
{
	uint32_t out = 0;
	for (const Bit &b : table)
		if ((v & b.from) == b.from)
			out |= b.to;
	return out;
}

/* For values that are one of a list; what is not in it becomes other. */
template <size_t N> inline uint32_t map_value(uint64_t v, const Bit (&table)[N], uint32_t other)
{
	for (const Bit &b : table)
		if (v == b.from)
			return b.to;
	return other;
}

static const Bit open_bits[] = {
	{O_CREAT, 4},      {O_EXCL, 32},      {O_TRUNC, 256},     {O_APPEND, 8},
	{O_NONBLOCK, 64},  {O_DSYNC, 16},     {O_DIRECT, 512},    {O_DIRECTORY, 1024},
	{O_CLOEXEC, 4096}, {O_SYNC, 128},     {O_TMPFILE, 8192},
#if defined(__aarch64__)
	{0400000, 2048},
#else
	{0100000, 2048},
#endif
};

inline uint32_t open_flags(uint64_t v)
{
	static const uint32_t access[] = {1, 2, 3, 0};
	return access[v & O_ACCMODE] | map_bits(v, open_bits);
}

static const Bit clone_bits[] = {
	{0x100, 32768},       {0x200, 2},           {0x400, 1},           {0x800, 2048},        {0x2000, 1024},
	{0x4000, 134217728},  {0x8000, 256},        {0x10000, 8192},      {0x20000, 32},        {0x40000, 4096},
	{0x80000, 33554432},  {0x100000, 512},      {0x200000, 8388608},  {0x800000, 16384},    {0x1000000, 16777216},
	{0x2000000, 268435456}, {0x4000000, 128},   {0x8000000, 8},       {0x10000000, 1048576}, {0x20000000, 64},
	{0x40000000, 16},     {0x80000000, 4},
};

static const Bit prot_bits[] = {{1, 1}, {2, 2}, {4, 4}, {8, 8}, {0x01000000, 16}, {0x02000000, 32}};

static const Bit mmap_bits[] = {
	{0x1, 1},       {0x2, 2},       {0x10, 4},       {0x20, 8},       {0x40, 16},      {0x4000, 64},
	{0x8000, 128},  {0x10000, 256}, {0x100, 512},    {0x800, 1024},   {0x1000, 2048},  {0x2000, 16384},
};

static const Bit fcntl_values[] = {
	{0, 1},     {1, 2},     {2, 3},     {3, 4},     {4, 5},     {5, 6},     {6, 8},     {7, 9},
	{8, 10},    {9, 12},    {10, 13},   {11, 15},   {12, 17},   {13, 18},   {14, 19},   {15, 21},
	{16, 22},   {36, 30},   {37, 31},   {38, 32},   {1024, 23}, {1025, 24}, {1026, 27}, {1029, 25},
	{1030, 26}, {1031, 28}, {1032, 29},
};

static const Bit semctl_values[] = {
	{0, 4},    {1, 2},   {2, 1},    {3, 8},     {11, 256}, {12, 512}, {13, 64},
	{14, 128}, {15, 1024}, {16, 4096}, {17, 2048}, {18, 32},  {19, 16},
};

static const Bit semget_bits[] = {{01000, 8192}, {02000, 16384}};
static const Bit semop_bits[] = {{04000, 1}, {0x1000, 2}};

static const Bit ptrace_values[] = {
	{0, 1},       {1, 2},       {2, 3},       {3, 4},       {4, 5},       {5, 6},       {6, 7},      {7, 8},
	{8, 9},       {9, 10},      {16, 11},     {17, 12},     {24, 13},     {0x4200, 14}, {0x4201, 15}, {0x4202, 16},
	{0x4203, 17}, {0x4204, 18}, {0x4205, 19}, {0x4206, 20}, {0x4207, 21}, {0x4208, 22}, {0x4209, 23}, {0x420a, 24},
	{0x420b, 25}, {12, 26},     {13, 27},     {14, 28},     {15, 29},     {18, 30},     {19, 31},     {21, 32},
	{25, 33},     {26, 34},     {30, 35},     {31, 36},     {32, 37},     {33, 38},
};

static const Bit resolve_bits[] = {{0x01, 16}, {0x02, 4}, {0x04, 8}, {0x08, 1}, {0x10, 2}, {0x20, 32}};
static const Bit execveat_bits[] = {{0x1000, 1}, {0x100, 2}};

static const Bit quota_commands[] = {
	{0x800001, 128}, {0x800002, 1},   {0x800003, 2},   {0x800004, 4},    {0x800005, 8},
	{0x800006, 16},  {0x800007, 32},  {0x800008, 64},  {0x5801, 256},    {0x5802, 512},
	{0x5803, 1024},  {0x5804, 2048},  {0x5805, 4096},  {0x5806, 8192},   {0x5807, 16384},
};
static const Bit quota_formats[] = {{1, 2}, {2, 4}, {4, 8}};

static const Bit poll_bits[] = {
	{0x1, 1},   {0x2, 2},     {0x4, 4},     {0x8, 16},    {0x10, 32},   {0x20, 64},
	{0x40, 128}, {0x80, 256}, {0x100, 512}, {0x200, 1024}, {0x2000, 8},
};

static const Bit io_uring_setup_bits[] = {{1, 1}, {2, 2}, {4, 8}, {8, 16}, {16, 32}, {32, 64}, {64, 128}};

inline uint32_t socket_level(uint64_t v) { return v == 1 ? 1 : v == 6 ? 2 : 0; }
inline uint32_t socket_option(uint64_t level, uint64_t v)
{
	if (level != 1)
		return 0;
	return v <= 50 ? v : v == 55 ? 52 : v == 57 ? 53 : v == 59 ? 51 : 0;
}

/* The reason bits that the processor gives for a page fault. */
inline uint32_t fault_flags(uint64_t v)
{
#if defined(__x86_64__)
	return (v & 1 ? 1 : 2) | (v & 2 ? 4 : 8) | (v & 4 ? 16 : 32) | (v & 8 ? 64 : 0) | (v & 16 ? 128 : 0);
#else
	/* Syndrome register: fault status 0b0011xx is a permission, bit 6 a write. */
	return ((v & 0x3c) == 0x0c ? 1 : 2) | (v & 0x40 ? 4 : 8);
#endif
}

} // namespace burin
