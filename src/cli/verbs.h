/* SPDX-License-Identifier: Apache-2.0 */
/* The verbs of vpngw, one function each; they return the exit status. */
#pragma once

int verb_call(int argc, char **argv);
