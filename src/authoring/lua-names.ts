/** Names that Lua code of a chisel may use: the standard library, the API, and the callbacks the runtime looks for. */

/** Globals of the dialect. */
export const LUA_GLOBALS: ReadonlySet<string> = new Set(
  (
    '_G _VERSION assert collectgarbage dofile error getfenv getmetatable ipairs load loadfile loadstring module next ' +
    'newproxy gcinfo pairs pcall print rawequal rawget rawset require select setfenv setmetatable tonumber tostring type ' +
    'unpack xpcall bit coroutine debug io jit math os package string table arg chisel evt sysdig sichisel sievt'
  ).split(' '),
);

/** Functions and values of the API tables. */
export const API_NAMES: Readonly<Record<string, ReadonlySet<string>>> = {
  chisel: new Set(
    'request_field set_filter set_event_formatter set_interval_s set_interval_ns set_precise_interval_ns exec snapshot data'.split(
      ' ',
    ),
  ),
  evt: new Set('field get_num get_ts get_type get_cpuid'.split(' ')),
  sysdig: new Set(
    (
      'add_ts end_capture get_container_table get_evtsource_name get_filter get_firstevent_ts get_lastevent_ts ' +
      'get_machine_info get_output_format get_read_progress get_terminal_info get_thread_table get_thread_table_barebone ' +
      'get_thread_table_barebone_nofds get_thread_table_nofds is_live is_print_container_data is_tty log make_ts ' +
      'push_metric run_app run_sysdig set_filter set_fatfile_dump_mode set_output_format set_snaplen subtract_ts udp_send ' +
      'udp_setpeername'
    ).split(' '),
  ),
};

/** Functions that the runtime calls when a chisel defines them. */
export const CALLBACKS: ReadonlySet<string> = new Set(
  'on_set_arg on_init on_capture_start on_event on_interval on_capture_end on_end_of_sample on_reload on_dispose'.split(
    ' ',
  ),
);
