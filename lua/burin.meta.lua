---@meta
-- burin.meta: the chisel interface and its modules for editors with a Lua language server. Nothing loads
-- this file; put its folder into the server's workspace.library.

---@alias chisel.Value string|number|boolean|nil  What a field gives; nil when the event lacks it.
-- field names: generated
---A field as in filters; `burin -l` lists them. Some take an argument: "evt.arg[0]", "proc.aname[2]".
---@alias chisel.FieldName
---| string
---| "evt.dir" # > for events that begin a call, < for those that end it
---| "evt.type" # name of the event or system call, as in open
---| "evt.type.is" # 1 when the event is of this type, else 0: evt.type.is.open, or by number
---| "syscall.type" # name of the system call; other events have none
---| "evt.category" # what the event is about: file, net, IPC, memory, process, sleep, signal, time, ...
---| "evt.is_io" # the event reads from or writes to a descriptor
---| "evt.is_io_read" # the event reads from a descriptor
---| "evt.is_io_write" # the event writes to a descriptor
---| "evt.io_dir" # read or write, for events that transfer data
---| "evt.is_wait" # the event makes its thread wait, as poll and select do
---| "evt.is_syslog" # the event writes to the syslog socket
---| "evt.count" # 1 for every event: something to count with
---| "evt.count.exit" # 1 for events that end a call
---| "evt.count.procinfo" # 1 for the regular reports on a process
---| "evt.count.threadinfo" # 1 for the regular reports on a thread
---| "evt.cpu" # number of the CPU the event happened on
---| "evt.num" # number of the event, from 1, counting all events of the capture
---| "evt.source" # where events come from: syscall
---| "evt.is_async" # the event was put in between by somebody else than the kernel
---| "evt.asynctype" # kind of such an event
---| "evt.hostname" # name of the traced machine; the environment variable BURIN_HOSTNAME overrides it
---| "evt.pluginname" # name of the plugin that made the event; system calls have none
---| "evt.plugininfo" # the plugin's own line about the event; system calls have none
---| "evt.time" # local time of day with nanoseconds
---| "evt.time.s" # local time of day in whole seconds
---| "evt.time.iso8601" # date and time in UTC as ISO 8601 has it, with nanoseconds
---| "evt.datetime" # local date and time with nanoseconds
---| "evt.datetime.s" # local date and time in whole seconds
---| "evt.rawtime" # nanoseconds since 1970
---| "evt.rawtime.s" # whole seconds since 1970
---| "evt.rawtime.ns" # nanoseconds within that second
---| "evt.reltime" # nanoseconds since the first event of the capture
---| "evt.reltime.s" # whole seconds since the first event
---| "evt.reltime.ns" # nanoseconds within that second
---| "evt.latency" # nanoseconds between the beginning and the end of a call; 0 at its beginning
---| "evt.latency.s" # whole seconds of the latency
---| "evt.latency.ns" # nanoseconds beyond those seconds
---| "evt.latency.quantized" # logarithm of the latency, scaled to the width of the screen
---| "evt.latency.human" # latency with a unit, as in 1.23ms
---| "evt.deltatime" # nanoseconds since the previous event that was shown
---| "evt.deltatime.s" # whole seconds since the previous event that was shown
---| "evt.deltatime.ns" # nanoseconds beyond those seconds
---| "evt.outputtime" # time in the form that the option -t chose
---| "evt.wait_latency" # nanoseconds a call that waits took, at its end
---| "evt.args" # all arguments, as name=value
---| "evt.arg" # one argument in readable form, by name (evt.arg.fd) or position (evt.arg[0])
---| "evt.rawarg" # one argument by name as the number or text it is, as in evt.rawarg.res
---| "evt.info" # as evt.args; for messages to syslog, the message in one line
---| "evt.buffer" # data that the call read or wrote, as much as was captured
---| "evt.res" # SUCCESS, or the name of the error as in ENOENT
---| "evt.rawres" # result of the call as a number; errors are negative
---| "evt.failed" # the call ended with an error
---| "evt.count.error" # 1 for calls that failed
---| "evt.buflen" # bytes that the call read or wrote
---| "evt.buflen.in" # bytes that the call read
---| "evt.buflen.out" # bytes that the call wrote
---| "evt.buflen.file" # bytes read from or written to a file
---| "evt.buflen.file.in" # bytes read from a file
---| "evt.buflen.file.out" # bytes written to a file
---| "evt.buflen.net" # bytes received from or sent to the network
---| "evt.buflen.net.in" # bytes received from the network
---| "evt.buflen.net.out" # bytes sent to the network
---| "evt.count.error.file" # 1 for failed calls on files
---| "evt.count.error.net" # 1 for failed calls on sockets
---| "evt.count.error.memory" # 1 for failed calls that manage memory
---| "evt.count.error.other" # 1 for failed calls of any other kind
---| "evt.is_open_read" # the call opens a file for reading
---| "evt.is_open_write" # the call opens a file for writing
---| "evt.is_open_exec" # the call makes a file that may be executed
---| "evt.is_open_create" # the call made the file that it opened
---| "evt.abspath" # full path that calls such as renameat work on; evt.abspath.src and evt.abspath.dst for those with two
---| "evt.infra.docker.name" # what happened, in events about containers
---| "evt.infra.docker.container.id" # id of the container, in events about containers
---| "evt.infra.docker.container.name" # name of the container, in events about containers
---| "evt.infra.docker.container.image" # image of the container, in events about containers
---| "proc.pid" # process id
---| "proc.exe" # argument 0: the program as its caller named it
---| "proc.name" # short name of the program (comm)
---| "proc.args" # arguments after the program, separated by blanks; with an index, one of them
---| "proc.env" # environment, separated by blanks; with a name, the value of that variable
---| "proc.cmdline" # name of the program and its arguments
---| "proc.exeline" # argument 0 and the arguments after it
---| "proc.cwd" # working directory, always with a slash at its end
---| "proc.nthreads" # threads the process has now, its main thread included
---| "proc.nchilds" # threads besides the main thread; 0 for events of those threads
---| "proc.ppid" # process id of the parent
---| "proc.pname" # short name of the parent
---| "proc.pcmdline" # name and arguments of the parent
---| "proc.apid" # process id of an ancestor: [1] is the parent, [2] its parent; a filter without index looks at all ancestors
---| "proc.aname" # short name of an ancestor: [1] is the parent, [2] its parent; a filter without index looks at all ancestors
---| "proc.loginshellid" # process id of the oldest shell among the process and its ancestors: tells sessions of users apart
---| "proc.duration" # nanoseconds since the process was created
---| "proc.fdopencount" # open descriptors of the process
---| "proc.fdlimit" # how many descriptors the process may open
---| "proc.fdusage" # open descriptors in percent of the limit
---| "proc.vmsize" # virtual memory, kB
---| "proc.vmrss" # memory in RAM, kB
---| "proc.vmswap" # memory swapped out, kB
---| "proc.vpid" # process id as its pid namespace sees it
---| "proc.sid" # session id
---| "proc.sname" # short name of the session leader, or of the highest ancestor in the session
---| "proc.tty" # device number of the controlling terminal, 0 for none
---| "proc.exepath" # full path of the program file
---| "proc.vpgid" # process group id as the pid namespace sees it
---| "proc.is_container_healthcheck" # the process runs for a health check of its container
---| "proc.is_container_liveness_probe" # the process runs for a liveness probe of its container
---| "proc.is_container_readiness_probe" # the process runs for a readiness probe of its container
---| "proc.is_exe_writable" # the user who started the program may write to its file
---| "proc.pexe" # argument 0 of the parent
---| "proc.aexe" # argument 0 of an ancestor, chosen as in proc.aname
---| "proc.pexepath" # full path of the program file of the parent
---| "proc.aexepath" # full path of the program file of an ancestor, chosen as in proc.aname
---| "proc.aargs" # arguments of an ancestor, chosen as in proc.aname
---| "proc.acmdline" # name and arguments of an ancestor, chosen as in proc.aname
---| "proc.cmdnargs" # number of arguments after the program
---| "proc.cmdlenargs" # bytes of all arguments together, separators not counted
---| "proc.aenv" # environment of an ancestor by index, or the nearest value of one variable by name
---| "proc.pvpid" # the parent's process id as its pid namespace sees it
---| "proc.sid.exe" # argument 0 of the session leader
---| "proc.sid.exepath" # full path of the program file of the session leader
---| "proc.vpgid.name" # short name of the leader of the process group in its namespace
---| "proc.vpgid.exe" # argument 0 of the leader of the process group in its namespace
---| "proc.vpgid.exepath" # program file of the leader of the process group in its namespace
---| "proc.pgid" # process group id as the host sees it
---| "proc.pgid.name" # short name of the leader of the process group
---| "proc.pgid.exe" # argument 0 of the leader of the process group
---| "proc.pgid.exepath" # program file of the leader of the process group
---| "proc.ppid.duration" # nanoseconds since the parent was created
---| "proc.pid.ts" # when the process was created, nanoseconds since the epoch
---| "proc.ppid.ts" # when the parent was created, nanoseconds since the epoch
---| "proc.is_exe_upper_layer" # the program file lies in the writable layer of an overlay file system
---| "proc.is_exe_lower_layer" # the program file lies in a read-only layer of an overlay file system
---| "proc.is_exe_from_memfd" # the program lies in memory (memfd), not in a file system
---| "proc.is_sid_leader" # the process leads its session
---| "proc.is_vpgid_leader" # the process leads its process group in the namespace
---| "proc.is_pgid_leader" # the process leads its process group on the host
---| "proc.exe_ino" # inode of the program file
---| "proc.exe_ino.ctime" # when the inode of the program file changed, nanoseconds since the epoch
---| "proc.exe_ino.mtime" # when the program file was written, nanoseconds since the epoch
---| "proc.exe_ino.ctime_duration_proc_start" # nanoseconds from the change of the inode to the start of the process
---| "proc.exe_ino.ctime_duration_pidns_start" # nanoseconds from the start of the pid namespace to the change of the inode, when it changed later
---| "proc.pidns_init_start_ts" # when the pid namespace began, nanoseconds since the epoch
---| "proc.stdin.type" # kind of descriptor 0 of the process
---| "proc.stdin.name" # name of descriptor 0 of the process
---| "proc.stdout.type" # kind of descriptor 1 of the process
---| "proc.stdout.name" # name of descriptor 1 of the process
---| "proc.stderr.type" # kind of descriptor 2 of the process
---| "proc.stderr.name" # name of descriptor 2 of the process
---| "thread.pfmajor" # page faults so far that had to read a disk
---| "thread.pfminor" # page faults so far that did not
---| "thread.tid" # thread id
---| "thread.ismain" # the thread is the main one of its process
---| "thread.exectime" # on a switch event, nanoseconds the thread had run on this CPU; 0 on other events
---| "thread.totexectime" # nanoseconds of CPU the thread had in this capture, as far as its switch events tell
---| "thread.cgroups" # all control groups of the thread, as subsystem=path with blanks between them
---| "thread.cgroup" # path of the control group in one subsystem, as in thread.cgroup.cpuset
---| "thread.vtid" # thread id as its pid namespace sees it
---| "thread.cpu" # CPU use of the thread in the last second, percent
---| "thread.cpu.user" # CPU use of the thread outside the kernel in the last second, percent
---| "thread.cpu.system" # CPU use of the thread inside the kernel in the last second, percent
---| "thread.vmsize" # virtual memory in kB on main threads, 0 on others
---| "thread.vmrss" # memory in RAM in kB on main threads, 0 on others
---| "thread.vmsize.b" # virtual memory in bytes on main threads, 0 on others
---| "thread.vmrss.b" # memory in RAM in bytes on main threads, 0 on others
---| "thread.nametid" # short name of the program and thread id in one word
---| "thread.cap_permitted" # capabilities the thread may use, as names
---| "thread.cap_inheritable" # capabilities that an exec hands on, as names
---| "thread.cap_effective" # capabilities in force, as names
---| "fd.num" # number of the descriptor the event works on
---| "fd.type" # kind of descriptor: file, directory, ipv4, ipv6, unix, pipe, event, signalfd, eventpoll, inotify, timerfd ...
---| "fd.typechar" # kind of descriptor as one letter, as in the arguments of events: f, d, 4, 6, u, p, e, s, l, i, t, n, ...
---| "fd.name" # full path of a file, ends of a connection, path of a unix socket
---| "fd.directory" # directory that holds the file; a directory itself
---| "fd.filename" # name of the file without its directory
---| "fd.cip" # address of the client
---| "fd.sip" # address of the server
---| "fd.lip" # address of the end on this machine
---| "fd.rip" # address of the far end
---| "fd.cport" # port of the client
---| "fd.sport" # port of the server
---| "fd.lport" # port of the end on this machine
---| "fd.rport" # port of the far end
---| "fd.l4proto" # transport of a socket: tcp, udp, icmp or raw
---| "fd.sockfamily" # ip or unix
---| "fd.is_server" # the process has the server end of the connection, or listens
---| "fd.uid" # thread id and descriptor number in one word
---| "fd.containername" # container id and name of the descriptor, with a colon between them
---| "fd.containerdirectory" # container id and directory of the file, with a colon between them
---| "fd.cproto" # service at the port of the client; a number without -R
---| "fd.sproto" # service at the port of the server; a number without -R
---| "fd.lproto" # service at the port on this machine; a number without -R
---| "fd.rproto" # service at the port of the far end; a number without -R
---| "fd.connected" # the socket is connected
---| "fd.name_changed" # this event gave the descriptor another name
---| "fd.cip.name" # host name of the client, if a filter asked for that name
---| "fd.sip.name" # host name of the server, if a filter asked for that name
---| "fd.lip.name" # host name of the end on this machine, if a filter asked for that name
---| "fd.rip.name" # host name of the far end, if a filter asked for that name
---| "fd.dev" # number of the device that holds the file
---| "fd.dev.major" # major number of that device
---| "fd.dev.minor" # minor number of that device
---| "fd.ino" # inode of the file
---| "fd.nameraw" # name as the opening call had it, neither joined with a directory nor cleaned; else as fd.name
---| "fd.types" # kinds of all descriptors of the process, each once; with an index, the kind of that descriptor
---| "fd.is_upper_layer" # the file lies in the writable layer of an overlay file system
---| "fd.is_lower_layer" # the file lies in a read-only layer of an overlay file system
---| "fs.path.name" # full path of the file that the call works on
---| "fs.path.nameraw" # that path as the call had it
---| "fs.path.source" # full path of the first of two files: the old name in a rename
---| "fs.path.sourceraw" # that path as the call had it
---| "fs.path.target" # full path of the second of two files: the new name in a rename
---| "fs.path.targetraw" # that path as the call had it
---| "user.uid" # user id of the thread
---| "user.name" # name of the user
---| "user.homedir" # home directory of the user
---| "user.shell" # login shell of the user
---| "user.loginuid" # id of the user who logged in (audit id), -1 for none
---| "user.loginname" # name of the user who logged in
---| "group.gid" # group id of the thread
---| "group.name" # name of the group
---| "container.id" # first 12 digits of the container id; host outside of containers
---| "container.name" # name of the container; host outside of containers
---| "container.image" # image of the container, with its tag
---| "container.image.id" # id of the image
---| "container.type" # what runs the container: docker, podman, containerd, cri-o, lxc, ...; host outside
---| "container.privileged" # the container is privileged
---| "container.mounts" # all mounts as source:destination:mode:writable:propagation, with commas between them
---| "container.mount" # one such mount, by position or by a pattern for its source
---| "container.mount.source" # source of a mount, by position or by a pattern for its destination
---| "container.mount.dest" # destination of a mount, by position or by a pattern for its source
---| "container.mount.mode" # mode of a mount, by position or by a pattern for its source
---| "container.mount.rdwr" # true when a mount may be written to, by position or by a pattern for its source
---| "container.mount.propagation" # propagation of a mount, by position or by a pattern for its source
---| "container.image.repository" # image without its tag
---| "container.image.tag" # tag of the image
---| "container.image.digest" # digest of the image in its registry
---| "container.healthcheck" # command of the health check, NONE without one
---| "container.liveness_probe" # command of the liveness probe, NONE without one
---| "container.readiness_probe" # command of the readiness probe, NONE without one
---| "fdlist.nums" # numbers of the descriptors a poll waits for, with commas between them
---| "fdlist.names" # their names
---| "fdlist.cips" # addresses of the clients of those that are connections
---| "fdlist.sips" # addresses of the servers of those that are sockets
---| "fdlist.cports" # ports of the clients of those that are connections
---| "fdlist.sports" # ports of the servers of those that are connections
---| "syslog.facility.str" # who sends the message, as a word: kern, user, mail, daemon, auth, ...
---| "syslog.facility" # who sends the message, 0 to 23
---| "syslog.severity.str" # how grave it is: emerg, alert, crit, err, warn, notice, info or debug
---| "syslog.severity" # how grave it is, from 0 (emerg) to 7 (debug)
---| "syslog.message" # the message without its priority
---| "span.id" # id that the marks of a span have in common
---| "span.time" # local time of day of the mark
---| "span.ntags" # number of tags
---| "span.nargs" # number of arguments of the mark that began the span; asked for together with other fields of spans
---| "span.tags" # all tags with dots between them
---| "span.tag" # one tag by position; negative positions count from the end
---| "span.args" # arguments of the mark as name=value with commas between them
---| "span.arg" # one argument of the mark by name or position
---| "span.enterargs" # arguments of the mark that began the span
---| "span.enterarg" # one of those by name or position
---| "span.duration" # nanoseconds from the beginning of the span to its end
---| "span.duration.quantized" # logarithm of the duration, scaled to the width of the screen
---| "span.duration.human" # duration with a unit, as in 10.3ms
---| "span.duration.fortag" # duration of spans with that many tags
---| "span.count" # 1 for the ends of spans
---| "span.count.fortag" # 1 for the ends of spans with that many tags
---| "span.childcount.fortag" # 1 for the ends of spans with more tags than that
---| "span.idtag" # id and one tag in one word
---| "span.rawtime" # when the span began, nanoseconds since the epoch
---| "span.rawparenttime" # when the span around it began, nanoseconds since the epoch
---| "evtin.span.id" # id of the span that is open around events of the thread that marks it
---| "evtin.span.ntags" # number of tags of the span that is open around events of the thread that marks it
---| "evtin.span.nargs" # number of arguments of the span that is open around events of the thread that marks it
---| "evtin.span.tags" # all tags of the span that is open around events of the thread that marks it
---| "evtin.span.tag" # one tag by position of the span that is open around events of the thread that marks it
---| "evtin.span.args" # all arguments of the span that is open around events of the thread that marks it
---| "evtin.span.arg" # one argument by position of the span that is open around events of the thread that marks it
---| "evtin.span.p.id" # id of the span that is open around events of the thread that marks it, while that is known
---| "evtin.span.p.ntags" # number of tags of the span that is open around events of the thread that marks it, while that is known
---| "evtin.span.p.nargs" # number of arguments of the span that is open around events of the thread that marks it, while that is ...
---| "evtin.span.p.tags" # all tags of the span that is open around events of the thread that marks it, while that is known
---| "evtin.span.p.tag" # one tag by position of the span that is open around events of the thread that marks it, while that is ...
---| "evtin.span.p.args" # all arguments of the span that is open around events of the thread that marks it, while that is known
---| "evtin.span.p.arg" # one argument by position of the span that is open around events of the thread that marks it, while that ...
---| "evtin.span.s.id" # id of the span that is open around events of processes that were started by the one that marks it
---| "evtin.span.s.ntags" # number of tags of the span that is open around events of processes that were started by the one that ...
---| "evtin.span.s.nargs" # number of arguments of the span that is open around events of processes that were started by the one ...
---| "evtin.span.s.tags" # all tags of the span that is open around events of processes that were started by the one that marks ...
---| "evtin.span.s.tag" # one tag by position of the span that is open around events of processes that were started by the one ...
---| "evtin.span.s.args" # all arguments of the span that is open around events of processes that were started by the one that marks ...
---| "evtin.span.s.arg" # one argument by position of the span that is open around events of processes that were started by the ...
---| "evtin.span.m.id" # id of the span that is open around events of the whole machine
---| "evtin.span.m.ntags" # number of tags of the span that is open around events of the whole machine
---| "evtin.span.m.nargs" # number of arguments of the span that is open around events of the whole machine
---| "evtin.span.m.tags" # all tags of the span that is open around events of the whole machine
---| "evtin.span.m.tag" # one tag by position of the span that is open around events of the whole machine
---| "evtin.span.m.args" # all arguments of the span that is open around events of the whole machine
---| "evtin.span.m.arg" # one argument by position of the span that is open around events of the whole machine
---| "k8s.pod.name" # name of the Kubernetes pod
---| "k8s.pod.id" # id of the Kubernetes pod
---| "k8s.pod.label" # one label of the Kubernetes pod, as in k8s.pod.label.app
---| "k8s.pod.labels" # all labels of the Kubernetes pod
---| "k8s.rc.name" # name of the Kubernetes replication controller
---| "k8s.rc.id" # id of the Kubernetes replication controller
---| "k8s.rc.label" # one label of the Kubernetes replication controller, as in k8s.rc.label.app
---| "k8s.rc.labels" # all labels of the Kubernetes replication controller
---| "k8s.svc.name" # name of the Kubernetes service
---| "k8s.svc.id" # id of the Kubernetes service
---| "k8s.svc.label" # one label of the Kubernetes service, as in k8s.svc.label.app
---| "k8s.svc.labels" # all labels of the Kubernetes service
---| "k8s.ns.name" # name of the Kubernetes namespace
---| "k8s.ns.id" # id of the Kubernetes namespace
---| "k8s.ns.label" # one label of the Kubernetes namespace, as in k8s.ns.label.app
---| "k8s.ns.labels" # all labels of the Kubernetes namespace
---| "k8s.rs.name" # name of the Kubernetes replica set
---| "k8s.rs.id" # id of the Kubernetes replica set
---| "k8s.rs.label" # one label of the Kubernetes replica set, as in k8s.rs.label.app
---| "k8s.rs.labels" # all labels of the Kubernetes replica set
---| "k8s.deployment.name" # name of the Kubernetes deployment
---| "k8s.deployment.id" # id of the Kubernetes deployment
---| "k8s.deployment.label" # one label of the Kubernetes deployment, as in k8s.deployment.label.app
---| "k8s.deployment.labels" # all labels of the Kubernetes deployment
---| "mesos.task.name" # name of the Mesos task
---| "mesos.task.id" # id of the Mesos task
---| "mesos.task.label" # one label of the Mesos task, as in mesos.task.label.app
---| "mesos.task.labels" # all labels of the Mesos task
---| "mesos.framework.name" # name of the Mesos framework
---| "mesos.framework.id" # id of the Mesos framework
---| "marathon.app.name" # name of the Marathon application
---| "marathon.app.id" # id of the Marathon application
---| "marathon.app.label" # one label of the Marathon application, as in marathon.app.label.app
---| "marathon.app.labels" # all labels of the Marathon application
---| "marathon.group.name" # name of the Marathon group
---| "marathon.group.id" # id of the Marathon group
-- end of field names

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

---burin only: writes the recorded past and the next seconds of a live capture to a file, as key w does.
---@return boolean written  False where nothing is recorded.
function chisel.snapshot() end

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
