/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of vpngw, one function each, argv[0] is the verb; they return the exit status. */
#pragma once

#define USAGE (-1)   /* instead of an exit status: main says how the verb is used */
#define EXIT_USAGE 2 /* the command line is wrong */

#define DEFAULT_CONFIG "/etc/vpngw/vpngw.conf"

int verb_up(int argc, char **argv);
int verb_down(int argc, char **argv);
int verb_call(int argc, char **argv);
int verb_status(int argc, char **argv);
/* What is made of the tables, for files that are checked in. */
int verb_completion(int argc, char **argv);
int verb_man(int argc, char **argv);
int verb_backup(int argc, char **argv);
int verb_restore(int argc, char **argv);
int verb_check_config(int argc, char **argv);
