/* SPDX-License-Identifier: Apache-2.0 */
/* systemd's readiness protocol, sd_notify(3). */
#pragma once

/* state: "READY=1", "STOPPING=1". Does nothing where no NOTIFY_SOCKET is given. */
void notify_systemd(const char *state);
