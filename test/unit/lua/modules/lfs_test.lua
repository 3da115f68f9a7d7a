-- lfs on a scratch folder.
dofile(HERE .. "host.lua")
local check = require "check"
local lfs = require "lfs"
local eq = check.eq

local root = SCRATCH
local function write(path, text)
  local file = assert(io.open(path, "w"))
  file:write(text)
  file:close()
end
write(root .. "/file", "hello")
eq("mkdir", { lfs.mkdir(root .. "/folder") }, { true })
eq("mkdir again", { lfs.mkdir(root .. "/folder") }, { nil, "File exists", 17 })
eq("attributes", { lfs.attributes(root .. "/file", "mode"), lfs.attributes(root .. "/file", "size"), lfs.attributes(root .. "/folder").mode },
  { "file", 5, "directory" })
eq("missing", { lfs.attributes(root .. "/none") },
  { nil, "cannot obtain information from file '" .. root .. "/none': No such file or directory", 2 })
check.fails("bad attribute", "invalid attribute name 'x'", lfs.attributes, root, "x")
eq("touch", { lfs.touch(root .. "/file", 1000, 2000), lfs.attributes(root .. "/file", "access"), lfs.attributes(root .. "/file", "modification") },
  { true, 1000, 2000 })
os.execute("chmod 640 '" .. root .. "/file'")
eq("permissions", lfs.attributes(root .. "/file", "permissions"), "rw-r-----")
eq("link", { lfs.link("file", root .. "/link", true), lfs.symlinkattributes(root .. "/link", "mode"), lfs.symlinkattributes(root .. "/link", "target"), lfs.attributes(root .. "/link", "mode") },
  { true, "link", "file", "file" })
eq("hard link", { lfs.link(root .. "/file", root .. "/hard"), lfs.attributes(root .. "/hard", "nlink") }, { true, 2 })
local names = {}
for name in lfs.dir(root) do names[#names + 1] = name end
table.sort(names)
eq("dir", names, { ".", "..", "file", "folder", "hard", "link" })
check.fails("dir of nothing", "cannot open " .. root .. "/none", lfs.dir, root .. "/none")
eq("chdir", { lfs.chdir(root), lfs.attributes("file", "mode") }, { true, "file" })
eq("chdir to nothing", { lfs.chdir("/none/x") }, { nil, "Unable to change working directory to '/none/x'\nNo such file or directory\n" })
eq("rmdir", { lfs.rmdir("folder"), lfs.attributes("folder", "mode") == nil }, { true, true })
local lock = lfs.lock_dir(root)
eq("lock_dir", { lock ~= nil, lfs.lock_dir(root) == nil }, { true, true })
lock.free()
eq("lock_dir freed", lfs.lock_dir(root) ~= nil, true)
eq("setmode", { lfs.setmode(io.stdout, "binary") }, { true, "binary" })
