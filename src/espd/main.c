/* SPDX-License-Identifier: Apache-2.0 */
/*
 * vpngw-espd: the ESP data plane in user space. Opens its two control sockets, gives up every
 * privilege and system call it does not need, then serves until SIGTERM. Descriptors to the network
 * come from the agent, keys from charon.
 */
#include "base/fd.h"
#include "base/log.h"
#include "base/loop.h"
#include "base/privilege.h"
#include "espd/control.h"
#include "espd/crypto_pick.h"
#include "espd/options.h"
#include "espd/sandbox.h"

#include <errno.h>
#include <openssl/crypto.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/socket.h>

static int fail(const char *what, int err)
{
	log_err("%s error=%s", what, strerror(-err));
	return 1;
}

static int listen_at(const struct options *options, const char *name, uint32_t group)
{
	AUTO_FREE char *path = xasprintf("%s/%s", options->run_dir, name);

	return unix_listen(path, SOCK_SEQPACKET, 0660, group);
}

/* Every tunnel and socket is a descriptor: as many as the system allows. */
static void raise_descriptor_limit(void)
{
	struct rlimit limit;

	if (getrlimit(RLIMIT_NOFILE, &limit) < 0)
		return;
	limit.rlim_cur = limit.rlim_max;
	(void)setrlimit(RLIMIT_NOFILE, &limit);
}

static int start_crypto(enum crypto_wish wish, struct crypto_report *report)
{
	int err = crypto_openssl_init();

	if (err < 0)
		return fail("cannot load OpenSSL's providers", err);
	err = crypto_pick_init(wish, report);
	if (report->failed)
		log_err("ipsec-mb computes wrongly, OpenSSL takes its place suites=%s",
			report->failed);
	if (err == -EOPNOTSUPP)
		log_err("ipsec-mb cannot be used reason=\"%s\"",
			report->why_not ? report->why_not : "suites failed");
	else if (err)
		log_err("OpenSSL does not give the published answers");
	return err ? 1 : 0;
}

static struct espd_crypto tell(const struct crypto_report *report)
{
	const char *what = report->what ? report->what : report->why_not;
	struct espd_crypto crypto = { .suites = report->suites, .failed = report->failed_len };

	(void)snprintf(crypto.library, sizeof(crypto.library), "%s", what ? what : "off");
	return crypto;
}

/* Which crypto it runs on is an operator's to know. */
static void report_ready(uint32_t uid, const struct espd_crypto *crypto)
{
	log_notice("ready uid=%u openssl=%s ipsec_mb=\"%s\" suites=%u", uid,
		OpenSSL_version(OPENSSL_VERSION_STRING), crypto->library, crypto->suites);
}

static void stop(void *loop)
{
	loop_stop(loop);
}

int main(int argc, char **argv)
{
	struct options options;
	struct espd_crypto crypto;
	CLEANUP(crypto_report_done) struct crypto_report report = { 0 };
	AUTO_CLOSE int agent = -1, charon = -1;
	CLEANUP(loop_freep) struct loop *loop = NULL;
	CLEANUP(control_freep) struct control *control = NULL;
	int err = options_parse(argc, argv, &options);

	if (err < 0)
		return 2;
	log_init("vpngw-espd", options.debug ? LEVEL_DEBUG : LEVEL_INFO);
	agent = listen_at(&options, "agent.sock", options.agent_gid);
	charon = listen_at(&options, "ike.sock", options.charon_gid);
	if (agent < 0 || charon < 0)
		return fail("cannot listen in the run directory", agent < 0 ? agent : charon);
	if (start_crypto(options.crypto, &report) != 0)
		return 1;
	crypto = tell(&report);
	loop = loop_new();
	loop_on_signal(loop, SIGTERM, stop, loop);
	loop_on_signal(loop, SIGINT, stop, loop);
	(void)signal(SIGPIPE, SIG_IGN);
	raise_descriptor_limit();
	err = privilege_drop(options.uid, options.gid, NULL, 0, 0);
	if (!err)
		err = privilege_hide_memory();
	if (err < 0)
		return fail("cannot give up privileges", err);
	control =
		control_new(loop, TAKE_FD(agent), TAKE_FD(charon), !options.without_super_packets);
	control_set_crypto(control, &crypto);
	err = sandbox_enter();
	if (err < 0)
		return fail("cannot enter the sandbox", err);
	report_ready(options.uid, &crypto);
	loop_run(loop);
	log_notice("ends");
	return 0;
}
