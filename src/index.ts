/**
 * burin as a library.
 *
 *     import { openCapture } from 'burin';
 *     for (const event of openCapture('trace.scap', { filter: 'evt.type=openat and evt.dir=<' })) {
 *       console.log(event.number('evt.num'), event.text('fd.name'));
 *     }
 */
export { CaptureError } from './capture/event-source.js';
export { Capture, CaptureEvent, type OpenOptions, openCapture } from './library.js';
export { FieldError } from './sinsp/fields/field.js';
export { FilterError } from './sinsp/filter/index.js';
export { FormatError } from './sinsp/format/format-parser.js';
