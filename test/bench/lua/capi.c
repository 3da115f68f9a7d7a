/* Runs one workload in LuaJIT with the chisel API as C functions and a lua_pcall for each event, the way a C++ host
 * does it: capi WORKLOAD.lua EVENTS CHISELS. The events are those of prelude.lua. Build:
 * cc -O2 -o capi capi.c -l:libluajit-5.1.so.2 -lm; the prototypes stand here because headers may be missing. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

typedef struct lua_State lua_State;
typedef int (*lua_CFunction)(lua_State *);
lua_State *luaL_newstate(void);
void luaL_openlibs(lua_State *);
int luaL_loadfile(lua_State *, const char *);
int luaL_loadstring(lua_State *, const char *);
int lua_pcall(lua_State *, int, int, int);
void lua_getfield(lua_State *, int, const char *);
void lua_setfield(lua_State *, int, const char *);
void lua_pushcclosure(lua_State *, lua_CFunction, int);
void lua_pushlstring(lua_State *, const char *, size_t);
void lua_pushnumber(lua_State *, double);
void lua_pushboolean(lua_State *, int);
void lua_pushnil(lua_State *);
void lua_pushlightuserdata(lua_State *, void *);
void *lua_touserdata(lua_State *, int);
const char *lua_tolstring(lua_State *, int, size_t *);
double lua_tonumber(lua_State *, int);
int lua_toboolean(lua_State *, int);
int lua_type(lua_State *, int);
void lua_settop(lua_State *, int);
void lua_createtable(lua_State *, int, int);
#define GLOBALS (-10002)

static long n;
static char names[64][64], procs[64][16], requests[64][96];
static const char *fields[] = {"fd.name", "proc.name", "evt.buffer", "evt.rawarg.res",
                               "evt.latency", "thread.tid", "evt.dir", "evt.rawtime"};

static int request_field(lua_State *L) {
  const char *name = lua_tolstring(L, 1, NULL);
  for (int i = 0; i < 8; i++)
    if (strcmp(name, fields[i]) == 0) {
      lua_pushlightuserdata(L, (void *)&fields[i]);
      return 1;
    }
  return 0;
}

static int field(lua_State *L) {
  const char **handle = lua_touserdata(L, 1);
  if (!handle) {
    lua_pushnil(L);
    return 1;
  }
  const char *s;
  switch (handle - fields) {
  case 0: s = names[n * 7 % 64]; break;
  case 1: s = procs[n * 5 % 64]; break;
  case 2: s = requests[n * 11 % 64]; break;
  case 3: lua_pushnumber(L, n * 37 % 4096); return 1;
  case 4: lua_pushnumber(L, n * 7919 % 1000003); return 1;
  case 5: lua_pushnumber(L, 1000 + n % 50); return 1;
  case 6: s = n % 100 < 50 ? ">" : "<"; break;
  default: lua_pushnumber(L, 1.5e18 + n * 1000); return 1;
  }
  lua_pushlstring(L, s, strlen(s));
  return 1;
}

static int nothing(lua_State *L) { (void)L; return 0; }

static void set(lua_State *L, const char *table, const char *key, lua_CFunction f) {
  lua_getfield(L, GLOBALS, table);
  lua_pushcclosure(L, f, 0);
  lua_setfield(L, -2, key);
  lua_settop(L, -2);
}

static void die(lua_State *L) {
  fprintf(stderr, "%s\n", lua_tolstring(L, -1, NULL));
  exit(1);
}

static double run(lua_State *L, long count) {
  struct timespec a, b;
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &a);
  for (long i = 0; i < count; i++) {
    n++;
    lua_getfield(L, GLOBALS, "on_event");
    if (lua_pcall(L, 0, 1, 0)) die(L);
    if (lua_type(L, -1) == 1) lua_toboolean(L, -1);
    lua_settop(L, -2);
  }
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &b);
  return ((b.tv_sec - a.tv_sec) * 1e9 + (b.tv_nsec - a.tv_nsec)) / count;
}

int main(int argc, char **argv) {
  if (argc < 4) return 2;
  for (int i = 0; i < 64; i++) {
    snprintf(names[i], 64, i % 3 == 0 ? "10.0.0.%d:80->%d" : "/var/lib/data/file-%d", i, i);
    snprintf(procs[i], 16, "proc%d", i % 16);
    snprintf(requests[i], 96, "%s /api/v%d/item/%d HTTP/1.1\r\nHost: x", i % 2 == 0 ? "GET" : "POST", i % 4, i * 7);
  }
  lua_State *L = luaL_newstate();
  luaL_openlibs(L);
  const char *tables[] = {"chisel", "evt", "sysdig"};
  for (int i = 0; i < 3; i++) {
    lua_createtable(L, 0, 0);
    lua_setfield(L, GLOBALS, tables[i]);
  }
  set(L, "chisel", "request_field", request_field);
  set(L, "chisel", "set_filter", nothing);
  set(L, "chisel", "set_interval_ns", nothing);
  set(L, "evt", "field", field);
  char setup[1024];
  snprintf(setup, sizeof setup,
           "CHISELS = '%s' package.path = CHISELS .. '/?.lua;' .. package.path "
           "sysdig.get_terminal_info = function() return {width = 80, height = 25} end "
           "sysdig.is_tty = function() return true end", argv[3]);
  if (luaL_loadstring(L, setup) || lua_pcall(L, 0, 0, 0)) die(L);
  if (luaL_loadfile(L, argv[1]) || lua_pcall(L, 0, 0, 0)) die(L);
  long events = atol(argv[2]);
  run(L, events / 10);
  double ns = run(L, events);
  lua_getfield(L, GLOBALS, "result");
  if (lua_pcall(L, 0, 1, 0)) die(L);
  printf("%.1f %.14g\n", ns, lua_tonumber(L, -1));
  return 0;
}
