/*
 * The few things of the C++ library that the addon's code calls, so that it is linked with none: one that is linked in asks
 * for functions of the newest C library, and is made for one C library only. Nothing here throws; what cannot go on ends the
 * process, as it would without exceptions anyway.
 */
#include <cstdio>
#include <cstdlib>
#include <new>
#include <string>

template class std::basic_string<char>;

namespace {

[[noreturn]] void give_up(const char *why)
{
	fprintf(stderr, "burin: %s\n", why);
	abort();
}

void *allocate(size_t n)
{
	void *p = malloc(n ? n : 1);
	if (!p)
		give_up("out of memory");
	return p;
}

} // namespace

namespace std {

void __throw_bad_alloc() { give_up("out of memory"); }
void __throw_bad_array_new_length() { give_up("out of memory"); }
void __throw_logic_error(const char *why) { give_up(why); }
void __throw_length_error(const char *why) { give_up(why); }
void __throw_out_of_range(const char *why) { give_up(why); }
void __throw_out_of_range_fmt(const char *why, ...) { give_up(why); }

} // namespace std

void *operator new(size_t n) { return allocate(n); }
void *operator new[](size_t n) { return allocate(n); }
void operator delete(void *p) noexcept { free(p); }
void operator delete[](void *p) noexcept { free(p); }
void operator delete(void *p, size_t) noexcept { free(p); }
void operator delete[](void *p, size_t) noexcept { free(p); }

extern "C" void __cxa_pure_virtual() { give_up("a method that is not there was called"); }
