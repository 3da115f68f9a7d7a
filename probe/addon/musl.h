/*
 * Included before all else where the addon is built for musl by a compiler whose C++ library was set up for glibc: the names
 * of glibc that the headers of that library use. Nothing that is called comes of them.
 */
#pragma once
#define __GLIBC_PREREQ(major, minor) 0
#define __locale_t locale_t
#define pthread_cond_clockwait(condition, mutex, clock, time) ((void)0)
#define pthread_mutex_clocklock(mutex, clock, time) 1
