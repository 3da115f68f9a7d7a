/*
 * Turns a record of the probe into an event block of a capture file.
 */
#pragma once
#include <cstddef>
#include <cstdint>
#include "../bpf/record.h"

namespace burin {

/* Call once before encode(). */
void encode_init();

/* Room that encode() may need at most for a record of this length. */
inline size_t encode_room(size_t record_length) { return 2 * record_length + 1024; }

/*
 * Writes one whole block and returns its length in bytes; 0 when the record says nothing that can be told.
 * epoch_offset: what to add to the record's clock to get ns since 1970.
 */
size_t encode(const burin_record *rec, size_t length, unsigned cpu, int64_t epoch_offset, uint8_t *out);

/* The block of a drop marker. */
size_t encode_drop(uint64_t ts, unsigned cpu, uint8_t *out);

} // namespace burin
