---@meta
-- burin.meta: the chisel interface and its modules for editors with a Lua language server. Nothing loads
-- this file; put its folder into the server's workspace.library.

---@alias chisel.Value string|number|boolean|nil  What a field gives; nil when the event lacks it.
---@alias chisel.FieldName string  A field as in filters: "proc.name", "evt.arg[0]". `burin -l` lists them.

---A requested field. Opaque: pass it to evt.field.
---@class chisel.Field

---@class chisel.Argument
---@field name string
---@field description? string
---@field argtype? string  Free text; only "filter" has a meaning.
---@field optional? boolean

-- ---- what a chisel defines ----

---Long text for `-i`.
---@type string
description = nil
---One line for `-cl`.
---@type string
short_description = nil
---Heading in `-cl`.
---@type string
category = nil
---Leave this chisel out of lists.
---@type boolean?
hidden = nil
---The arguments, in order. `{}` for none.
---@type chisel.Argument[]
args = nil

---Called once for each argument given, in order.
---@param name string
---@param value string
---@return boolean accepted
function on_set_arg(name, value) end

---Called before the capture is opened: request fields and set filters here.
---@return boolean ok
function on_init() end

---Called when the capture is open.
---@return boolean ok
function on_capture_start() end

---Called for each event that passes the filters. Keep it short.
---@return boolean? print  False or nil: the event formatter skips this event.
function on_event() end

---Called when an interval has passed.
---@param ts_s number  Seconds since the epoch.
---@param ts_ns number  Nanoseconds within the second.
---@param delta number  Nanoseconds since the last call; 0 at the first.
---@return boolean go_on  False ends the program.
function on_interval(ts_s, ts_ns, delta) end

---Called at the end of the capture, also after an error.
---@param ts_s number  Seconds of the last event.
---@param ts_ns number  Its nanoseconds.
---@param delta number  Nanoseconds from the first event to the last.
function on_capture_end(ts_s, ts_ns, delta) end

---burin only: called in a new version of this file before it takes over.
---@param old table<string, any>  The plain globals of the version before.
function on_reload(old) end

---burin only: called in the old version when a new one takes over.
function on_dispose() end

-- ---- chisel ----

---@class chisel
---@field data table  burin only: survives reloads.
chisel = {}

---@param name chisel.FieldName
---@return chisel.Field
function chisel.request_field(name) end

---The chisel's own filter, on top of the command line's. "" removes it.
---@param expression string
function chisel.set_filter(expression) end

---Prints a line for each event for which on_event returns true, or for all if there is no on_event.
---@param format string  As option -p: "%evt.time %proc.name"; "" for the usual line.
function chisel.set_event_formatter(format) end

---@param seconds number  Whole; 0 is off.
function chisel.set_interval_s(seconds) end

---@param nanoseconds number
function chisel.set_interval_ns(nanoseconds) end

---Fires once for each interval that passed.
---@param nanoseconds number
function chisel.set_precise_interval_ns(nanoseconds) end

---In on_init: let another chisel take this one's place.
---@param name string
---@param ... string|number
function chisel.exec(name, ...) end

-- ---- evt ----

---The event at hand.
---@class evt
evt = {}

---@param field chisel.Field?
---@return any value  nil when the event has no such field.
function evt.field(field) end

---@return number number  Counts all events of the capture, from 1.
function evt.get_num() end

---@return number seconds
---@return number nanoseconds
function evt.get_ts() end

---@return string type  "open", "read", ...
function evt.get_type() end

---@return number
function evt.get_cpuid() end

-- ---- sysdig ----

---@class sysdig.Descriptor
---@field name? string
---@field type? string  "file", "ipv4", "ipv6", "unix", "pipe", ...
---@field sip? string
---@field sport? number
---@field cip? string  nil while listening.
---@field cport? number
---@field is_server? boolean
---@field l4proto? string  "tcp", "udp", "icmp", "raw" or "<NA>".

---@class sysdig.Thread
---@field tid number
---@field pid number
---@field ptid? number
---@field comm? string
---@field exe? string
---@field args? string[]
---@field env? string[]  NAME=value
---@field uid? number
---@field gid? number
---@field username? string
---@field flags? number
---@field fdlimit? number
---@field nchilds? number
---@field vmsize_kb? number
---@field vmrss_kb? number
---@field vmswap_kb? number
---@field pfmajor? number
---@field pfminor? number
---@field clone_ts? string
---@field fdtable table<number, sysdig.Descriptor>

---@alias sysdig.ThreadTable table<number, sysdig.Thread>

---@class sysdig.Container
---@field id string
---@field name string
---@field image string
---@field type string

---@class sysdig
sysdig = {}

---@return boolean  Reliable from on_capture_start on.
function sysdig.is_live() end
---@return boolean
function sysdig.is_tty() end
---@return { width: number, height: number }
function sysdig.get_terminal_info() end
---@return boolean  -pc was given.
function sysdig.is_print_container_data() end
---@return "json"|"normal"
function sysdig.get_output_format() end
---@param format "normal"|"simple"|"json"|"hex"|"hexascii"|"ascii"|"base64"|"jsonbase64"
function sysdig.set_output_format(format) end
---@return string
function sysdig.get_filter() end
---Sets the filter of the capture; an error if there is one already.
---@param expression string
function sysdig.set_filter(expression) end
---@param bytes number
function sysdig.set_snaplen(bytes) end
---@param on boolean
function sysdig.set_fatfile_dump_mode(on) end
---@return string file  "" when live.
function sysdig.get_evtsource_name() end
---@return string nanoseconds
function sysdig.get_firstevent_ts() end
---@return string nanoseconds
function sysdig.get_lastevent_ts() end
---@param seconds number|string
---@param nanoseconds number|string
---@return string nanoseconds
function sysdig.make_ts(seconds, nanoseconds) end
---@param a string|number
---@param b string|number
---@return string
function sysdig.add_ts(a, b) end
---@param a string|number
---@param b string|number
---@return string
function sysdig.subtract_ts(a, b) end
---@return number percent
function sysdig.get_read_progress() end
---@return { num_cpus: number, memory_size_bytes: number, max_pid: number, hostname: string }
function sysdig.get_machine_info() end
---A copy of the state at this moment: expensive.
---@param filter? string
---@return sysdig.ThreadTable
function sysdig.get_thread_table(filter) end
---@param filter? string
---@return sysdig.ThreadTable
function sysdig.get_thread_table_nofds(filter) end
---@param filter? string
---@return sysdig.ThreadTable
function sysdig.get_thread_table_barebone(filter) end
---@param filter? string
---@return sysdig.ThreadTable
function sysdig.get_thread_table_barebone_nofds(filter) end
---@return sysdig.Container[]
function sysdig.get_container_table() end
---Ends the capture after the running on_event.
function sysdig.end_capture() end
---When this run is over, run once more with these options.
---@param command_line string
function sysdig.run_app(command_line) end
---@deprecated  The old name of run_app.
---@param command_line string
function sysdig.run_sysdig(command_line) end
---@param text string
---@param severity "debug"|"info"|"warning"|"error"|"critical"
function sysdig.log(text, severity) end
---@param ip string  IPv4
---@param port number|string
function sysdig.udp_setpeername(ip, port) end
---@param text string
function sysdig.udp_send(text) end
---@param name string
---@param value number
---@param tags string[]
function sysdig.push_metric(name, value, tags) end

-- ---- common (globals) ----

ONE_S_IN_NS, ONE_MS_IN_NS, ONE_US_IN_NS = 1000000000, 1000000, 1000

---A value as text, for looking at it.
---@param value any
---@param name? string
---@param one_line? boolean
---@param depth? number
---@return string
function st(value, name, one_line, depth) end

---Pads, or cuts so that one blank remains.
---@param text string
---@param width number
---@return string
function extend_string(text, width) end

---@param text string
---@param delimiter string  A Lua pattern.
---@return string[]
function split(text, delimiter) end

---@param text string
---@param prefix string
---@return boolean
function starts_with(text, prefix) end

---@param text string
---@param suffix string
---@return boolean
function ends_with(text, suffix) end

---@param count number
---@return string  "1.50KB"
function format_bytes(count) end

---@param ns number
---@return string  "1.23ms"
function format_time_interval(ns) end

---@generic K, V
---@param t table<K, V>
---@param count number  0 for all.
---@param before fun(t: table<K, V>, a: K, b: K): boolean
---@return fun(): K, V
function pairs_top_by_val(t, count, before) end

---@param seconds number
---@param nanoseconds number
---@return string
function ts_to_str(seconds, nanoseconds) end

---@class common.Layout
---@field key_fld string[]
---@field key_desc string[]
---@field value_fld string
---@field value_desc string
---@field value_units "none"|"bytes"|"time"|"timepct"
---@field top_number number  0 for all.
---@field output_format "normal"|"json"

---@param t table<string, number>
---@param ts_s number
---@param ts_ns number
---@param elapsed_ns number
---@param layout common.Layout
function print_sorted_table(t, ts_s, ts_ns, elapsed_ns, layout) end

---Ends the program when the text is no number.
---@param text string
---@param name string
---@return number
function parse_numeric_input(text, name) end

---@generic T
---@param value T
---@return T
function copytable(value) end

---@generic T
---@param dst T[]
---@param src T[]
---@return T[] dst
function concattable(dst, src) end

---@param value any
---@return string
function typeof(value) end

-- ---- ansiterminal ----

---The fields hold escape sequences, or "" when colors are off.
---@class ansiterminal
---@field reset string
---@field clear string
---@field bright string
---@field dim string
---@field underscore string
---@field blink string
---@field reverse string
---@field hidden string
---@field black string
---@field red string
---@field green string
---@field yellow string
---@field blue string
---@field magenta string
---@field cyan string
---@field white string
---@field onblack string
---@field onred string
---@field ongreen string
---@field onyellow string
---@field onblue string
---@field onmagenta string
---@field oncyan string
---@field onwhite string
local ansiterminal = {}
---@param on boolean
function ansiterminal.enable_color(on) end
function ansiterminal.clearscreen() end
---@param row number
---@param column number
function ansiterminal.moveto(row, column) end
---@param lines number
function ansiterminal.moveup(lines) end
function ansiterminal.clearline() end
function ansiterminal.hidecursor() end
function ansiterminal.showcursor() end
---@param color number  0 to 255
function ansiterminal.setfgcol(color) end
---@param color number
function ansiterminal.setbgcol(color) end

-- ---- hist ----

---@class hist.Options
---@field title? string
---@field format? fun(bound: number): string
---@field elapsed? number  Seconds: adds rates.
---@field width? number  Of the bars.
---@field style? "bpftrace"|"dtrace"

---@class hist.GroupOptions: hist.Options
---@field top? number
---@field order? "sum"|"count"|"key"
---@field name? string

---@class hist.Distribution
---@field count number
---@field sum number
---@field min number?
---@field max number?
local Distribution = {}
---@param value number
---@param times? number
function Distribution:add(value, times) end
---@param other hist.Distribution
function Distribution:merge(other) end
---@return hist.Distribution self
function Distribution:clear() end
---@return number?
function Distribution:mean() end
---@param q number  0 to 1
---@return number?
function Distribution:quantile(q) end
---@return { from: number?, to: number?, count: number }[]
function Distribution:buckets() end
---@param options? hist.Options
---@return string[]
function Distribution:lines(options) end
---@param options? hist.Options
function Distribution:print(options) end

---@class hist.Groups
---@field members table<any, hist.Distribution>
local Groups = {}
---@param key any
---@param value number
---@param times? number
function Groups:add(key, value, times) end
function Groups:clear() end
---@param order? "sum"|"count"|"key"
---@return any[]
function Groups:keys(order) end
---@param options? hist.GroupOptions
function Groups:print(options) end

---@class hist
local hist = {}
---@return hist.Distribution
function hist.log2() end
---@param least number
---@param most number
---@param step number
---@return hist.Distribution
function hist.linear(least, most, step) end
---@return hist.Distribution
function hist.percentiles() end
---@param make fun(): hist.Distribution
---@return hist.Groups
function hist.by(make) end

-- ---- http (globals) ----

---@class http.Transaction
---@field request { method: string, url: string, ts: number }
---@field response { code: number, length: number, ts: number }
---@field dir "<"|">"|"<NA>"
---@field container string

function http_init() end
---@param buffer string
---@return { method: string, url: string }?
function parse_request(buffer) end
---@param buffer string
---@return { code: number, length: number }?
function parse_response(buffer) end
---@param evt evt
---@param on_transaction fun(transaction: http.Transaction)
function run_http_parser(evt, on_transaction) end

-- ---- statsd ----

---@class statsd.Client
local Client = {}
---@alias statsd.Stat string|table
---@param stat statsd.Stat
---@param value number
---@param rate? number
function Client:gauge(stat, value, rate) end
---@param stat statsd.Stat
---@param value number
---@param rate? number
function Client:counter(stat, value, rate) end
---@param stat statsd.Stat
---@param value? number
---@param rate? number
function Client:increment(stat, value, rate) end
---@param stat statsd.Stat
---@param value? number
---@param rate? number
function Client:decrement(stat, value, rate) end
---@param stat statsd.Stat
---@param ms number
function Client:timer(stat, ms) end
---@param stat statsd.Stat
---@param value number
function Client:histogram(stat, value) end
---@param stat statsd.Stat
---@param value number
function Client:meter(stat, value) end

-- ---- dkjson, cjson ----

---@class dkjson
---@field null any
---@field version string
local dkjson = {}
---@param value any
---@param state? { indent?: boolean, level?: number, keyorder?: string[], buffer?: string[], bufferlen?: number }
---@return string
function dkjson.encode(value, state) end
---@param text string
---@param position? number
---@param null? any
---@param objectmeta? table
---@param arraymeta? table
---@return any value  nil on failure.
---@return number position
---@return string? message
function dkjson.decode(text, position, null, objectmeta, arraymeta) end
---@param text string
---@return string
function dkjson.quotestring(text) end
---@param state table
function dkjson.addnewline(state) end

---@class cjson
---@field null userdata
---@field array_mt table
---@field empty_array_mt table
---@field empty_array table
local cjson = {}
---@param value any
---@return string
function cjson.encode(value) end
---@param text string
---@return any
function cjson.decode(text) end
---@return cjson
function cjson.new() end
---@param convert? boolean
---@param ratio? number
---@param safe? number
---@return boolean, number, number
function cjson.encode_sparse_array(convert, ratio, safe) end
---@param depth? number
---@return number
function cjson.encode_max_depth(depth) end
---@param depth? number
---@return number
function cjson.decode_max_depth(depth) end
---@param digits? number
---@return number
function cjson.encode_number_precision(digits) end
---@param how? boolean|"null"
---@return boolean|"null"
function cjson.encode_invalid_numbers(how) end
---@param on? boolean
---@return boolean
function cjson.decode_invalid_numbers(on) end
---@param on? boolean
---@return boolean
function cjson.encode_keep_buffer(on) end
---@param on? boolean
---@return boolean
function cjson.encode_empty_table_as_object(on) end
---@param on? boolean
---@return boolean
function cjson.decode_array_with_array_mt(on) end
---@param on? boolean
---@return boolean
function cjson.encode_escape_forward_slash(on) end

-- ---- burin.* ----

---@class burin.Screen
local Screen = {}
---@return boolean
function Screen:start() end
---@param rows table<string, number>
---@param ts_s number
---@param elapsed_ns number
function Screen:redraw(rows, ts_s, elapsed_ns) end
---@param rows table<string, number>
---@param ts_s number
---@param elapsed_ns number
function Screen:finish(rows, ts_s, elapsed_ns) end

---@class burin.livetable
local livetable = {}
---@param layout common.Layout
---@return burin.Screen
function livetable.new(layout) end
---@param names chisel.FieldName[]
---@return chisel.Field[]
function livetable.request(names) end
---@param handles chisel.Field[]
---@return string|number|boolean|nil
function livetable.key_of(handles) end
