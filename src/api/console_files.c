/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Reading the folder of the console: its files, one folder deep, each with the compressed forms
 * that lie beside it. Symbolic links are not followed.
 */
#include "api/console_files.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <string.h>
#include <sys/stat.h>

#define FILES_MAX 1000
#define BYTES_MAX (64 * 1024 * 1024) /* of all files */
#define HASHED_FOLDER "assets"       /* vite puts a hash of the content into these names */

struct console_files {
	struct console_file *items; /* sorted by path */
	size_t len, room, size;
};

static const struct {
	const char *ending, *content_type;
} types[] = {
	{ ".html", "text/html;charset=utf-8" },
	{ ".js", "text/javascript;charset=utf-8" },
	{ ".css", "text/css;charset=utf-8" },
	{ ".svg", "image/svg+xml" },
	{ ".png", "image/png" },
	{ ".ico", "image/x-icon" },
	{ ".woff2", "font/woff2" },
	{ ".txt", "text/plain;charset=utf-8" },
};

static const char *type_of(const char *name)
{
	size_t size = strlen(name);

	for (size_t i = 0; i < ARRAY_LEN(types); i++) {
		size_t ending = strlen(types[i].ending);

		if (size > ending && strcmp(name + size - ending, types[i].ending) == 0)
			return types[i].content_type;
	}
	return NULL;
}

/* -ENOENT: no regular file of that name. */
static int read_bytes(
	struct console_files *files, int folder, const char *name, struct console_bytes *ret)
{
	AUTO_CLOSE int fd = openat(folder, name, O_RDONLY | O_CLOEXEC | O_NOFOLLOW | O_NONBLOCK);
	struct stat stat;
	size_t at = 0;

	if (fd < 0)
		return errno == ELOOP ? -ENOENT : -errno;
	if (fstat(fd, &stat) < 0)
		return -errno;
	if (!S_ISREG(stat.st_mode))
		return -ENOENT;
	if ((size_t)stat.st_size > BYTES_MAX - files->size)
		return -EFBIG;
	ret->size = (size_t)stat.st_size;
	ret->bytes = xmalloc(ret->size + 1);
	while (at < ret->size) {
		ssize_t got = read(fd, ret->bytes + at, ret->size - at);

		if (got < 0 && errno != EINTR)
			return -errno;
		if (got == 0)
			return -EIO; /* it shrinks under us */
		at += got > 0 ? (size_t)got : 0;
	}
	ret->bytes[at] = '\0';
	files->size += ret->size;
	return 0;
}

static int read_variant(struct console_files *files, int folder, const char *name,
	const char *ending, struct console_bytes *ret)
{
	AUTO_FREE char *full = xasprintf("%s%s", name, ending);
	int err = read_bytes(files, folder, full, ret);

	return err == -ENOENT ? 0 : err;
}

static void add_file(struct console_files *files, const struct console_file *file)
{
	if (files->len == files->room) {
		files->room = files->room ? files->room * 2 : 32;
		files->items = xreallocarray(files->items, files->room, sizeof(*files->items));
	}
	files->items[files->len++] = *file;
}

/* What is no regular file is passed over. */
static int read_file(struct console_files *files, int folder, const char *prefix, const char *name)
{
	struct console_file file = { .content_type = type_of(name),
		.is_immutable = strcmp(prefix, HASHED_FOLDER "/") == 0 };
	int err = read_bytes(files, folder, name, &file.plain);

	if (err == -ENOENT)
		return 0;
	if (!err)
		err = read_variant(files, folder, name, ".gz", &file.gzip);
	if (!err)
		err = read_variant(files, folder, name, ".br", &file.brotli);
	file.path = xasprintf("%s%s", prefix, name);
	add_file(files, &file);
	return files->len > FILES_MAX ? -EFBIG : err;
}

/* prefix: "" or "<folder>/". Takes the descriptor. */
static int read_folder(struct console_files *files, int fd, const char *prefix)
{
	DIR *folder = fdopendir(fd);
	struct dirent *entry;
	int err = 0;

	if (!folder) {
		err = -errno;
		close(fd);
		return err;
	}
	while (!err && (errno = 0, entry = readdir(folder))) {
		if (*entry->d_name == '.')
			continue;
		if (type_of(entry->d_name)) {
			err = read_file(files, fd, prefix, entry->d_name);
		} else if (!*prefix && strcmp(entry->d_name, HASHED_FOLDER) == 0) {
			int inner = openat(
				fd, HASHED_FOLDER, O_RDONLY | O_DIRECTORY | O_CLOEXEC | O_NOFOLLOW);

			err = inner < 0 ? -errno : read_folder(files, inner, HASHED_FOLDER "/");
		}
	}
	if (!err && !entry)
		err = -errno;
	closedir(folder);
	return err;
}

static int compare(const void *a, const void *b)
{
	return strcmp(
		((const struct console_file *)a)->path, ((const struct console_file *)b)->path);
}

int console_files_open(const char *dir, struct console_files **ret)
{
	int fd = open(dir, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	struct console_files *files;
	int err;

	if (fd < 0)
		return -errno;
	files = xcalloc(1, sizeof(*files));
	err = read_folder(files, fd, "");
	if (files->len)
		qsort(files->items, files->len, sizeof(*files->items), compare);
	if (!err && !console_files_find(files, "index.html"))
		err = -ENOENT;
	if (err) {
		console_files_free(files);
		return err;
	}
	*ret = files;
	return 0;
}

void console_files_free(struct console_files *files)
{
	if (!files)
		return;
	for (size_t i = 0; i < files->len; i++) {
		free(files->items[i].path);
		free(files->items[i].plain.bytes);
		free(files->items[i].gzip.bytes);
		free(files->items[i].brotli.bytes);
	}
	free(files->items);
	free(files);
}

static int compare_path(const void *path, const void *item)
{
	return strcmp(path, ((const struct console_file *)item)->path);
}

const struct console_file *console_files_find(const struct console_files *files, const char *path)
{
	if (!files->len)
		return NULL;
	return bsearch(path, files->items, files->len, sizeof(*files->items), compare_path);
}

size_t console_files_len(const struct console_files *files)
{
	return files->len;
}
