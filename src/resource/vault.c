/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Sealing with XChaCha20-Poly1305 under one key. A sealed text is base64 of a random 24-byte nonce
 * and the ciphertext with its tag; the place is additional data. Knows no resource.
 */
#include "resource/vault.h"

#include "base/encode.h"

#include <errno.h>
#include <fcntl.h>
#include <sodium.h>
#include <string.h>
#include <sys/stat.h>

#define KEY_SIZE crypto_aead_xchacha20poly1305_ietf_KEYBYTES
#define NONCE_SIZE crypto_aead_xchacha20poly1305_ietf_NPUBBYTES
#define TAG_SIZE crypto_aead_xchacha20poly1305_ietf_ABYTES
#define SEALED_MAX (64 * 1024) /* bytes of base64 */

struct vault {
	struct secret *key;
};

/*
 * Writes a fresh key beside the file and links it into place: of two programs that start together
 * one wins and both read the winner's.
 */
static int create_key(const char *path)
{
	uint8_t key[KEY_SIZE];
	char hex[2 * KEY_SIZE + 1], suffix[9];
	AUTO_FREE char *other = NULL;
	AUTO_CLOSE int fd = -1;
	int err = 0;

	random_text("abcdefghijklmnopqrstuvwxyz", suffix, sizeof(suffix) - 1);
	other = xasprintf("%s.%s", path, suffix);
	fd = open(other, O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0600);
	if (fd < 0)
		return -errno;
	random_bytes(key, sizeof(key));
	hex_encode(key, sizeof(key), hex);
	hex[2 * KEY_SIZE] = '\n';
	if (write(fd, hex, sizeof(hex)) != (ssize_t)sizeof(hex))
		err = -EIO;
	else if (fsync(fd) < 0 || (link(other, path) < 0 && errno != EEXIST))
		err = -errno;
	wipe(key, sizeof(key));
	wipe(hex, sizeof(hex));
	unlink(other);
	return err;
}

static int read_key(const char *path, struct secret **ret)
{
	AUTO_CLOSE int fd = open(path, O_RDONLY | O_CLOEXEC);
	char hex[2 * KEY_SIZE + 2];
	uint8_t key[KEY_SIZE];
	struct stat info;
	ssize_t size;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &info) < 0)
		return -errno;
	if (!S_ISREG(info.st_mode) || info.st_mode & 077)
		return -EPERM;
	size = read(fd, hex, sizeof(hex) - 1);
	if (size < 0)
		return -errno;
	hex[size] = '\0';
	if (size > 0 && hex[size - 1] == '\n')
		hex[--size] = '\0';
	size = size == 2 * KEY_SIZE ? hex_decode(hex, key, sizeof(key)) : -EINVAL;
	wipe(hex, sizeof(hex));
	if (size < 0)
		return -EINVAL;
	*ret = secret_new(key, sizeof(key));
	wipe(key, sizeof(key));
	return 0;
}

/* The name must be on the disk before anything is that the key has sealed. */
static int sync_folder(const char *path)
{
	AUTO_FREE char *folder = xstrdup(path);
	char *slash = strrchr(folder, '/');
	AUTO_CLOSE int fd = -1;

	if (slash)
		*(slash == folder ? slash + 1 : slash) = '\0';
	fd = open(slash ? folder : ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 || fsync(fd) < 0 ? -errno : 0;
}

int vault_open(const char *key_file, bool create, struct vault **ret)
{
	struct secret *key = NULL;
	int err = read_key(key_file, &key);

	if (err == -ENOENT && create) {
		err = create_key(key_file);
		if (!err)
			err = sync_folder(key_file);
		if (!err)
			err = read_key(key_file, &key);
	}
	if (err)
		return err;
	*ret = xcalloc(1, sizeof(**ret));
	(*ret)->key = key;
	return 0;
}

int vault_open_first(const char *key_file, const char *store_file, struct vault **ret)
{
	bool has_store = access(store_file, F_OK) == 0;
	int err = vault_open(key_file, !has_store, ret);

	return err == -ENOENT && has_store ? -ENOKEY : err;
}

void vault_free(struct vault *vault)
{
	if (!vault)
		return;
	secret_free(vault->key);
	free(vault);
}

char *vault_seal(const struct vault *vault, const char *place, const struct secret *secret)
{
	size_t size = NONCE_SIZE + secret->size + TAG_SIZE;
	AUTO_FREE uint8_t *sealed = xmalloc(size);

	random_bytes(sealed, NONCE_SIZE);
	crypto_aead_xchacha20poly1305_ietf_encrypt(sealed + NONCE_SIZE, NULL, secret->bytes,
		secret->size, (const uint8_t *)place, strlen(place), NULL, sealed,
		vault->key->bytes);
	return base64_encode(sealed, size);
}

int vault_unseal(
	const struct vault *vault, const char *place, const char *sealed, struct secret **ret)
{
	size_t len = strlen(sealed), size = 0;
	AUTO_FREE uint8_t *bytes = NULL;
	uint8_t *plain;
	int err;

	if (len > SEALED_MAX)
		return -EBADMSG;
	bytes = xmalloc(len + 1);
	if (sodium_base642bin(bytes, len, sealed, len, NULL, &size, NULL,
		    sodium_base64_VARIANT_ORIGINAL) < 0 ||
		size < NONCE_SIZE + TAG_SIZE)
		return -EBADMSG;
	plain = xmalloc(size - NONCE_SIZE - TAG_SIZE + 1);
	err = crypto_aead_xchacha20poly1305_ietf_decrypt(plain, NULL, NULL, bytes + NONCE_SIZE,
		size - NONCE_SIZE, (const uint8_t *)place, strlen(place), bytes, vault->key->bytes);
	if (!err)
		*ret = secret_new(plain, size - NONCE_SIZE - TAG_SIZE);
	wipe(plain, size - NONCE_SIZE - TAG_SIZE);
	free(plain);
	return err ? -EBADMSG : 0;
}
