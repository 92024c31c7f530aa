/* SPDX-License-Identifier: GPL-2.0-or-later */
/*
 * Stands in for the config.h that strongSwan's configure would write: what Debian's build of
 * charon was configured with, as far as it decides the layout of structs or what headers declare.
 * Included before everything else, on the compiler's command line. ME (mediation) is the one that
 * bites: Debian enables it, and without it every method after the first hooks sits elsewhere;
 * plugin.c asserts the sizes.
 */
#pragma once

#define CONFIG_H_INCLUDED
#define HAVE_STDBOOL_H 1
#define HAVE__BOOL 1
#define HAVE_ALLOCA_H 1
#define HAVE_SYS_PARAM_H 1
#define HAVE_CLOCK_GETTIME 1
#define HAVE_CONDATTR_CLOCK_MONOTONIC 1
#define HAVE_EXPLICIT_BZERO 1
#define HAVE_GCC_SYNC_OPERATIONS 1
#define HAVE_SIGWAITINFO 1
#define HAVE_CLOSEFROM 1
#define HAVE_GETTID 1
#define HAVE_MEMRCHR 1
#define HAVE_INT128 1
#define ME 1
#define USE_IKEV1 1
#define USE_IKEV2 1
