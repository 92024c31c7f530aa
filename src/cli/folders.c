/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes folders, idempotently; what is there already gets its owner and mode back.
 */
#include "cli/folders.h"

#include "base/fd.h"
#include "cli/charon_conf.h"
#include "resource/config.h"
#include "resource/vault.h"

#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

struct folder {
	const char *path;
	uid_t uid;
	gid_t gid;
	mode_t mode;
};

static int make_parents(const char *path)
{
	AUTO_FREE char *part = xstrdup(path);

	for (char *slash = strchr(part + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		if (mkdir(part, 0755) < 0 && errno != EEXIST)
			return -errno;
		*slash = '/';
	}
	return 0;
}

/* Owner and mode go to the folder that was opened, never through a link. */
static int make_folder(const struct folder *folder)
{
	AUTO_CLOSE int fd = -1;
	int err = make_parents(folder->path);

	if (err < 0)
		return err;
	if (mkdir(folder->path, 0700) < 0 && errno != EEXIST)
		return -errno;
	fd = open(folder->path, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0 || fchown(fd, folder->uid, folder->gid) < 0 || fchmod(fd, folder->mode) < 0)
		return -errno;
	return 0;
}

int folders_make_run_dir(const struct config *config, char **ret_path)
{
	int err = make_folder(&(struct folder){ config->run_dir, 0, 0, 0755 });

	if (err < 0)
		*ret_path = xstrdup(config->run_dir);
	return err;
}

static int make_key(const struct config *config)
{
	AUTO_FREE char *store = config_path(config->state_dir, "store.db");
	CLEANUP(vault_freep) struct vault *vault = NULL;
	int err = make_parents(config->key_file);

	return err < 0 ? err : vault_open_first(config->key_file, store, &vault);
}

static int write_charon_conf(const struct config *config, const char *path)
{
	AUTO_FREE char *text = charon_conf_render(config);

	return file_replace(path, text, strlen(text), 0644);
}

int folders_make(const struct config *config, char **ret_path)
{
	AUTO_FREE char *espd = config_path(config->run_dir, "espd");
	AUTO_FREE char *charon = config_path(config->run_dir, "charon");
	AUTO_FREE char *agent = config_path(config->run_dir, "agent");
	AUTO_FREE char *bird = config_path(config->run_dir, "bird");
	AUTO_FREE char *conf = config_path(config->run_dir, "strongswan.conf");
	const struct folder folders[] = {
		{ espd, config->espd_uid, config->espd_gid, 0755 },
		{ charon, config->charon_uid, config->charon_gid, 0750 },
		{ agent, 0, 0, 0700 },
		{ bird, 0, config->bird_gid, 02750 },
		{ config->state_dir, 0, config->store_gid, 02770 },
	};
	int err;

	for (size_t i = 0; i < ARRAY_LEN(folders); i++) {
		err = make_folder(&folders[i]);
		if (err < 0) {
			*ret_path = xstrdup(folders[i].path);
			return err;
		}
	}
	err = make_key(config);
	if (err < 0) {
		*ret_path = xstrdup(config->key_file);
		return err;
	}
	err = write_charon_conf(config, conf);
	if (err < 0)
		*ret_path = TAKE_PTR(conf);
	return err;
}
