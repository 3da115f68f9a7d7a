-- wsysdig_summary: an overview of a capture as JSON, for graphical front ends: for each
-- of some fifty metrics a total and a line over time.
--
--   burin -r file.scap -c wsysdig_summary          400 points over time
--   burin -r file.scap -c wsysdig_summary 100      100 points
--
-- The capture is read twice. The first pass only measures how long it is; then the
-- program is run again with the argument SAMPLES,NANOSECONDS. The output is one object:
-- {"slices": [ {"progress": 12.5}, ..., {"progress": 100, "data": {info, metrics}} ]}.

description = "Prints an overview of a capture as JSON: totals and lines over time of processes, files, network, security, performance and log metrics. Meant for graphical front ends."
short_description = "Summary of a capture as JSON"
category = "NA"
hidden = true

args = {
  {
    name = "composite_args", argtype = "int", optional = true,
    description = "How many points the lines have (400 if not given). Followed by a comma and the length of the capture in nanoseconds in the second pass, which the chisel starts itself",
  },
}

require "common"
local json = require "dkjson"

-- Raise this when the output changes its meaning.
local FORMAT_VERSION = 1

-- The capture is cut into this many slices.
local SLICES = 400

-- Progress is told every so many slices, that is every 3 percent.
local SLICES_PER_REPORT = math.max(1, math.floor(SLICES / 100 * 3))

local wanted_points = SLICES
local duration_ns

function on_set_arg(_, text)
  local parts = split(text, ",")
  local points = tonumber(parts[1])
  if points and points ~= 0 and points < SLICES then wanted_points = points end
  duration_ns = parts[2]
  return true
end

-- ---- metrics ----

-- Server ports and what usually listens there.
local SERVICES = {
  { "Kyoto Tycoon", 1978 }, { "kafka", 2181 }, { "etcd", 2379, 22379 }, { "mysql", 3306 }, { "gearman", 4730 },
  { "postgres", 5432 }, { "voltdb", 5555 }, { "rabbitmq", 5672 }, { "couchdb", 5984 }, { "redis", 6379 },
  { "Sysdig Agent", 6443, 6666, 6667 }, { "hadoop", 8020, 9000, 50070 }, { "riak", 8087, 8098 }, { "statsd", 8125 },
  { "solr", 8983 }, { "fluentd", 9880 }, { "memcached", 11211 }, { "mongodb", 27017, 27018, 27019, 28017 },
  { "hbase", 60000, 60010, 60020, 60030 }, { "SSH", 22 }, { "DNS", 53 }, { "HTTP", 80, 8080 }, { "HTTPs", 443 },
}
local elasticsearch = { "elasticsearch" }
for port = 9200, 9400 do elasticsearch[#elasticsearch + 1] = port end
SERVICES[#SERVICES + 1] = elasticsearch

local PROTOCOL_PREFIX, DOCKER_PREFIX = "protoBytes_", "dockerEvtsCount"

local metric_of_port = {}
for _, service in ipairs(SERVICES) do
  for i = 2, #service do metric_of_port[service[i]] = PROTOCOL_PREFIX .. service[1] end
end

local LOG_FILES = "((fd.name contains .log or fd.name contains _log or fd.name contains /var/log) and not (fd.name contains .gz or fd.name contains .tgz))"
local NETWORK = "(fd.type=ipv4 or fd.type=ipv6)"

-- The metrics in the order of the output. `id`: the counter. `set`: it counts different
-- things (its total is how many there were in all). `avg`: points are averaged, not summed,
-- when the line is thinned out. `always`: listed even if zero. `note`: worth a look
-- when not zero. The rest tells a front end where to go from here.
local METRICS = {
  { id = "notifications", name = "Sysdig Secure Notifications", category = "general", note = true, view = "notifications",
    key = "NONE", desc = "Policy notifications that a security agent left in the capture. Compare other lines with the moments at which they occur." },
  { id = "procCount", set = true, avg = true, always = true, name = "Running Processes", category = "general", view = "procs",
    key = "", desc = "Processes that existed during the capture" },
  { id = "containerCount", set = true, avg = true, always = true, name = "Running Containers", category = "general", view = "containers",
    key = "", desc = "Containers that existed during the capture" },
  { id = "syscallCount", always = true, name = "System Calls", category = "general", view = "syscalls", key = "",
    desc = "System call events of all processes" },
  { id = "fileBytes", always = true, name = "File Bytes In+Out", category = "file", view = "files", key = "fd.directory", sort = 2,
    desc = "Bytes read from and written to files" },
  { id = "fileBytesR", always = true, name = "File Bytes In", category = "file", view = "files", key = "fd.directory", sort = 0,
    desc = "Bytes read from files" },
  { id = "fileBytesW", always = true, name = "File Bytes Out", category = "file", view = "files", key = "fd.directory", sort = 1,
    desc = "Bytes written to files" },
  { id = "fileCount", set = true, name = "Accessed Files", category = "file", view = "files", key = "fd.directory", sort = 2,
    filter = "evt.is_io_read=true", desc = "Different files that were read or written" },
  { id = "fileCountW", set = true, name = "Modified Files", category = "file", view = "files", key = "fd.directory", sort = 1,
    filter = "evt.is_io_write=true", desc = "Different files that were written" },
  { id = "netBytes", always = true, name = "Net Bytes In+Out", category = "network", view = "sports", key = "fd.directory", sort = 4,
    desc = "Bytes received from and sent to the network" },
  { id = "netBytesR", always = true, name = "Net Bytes In", category = "network", view = "sports", key = "fd.sport", sort = 2,
    desc = "Bytes received from the network" },
  { id = "netBytesW", always = true, name = "Net Bytes Out", category = "network", view = "sports", key = "fd.sport", sort = 3,
    desc = "Bytes sent to the network" },
  { id = "connectionCount", set = true, name = "Active Network Connections", category = "network", view = "connections",
    key = "fd.sport", sort = 8, filter = "evt.is_io=true", desc = "Different connections that carried data" },
  { id = "listeningPortCount", set = true, avg = true, name = "Listening Ports", category = "network", view = "port_bindings",
    key = "fd.sport", desc = "Ports on which something listened" },
  { id = "newListeningPorts", note = true, name = "New Listening Ports", category = "network", view = "port_bindings",
    key = "fd.sport", desc = "Ports that were bound during the capture" },
  { id = "newConnectionsO", name = "New Outbound Connections", category = "network", view = "dig", title = "Connect events",
    key = "NONE", filter = "evt.type=connect and evt.dir=< and fd.sport exists", desc = "Connections opened by processes of this machine" },
  { id = "newConnectionsI", name = "New Inbound Connections", category = "network", view = "dig", title = "Connect events",
    key = "", filter = "evt.type=accept and evt.dir=< and fd.sport exists", desc = "Connections accepted by servers of this machine" },
  { id = "executedCommands", always = true, note = true, name = "Executed Commands", category = "security", view = "spy_users_wsysdig",
    key = "", desc = "Programs that were started" },
  { id = "executedInteractiveCommands", note = true, name = "Executed Interactive Commands", category = "security",
    view = "spy_users_wsysdig", key = "NONE", filter = "proc.pname=bash", desc = "Programs that were started from a shell" },
  { id = "newSymLinksCount", note = true, name = "New Symlinks", category = "security", view = "dig", title = "Symlink creations",
    key = "NONE", filter = "(evt.type=symlink or evt.type=symlinkat) and evt.dir=< and evt.failed = false",
    desc = "Symbolic links that were made" },
  { id = "sysFileCountW", set = true, note = true, name = "Modified System Files", category = "security", view = "files", sort = 1,
    key = "NONE", filter = "evt.is_io_write=true", desc = "Different files in system folders that were written" },
  { id = "sudoInvocations", note = true, name = "Sudo Invocations", category = "security", view = "dig", title = "Sudo executions",
    key = "NONE", filter = "evt.type=execve and evt.arg.exe=sudo", desc = "How often sudo was run" },
  { id = "setnsInvocations", note = true, name = "Setns Invocations", category = "security", view = "dig", title = "Setns executions",
    key = "NONE", filter = "evt.type=setns", desc = "How often setns was called, which is how a process enters a container" },
  { id = "newConnectionsSsh", note = true, name = "New SSH Connections", category = "security", view = "dig", title = "Connect events",
    key = "", filter = "(evt.type=accept or evt.type=connect) and evt.dir=< and fd.sport=22", desc = "SSH connections, made or accepted" },
  { id = "fileDeletionsCount", note = true, name = "Deleted Files", category = "security", view = "dig", title = "File deletions",
    key = "NONE", filter = "evt.type=unlink or evt.type=unlinkat", desc = "Files that were removed" },
  { id = "sysReqCountHttp", note = true, name = "HTTP Requests", category = "performance", view = "echo", title = "HTTP responses",
    key = "fd.directory", filter = NETWORK .. ' and evt.buffer contains "HTTP/"', desc = "HTTP responses that were seen" },
  { id = "sysErrCountHttp", note = true, name = "HTTP Errors", category = "performance", view = "echo", title = "HTTP responses",
    key = "fd.directory", filter = NETWORK .. ' and evt.arg.data startswith "HTTP/" and not evt.arg.data contains "200"',
    desc = "HTTP responses with a status other than 200" },
  { id = "openErrorCount", name = "File Open Errors", category = "performance", view = "dig", title = "Failed open() calls",
    key = "fd.directory", filter = "evt.type=open and evt.rawres<0", desc = "Attempts to open a file that failed" },
  { id = "forkCount", name = "Fork Count", category = "performance", view = "dig", title = "Clone executions",
    key = "NONE", filter = "evt.type=clone and evt.rawres=0", desc = "Processes and threads that were created" },
  { id = "connectErrorCount", note = true, name = "Failed Connection Attempts", category = "performance", view = "dig",
    title = "Failed connect() calls", key = "NONE",
    filter = "evt.type=connect and " .. NETWORK .. " and evt.rawres<0 and evt.res!=EINPROGRESS", desc = "Attempts to connect that failed" },
  { id = "signalCount", name = "Received Signals", category = "performance", view = "dig", title = "Received signals",
    key = "NONE", filter = "evt.type=signaldeliver", desc = "Signals that were delivered" },
  { id = "segfaultCount", note = true, name = "Segmentation Faults", category = "performance", view = "dig",
    title = "List of segfault events", key = "NONE", filter = "evt.type=signaldeliver and evt.arg.sig=SIGSEV",
    desc = "Segmentation faults that were delivered" },
  { id = "over1msFileIoCount", name = "Slow File I/O calls (1ms+)", category = "performance", view = "slow_io", sort = 1,
    key = "NONE", desc = "Reads and writes of files that took longer than 1 ms" },
  { id = "over10msFileIoCount", name = "Slow File I/O calls (10ms+)", category = "performance", view = "slow_io", sort = 1,
    key = "NONE", desc = "Reads and writes of files that took longer than 10 ms" },
  { id = "over100msFileIoCount", note = true, name = "Slow File I/O calls (100ms+)", category = "performance", view = "slow_io", sort = 1,
    key = "NONE", desc = "Reads and writes of files that took longer than 100 ms" },
  { id = "appLogCount", name = "App Log Messages", category = "logs", view = "echo", title = "Application Log Messages",
    key = "NONE", filter = LOG_FILES .. " and evt.is_io_write=true", desc = "Lines written to log files" },
  { id = "appLogCountW", name = "App Log Warning Messages", category = "logs", view = "echo", title = "Warning Application Log Messages",
    key = "NONE", filter = LOG_FILES .. " and evt.is_io_write=true and evt.arg.data icontains warn", desc = "Lines in log files that warn" },
  { id = "appLogCountE", note = true, name = "App Log Error Messages", category = "logs", view = "echo",
    title = "Error Application Log Messages", key = "NONE",
    filter = LOG_FILES .. " and evt.is_io_write=true and (evt.arg.data icontains error or evt.arg.data icontains critic or evt.arg.data icontains emerg or evt.arg.data icontains alert)",
    desc = "Lines in log files that tell of an error" },
  { id = "sysLogCount", name = "Syslog Messages", category = "logs", view = "spy_syslog", title = "Syslog Messages", key = "NONE",
    desc = "Messages sent to syslog" },
  { id = "sysLogCountW", name = "Syslog Warning Messages", category = "logs", view = "spy_syslog", title = "Syslog Messages",
    key = "NONE", filter = "syslog.severity=4", desc = "Warnings sent to syslog" },
  { id = "sysLogCountE", note = true, name = "Syslog Error Messages", category = "logs", view = "spy_syslog", title = "Syslog Messages",
    key = "NONE", filter = "syslog.severity<4", desc = "Errors, and worse, sent to syslog" },
  { id = DOCKER_PREFIX, note = true, name = "Docker Events", category = "infrastructure", view = "docker_events", key = "NONE",
    desc = "Events that Docker reported" },
}

for _, service in ipairs(SERVICES) do
  local ports = {}
  for i = 2, #service do ports[i - 1] = "fd.sport=" .. service[i] end
  METRICS[#METRICS + 1] = {
    id = PROTOCOL_PREFIX .. service[1], name = service[1] .. " Bytes", category = "napps", view = "connections", key = "NONE",
    filter = table.concat(ports, " or "), desc = "Network bytes of the " .. service[1] .. " protocol, told by its ports",
  }
end

local CATEGORIES = {
  { id = "general", name = "General" }, { id = "file", name = "File" }, { id = "network", name = "Network" },
  { id = "napps", name = "Network Apps", optional = true }, { id = "security", name = "Security" },
  { id = "performance", name = "Performance" }, { id = "logs", name = "Logs", optional = true },
  { id = "infrastructure", name = "Infrastructure", optional = true },
}

-- ---- counting ----
-- now[id]: the slice going on; overall[id]: what goes into the output.

local now, overall = {}, {}
-- Docker event types are not known beforehand: metrics made as they turn up.
local docker_metrics = {}

local function clear(metric)
  now[metric.id] = { total = 0, members = metric.set and {} or nil }
end

local function prepare(metric)
  clear(metric)
  overall[metric.id] = {
    tot = 0, max = 0, timeLine = {}, members = metric.set and {} or nil,
    excludable = not metric.always, noteworthy = metric.note or false, aggregation = metric.avg and "avg" or "sum",
  }
end

local function add(id, amount)
  local counter = now[id]
  counter.total = counter.total + (amount or 1)
end

local function add_member(id, member)
  local counter = now[id]
  if member ~= nil and counter.members[member] == nil then
    counter.members[member] = 1
    counter.total = counter.total + 1
  end
end

local function close_slice(metric, time)
  local slice, whole = now[metric.id], overall[metric.id]
  whole.tot = whole.tot + slice.total
  whole.max = math.max(whole.max, slice.total)
  whole.timeLine[#whole.timeLine + 1] = { t = time, v = slice.total }
  for member, value in pairs(slice.members or {}) do whole.members[member] = value end
end

local function each_metric(visit, ...)
  for _, metric in ipairs(METRICS) do visit(metric, ...) end
  for _, metric in ipairs(docker_metrics) do visit(metric, ...) end
end

-- Ports stay open from slice to slice; everything else starts anew.
local function start_slice(metric)
  if metric.id ~= "listeningPortCount" then clear(metric) end
end

local function count_docker_event(kind)
  add(DOCKER_PREFIX)
  local id = DOCKER_PREFIX .. kind
  if not now[id] then
    local metric = {
      id = id, note = true, name = kind .. " Events", category = "infrastructure", view = "docker_events", key = "NONE",
      filter = 'evt.arg.name="' .. kind .. '"', desc = "Docker events of the type " .. kind,
    }
    table.insert(docker_metrics, metric)
    prepare(metric)
  end
  add(id)
end

-- ---- the state of the system ----

local function take_listening_ports()
  for _, thread in pairs(sysdig.get_thread_table_barebone(sysdig.get_filter())) do
    for _, socket in pairs(thread.fdtable) do
      if socket.is_server then add_member("listeningPortCount", socket.sport) end
    end
  end
end

local function take_processes_and_containers()
  for _, thread in pairs(sysdig.get_thread_table_barebone_nofds(sysdig.get_filter())) do
    if thread.tid == thread.pid then add_member("procCount", thread.pid) end
  end
  local containers = sysdig.get_container_table()
  for _, container in pairs(containers) do now.containerCount.members[container.id] = container.name end
  now.containerCount.total = #containers
end

-- ---- events ----

local field = {}

local function field_value(name)
  return evt.field(field[name])
end

local SYSTEM_FOLDERS = {
  "/bin/", "/sbin/", "/boot/", "/etc/", "/lib", "/usr/bin/", "/usr/sbin/", "/usr/share/", "/usr/lib",
}

local function is_system_file(path)
  for _, folder in ipairs(SYSTEM_FOLDERS) do
    if starts_with(path, folder) then return true end
  end
  return false
end

local function is_log_file(path)
  return (path:find("%.log") or path:find("_log") or path:find("/var/log"))
    and not (path:find("%.gz") or path:find("%.tgz"))
end

local ERROR_WORDS = { "error", "critic", "emergency", "alert" }

local function count_log_lines(text)
  for _, line in ipairs(split(text, "\n")) do
    if line ~= "" then
      add("appLogCount")
      line = line:lower()
      if line:find("warn") then
        add("appLogCountW")
      else
        for _, word in ipairs(ERROR_WORDS) do
          if line:find(word) then
            add("appLogCountE")
            break
          end
        end
      end
    end
  end
end

-- Counts a syslog message; false if the event is none.
local function count_syslog()
  local severity = field_value("syslog.severity")
  if severity == nil then return false end
  add("sysLogCount")
  if severity == 4 then
    add("sysLogCountW")
  elseif severity < 4 then
    add("sysLogCountE")
  end
  return true
end

local SLOW = { { 1e8, "over100msFileIoCount" }, { 1e7, "over10msFileIoCount" }, { 1e6, "over1msFileIoCount" } }

local function on_file_io(is_write)
  local bytes, path = field_value("evt.buflen") or 0, field_value("fd.name") or ""
  add_member("fileCount", field_value("fd.containername"))
  add("fileBytes", bytes)
  if is_write then
    add_member("fileCountW", field_value("fd.containername"))
    add("fileBytesW", bytes)
    if is_system_file(path) then add_member("sysFileCountW", path) end
    if not count_syslog() and is_log_file(path) then count_log_lines(field_value("evt.buffer") or "") end
  else
    add("fileBytesR", bytes)
  end

  local latency = field_value("evt.latency")
  if latency and not starts_with(path, "/dev/") then
    for _, threshold in ipairs(SLOW) do
      if latency > threshold[1] then add(threshold[2]) end
    end
  end
end

local function on_network_io(is_write)
  local bytes = field_value("evt.buflen") or 0
  add_member("connectionCount", field_value("fd.containername"))
  add("netBytes", bytes)
  add(is_write and "netBytesW" or "netBytesR", bytes)

  local protocol = metric_of_port[field_value("fd.sport")]
  if protocol then add(protocol, bytes) end

  local text = field_value("evt.buffer") or ""
  if starts_with(text, "HTTP/") then
    add("sysReqCountHttp")
    if tonumber(split(text, " ")[2]) ~= 200 then add("sysErrCountHttp") end
  end
end

local function on_io(is_write)
  local kind = field_value("fd.type")
  if kind == "file" then
    on_file_io(is_write)
  elseif kind == "ipv4" or kind == "ipv6" then
    on_network_io(is_write)
  elseif kind == "unix" and is_write then
    count_syslog()
  end
end

local function count_connection(id)
  local port = field_value("fd.sport")
  if port == nil then return end
  add(id)
  if port == 22 then add("newConnectionsSsh") end
end

-- What to do at the end of a call that succeeded, by event type.
local on_success = {
  execve = function()
    add("executedCommands")
    local parent = field_value("proc.pname")
    if parent and parent:find("bash") then add("executedInteractiveCommands") end
    if field_value("evt.arg.exe") == "sudo" then add("sudoInvocations") end
  end,
  bind = function()
    local port = field_value("fd.sport")
    if port ~= nil then
      add_member("listeningPortCount", port)
      add("newListeningPorts")
    end
  end,
  connect = function() count_connection("newConnectionsO") end,
  accept = function() count_connection("newConnectionsI") end,
  unlink = function() add("fileDeletionsCount") end,
  symlink = function() add("newSymLinksCount") end,
  clone = function(result)
    if result > 0 then add("forkCount") end
  end,
  setns = function() add("setnsInvocations") end,
}
on_success.unlinkat, on_success.symlinkat, on_success.fork = on_success.unlink, on_success.symlink, on_success.clone

local EINPROGRESS = 115

-- ... of a call that failed,
local on_failure = {
  connect = function(result)
    count_connection("newConnectionsO")
    local kind = field_value("fd.type")
    if result ~= -EINPROGRESS and (kind == "ipv4" or kind == "ipv6") then add("connectErrorCount") end
  end,
  accept = function() count_connection("newConnectionsI") end,
  open = function() add("openErrorCount") end,
}

-- ... and at the start of a call, and for events that have no start.
local on_enter = {
  close = function()
    local port = field_value("fd.sport")
    local ports = now.listeningPortCount
    if port ~= nil and field_value("fd.typechar") == "2" and ports.members[port] ~= nil then
      ports.members[port] = nil
      ports.total = ports.total - 1
    end
  end,
  signaldeliver = function()
    add("signalCount")
    if field_value("evt.arg.sig") == "SIGSEGV" then add("segfaultCount") end
  end,
  notification = function() add("notifications") end,
  infra = function()
    if field_value("evt.arg.source") == "docker" then count_docker_event(field_value("evt.arg.name") or "") end
  end,
}

local FIELDS = {
  "evt.type", "evt.dir", "evt.rawres", "fd.containername", "fd.name", "fd.type", "evt.is_io_write", "evt.is_io_read",
  "evt.buffer", "evt.buflen", "fd.sport", "fd.typechar", "evt.arg.exe", "evt.arg.sig", "evt.latency", "syslog.severity",
  "evt.arg.source", "evt.arg.name", "proc.pname",
}

function on_init()
  if not duration_ns then return true end
  chisel.set_precise_interval_ns(duration_ns / (SLICES - 1))
  for _, name in ipairs(FIELDS) do field[name] = chisel.request_field(name) end
  each_metric(prepare)
  print('{"slices": [')
  return true
end

function on_capture_start()
  if duration_ns then take_listening_ports() end
  return true
end

function on_event()
  if not duration_ns then return true end
  add("syscallCount")

  local kind = field_value("evt.type")
  if field_value("evt.dir") ~= "<" then
    if on_enter[kind] then on_enter[kind]() end
    return true
  end

  local result = field_value("evt.rawres")
  if result == nil or result < 0 then
    if on_failure[kind] then on_failure[kind](result) end
    return true
  end

  local is_write = field_value("evt.is_io_write")
  if is_write or field_value("evt.is_io_read") then
    on_io(is_write)
  elseif on_success[kind] then
    on_success[kind](result)
  end
  return true
end

local slices = 0

function on_interval(ts_s, ts_ns)
  take_processes_and_containers()
  each_metric(close_slice, sysdig.make_ts(ts_s, ts_ns))
  each_metric(start_slice)
  if slices % SLICES_PER_REPORT == 0 then
    -- 100 is only said together with the data.
    print('{"progress": ' .. math.min(sysdig.get_read_progress(), 99.99) .. " },")
    io.flush()
  end
  slices = slices + 1
  return true
end

-- ---- output ----

-- Makes a line of wanted_points points, or a few less, out of one with many more.
local function thin_out(data)
  local points, stride = {}, math.ceil(#data.timeLine / wanted_points)
  data.max = 0
  for first = 1, #data.timeLine - stride + 1, stride do
    local sum = 0
    for i = first, first + stride - 1 do sum = sum + data.timeLine[i].v end
    if data.aggregation == "avg" then sum = sum / stride end
    points[#points + 1] = { t = data.timeLine[first].t, v = sum }
    data.max = math.max(data.max, sum)
  end
  data.timeLine = points
end

local function build(delta)
  local metrics, used = {}, {}
  local info = {
    IndexFormatVersion = FORMAT_VERSION,
    containers = overall.containerCount.members,
    durationNs = delta,
    startTs = sysdig.get_firstevent_ts(),
    endTs = sysdig.get_lastevent_ts(),
    categories = {},
  }
  -- Counting containers makes no sense when the filter has picked some.
  local one_container = sysdig.get_filter():find("container") ~= nil

  table.sort(docker_metrics, function(a, b) return a.name < b.name end)
  each_metric(function(metric)
    local data = overall[metric.id]
    if data.members then
      data.tot = 0
      for _ in pairs(data.members) do data.tot = data.tot + 1 end
      data.members = nil
    end
    if data.excludable and data.tot == 0 or metric.id == "containerCount" and one_container then return end

    used[metric.category] = true
    if wanted_points ~= SLICES then thin_out(data) end
    metrics[#metrics + 1] = {
      name = metric.name, desc = metric.desc, category = metric.category, data = data, drillDownKey = metric.key,
      targetView = metric.view, targetViewTitle = metric.title, targetViewFilter = metric.filter,
      targetViewSortingCol = metric.sort,
    }
  end)

  for _, entry in ipairs(CATEGORIES) do
    if used[entry.id] or not entry.optional then
      table.insert(info.categories, { id = entry.id, name = entry.name })
    end
  end
  return { info = info, metrics = metrics }
end

function on_capture_end(ts_s, ts_ns, delta)
  if not duration_ns then
    sysdig.run_app('-r "' .. sysdig.get_evtsource_name() .. '" -c wsysdig_summary ' .. wanted_points .. "," .. delta
      .. " " .. sysdig.get_filter())
    return
  end
  each_metric(close_slice, sysdig.make_ts(ts_s, ts_ns))
  print('{"progress": 100, "data": ' .. json.encode(build(delta), { indent = true }) .. "}")
  print("]}")
end
