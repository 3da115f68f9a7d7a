-- lfs: files and folders, with the interface of LuaFileSystem 1.8.
--
--   local lfs = require "lfs"
--   for name in lfs.dir("/tmp") do print(name, lfs.attributes("/tmp/" .. name, "size")) end
--
-- Built on the host module burin.fs. What fails returns nil, a message and
-- the error number; wrong arguments raise an error.

local fs = require "burin.fs"

local lfs = {
  _VERSION = "LuaFileSystem 1.8.0",
  _COPYRIGHT = "",
  _DESCRIPTION = "Files and folders, in the manner of LuaFileSystem",
}

-- ---- attributes ----

-- The type of a file is in the upper four bits of its mode.
local TYPES = {
  [1] = "named pipe", [2] = "char device", [4] = "directory", [6] = "block device",
  [8] = "file", [10] = "link", [12] = "socket",
}

local function file_type(mode)
  return TYPES[math.floor(mode / 4096)] or "other"
end

local function permissions(mode)
  local text, bit = "", 256
  for i = 1, 9 do
    text = text .. (math.floor(mode / bit) % 2 == 1 and ("rwx"):sub((i - 1) % 3 + 1, (i - 1) % 3 + 1) or "-")
    bit = bit / 2
  end
  return text
end

-- How each attribute follows from what stat returns.
local ATTRIBUTES = {
  dev = function(s) return s.dev end,
  ino = function(s) return s.ino end,
  mode = function(s) return file_type(s.mode) end,
  nlink = function(s) return s.nlink end,
  uid = function(s) return s.uid end,
  gid = function(s) return s.gid end,
  rdev = function(s) return s.rdev end,
  access = function(s) return math.floor(s.atime) end,
  modification = function(s) return math.floor(s.mtime) end,
  change = function(s) return math.floor(s.ctime) end,
  size = function(s) return s.size end,
  permissions = function(s) return permissions(s.mode) end,
  blocks = function(s) return s.blocks end,
  blksize = function(s) return s.blksize end,
}

local function describe(stat, path, request)
  local status, message, errno = stat(path)
  if not status then
    return nil, "cannot obtain information from file '" .. path .. "': " .. message, errno
  end
  if type(request) == "string" then
    local attribute = ATTRIBUTES[request]
    if not attribute then error("invalid attribute name '" .. request .. "'", 0) end
    return attribute(status)
  end
  local result = type(request) == "table" and request or {}
  for name, attribute in pairs(ATTRIBUTES) do result[name] = attribute(status) end
  return result
end

-- attributes(path [, name | table]) -> table of attributes, or one of them
function lfs.attributes(path, request)
  return describe(fs.stat, path, request)
end

-- symlinkattributes(path [, name]): of a link itself; "target" is where it points
function lfs.symlinkattributes(path, request)
  if request == "target" then
    local target, message, errno = fs.readlink(path)
    if target then return target end
    return nil, "could not obtain link target: " .. message, errno
  end
  local result, message, errno = describe(fs.lstat, path, request)
  if result == nil then return nil, message, errno end
  if type(result) == "table" and result.mode == "link" then result.target = fs.readlink(path) end
  return result
end

-- ---- folders ----

local Dir = {}
Dir.__index = Dir

function Dir:next()
  if not self.names then error("bad argument #1 to 'next' (closed directory)", 2) end
  self.at = self.at + 1
  local name = self.names[self.at]
  if name == nil then self.names = nil end
  return name
end

function Dir:close()
  self.names = nil
end

-- dir(path) -> iterator over the names, "." and ".." included; the second result
-- is an object with the methods next and close
function lfs.dir(path)
  local names, message = fs.readdir(path)
  if not names then error("cannot open " .. path .. ": " .. message, 2) end
  local all = { ".", ".." }
  for _, name in ipairs(names) do all[#all + 1] = name end
  return Dir.next, setmetatable({ names = all, at = 0 }, Dir)
end

function lfs.currentdir() return fs.currentdir() end

function lfs.chdir(path)
  local ok, message = fs.chdir(path)
  if ok then return true end
  return nil, "Unable to change working directory to '" .. path .. "'\n" .. message .. "\n"
end

-- 0775, cut by the umask
function lfs.mkdir(path) return fs.mkdir(path, 509) end

function lfs.rmdir(path) return fs.rmdir(path) end

-- ---- links, times ----

-- link(old, new [, symbolic])
function lfs.link(old, new, symbolic)
  return (symbolic and fs.symlink or fs.link)(old, new)
end

-- touch(path [, access [, modification]]): in seconds; now if not given
function lfs.touch(path, access, modification)
  access = access or os.time()
  return fs.utime(path, access, modification or access)
end

-- setmode(file, mode): text and binary are the same here
function lfs.setmode(_, mode)
  if mode ~= "binary" and mode ~= "text" then
    error("bad argument #2 to 'setmode' (invalid option '" .. tostring(mode) .. "')", 2)
  end
  return true, "binary"
end

-- ---- locks ----

-- lock(file, mode [, start [, length]]): mode "r" shared or "w" exclusive
function lfs.lock(file, mode, start, length)
  local kind = tostring(mode):sub(1, 1)
  if kind ~= "r" and kind ~= "w" then error("lock: invalid mode", 2) end
  return fs.lock(file, kind, start or 0, length or 0)
end

function lfs.unlock(file, start, length)
  return fs.lock(file, "u", start or 0, length or 0)
end

-- lock_dir(path [, seconds]) -> object with the method free
-- The lock is a link; one older than `seconds` is taken over.
function lfs.lock_dir(path, seconds)
  local name = path .. "/lockfile.lfs"
  local ok, message = fs.symlink("lock", name)
  if not ok and seconds then
    local status = fs.lstat(name)
    if status and os.time() - status.mtime > seconds then
      os.remove(name)
      ok, message = fs.symlink("lock", name)
    end
  end
  if not ok then return nil, message end
  return { free = function() os.remove(name) end }
end

return lfs
