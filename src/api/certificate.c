/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Makes and loads certificates with OpenSSL. Runs before privileges are dropped: the key is root's.
 */
#include "api/certificate.h"

#include "base/addr.h"
#include "base/fd.h"
#include "base/log.h"
#include "base/secret.h"
#include "base/strbuf.h"

#include <errno.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <string.h>

#define VALID_S (10L * 365 * 24 * 3600)
#define PEM_MAX 65536

bool certificate_is_loopback(const char *address)
{
	struct prefix loopback;
	struct addr addr;

	if (prefix_parse("127.0.0.0/8", &loopback) < 0 || addr_parse(address, &addr) < 0)
		return false;
	return prefix_has(loopback, addr);
}

/* What clients may have typed as the endpoint. */
static char *alternative_names(const struct config *config)
{
	AUTO_STRBUF struct strbuf names = STRBUF_INIT(65536);
	char host[256] = "";

	strbuf_add(&names, "DNS:localhost,IP:127.0.0.1");
	if (gethostname(host, sizeof(host) - 1) == 0 && *host)
		strbuf_addf(&names, ",DNS:%s", host);
	if (strcmp(config->listen_address, "0.0.0.0"))
		strbuf_addf(&names, ",IP:%s", config->listen_address);
	for (size_t i = 0; i < config->pool_len; i++) {
		char text[ADDR_TEXT_SIZE];

		addr_format(config->pool[i].internet_ip, text);
		strbuf_addf(&names, ",IP:%s", text);
	}
	return strbuf_take(&names);
}

static int fill(X509 *certificate, EVP_PKEY *key, const struct config *config)
{
	AUTO_FREE char *names = alternative_names(config);
	X509_EXTENSION *extension = X509V3_EXT_conf_nid(NULL, NULL, NID_subject_alt_name, names);
	X509_NAME *subject = X509_get_subject_name(certificate);
	uint64_t serial;
	bool is_good;

	random_bytes(&serial, sizeof(serial));
	is_good = extension && X509_set_version(certificate, X509_VERSION_3) &&
		  ASN1_INTEGER_set_uint64(X509_get_serialNumber(certificate), serial >> 1) &&
		  X509_gmtime_adj(X509_getm_notBefore(certificate), 0) &&
		  X509_gmtime_adj(X509_getm_notAfter(certificate), VALID_S) &&
		  X509_NAME_add_entry_by_txt(subject, "CN", MBSTRING_ASC,
			  (const unsigned char *)"vpngw-api", -1, -1, 0) &&
		  X509_set_issuer_name(certificate, subject) &&
		  X509_add_ext(certificate, extension, -1) && X509_set_pubkey(certificate, key) &&
		  X509_sign(certificate, key, EVP_sha256());
	X509_EXTENSION_free(extension);
	return is_good ? 0 : -EINVAL;
}

static int write_pem(BIO *bio, const char *path, mode_t mode)
{
	char *text;
	long size = BIO_get_mem_data(bio, &text);
	int err = size > 0 ? file_replace(path, text, (size_t)size, mode) : -EINVAL;

	if (size > 0)
		wipe(text, (size_t)size);
	return err;
}

static int make(const struct config *config, const char *certificate_path, const char *key_path)
{
	EVP_PKEY *key = EVP_EC_gen("P-256");
	X509 *certificate = X509_new();
	BIO *key_pem = BIO_new(BIO_s_mem()), *certificate_pem = BIO_new(BIO_s_mem());
	int err = -EINVAL;

	if (key && certificate && !fill(certificate, key, config) &&
		PEM_write_bio_PrivateKey(key_pem, key, NULL, NULL, 0, NULL, NULL) &&
		PEM_write_bio_X509(certificate_pem, certificate))
		err = 0;
	/* It comes last, so that one that is there belongs to the key beside it. */
	if (!err && unlink(certificate_path) < 0 && errno != ENOENT)
		err = -errno;
	if (!err)
		err = write_pem(key_pem, key_path, 0600);
	if (!err)
		err = write_pem(certificate_pem, certificate_path, 0644);
	BIO_free(key_pem);
	BIO_free(certificate_pem);
	X509_free(certificate);
	EVP_PKEY_free(key);
	return err;
}

static int load(const char *certificate_path, const char *key_path, SSL_CTX **ret)
{
	SSL_CTX *context = SSL_CTX_new(TLS_server_method());

	if (!context || !SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION) ||
		SSL_CTX_use_certificate_chain_file(context, certificate_path) != 1 ||
		SSL_CTX_use_PrivateKey_file(context, key_path, SSL_FILETYPE_PEM) != 1 ||
		SSL_CTX_check_private_key(context) != 1) {
		log_err("the TLS certificate cannot be used certificate=%s key=%s error=\"%s\"",
			certificate_path, key_path, ERR_reason_error_string(ERR_peek_error()));
		SSL_CTX_free(context);
		return -EINVAL;
	}
	*ret = context;
	return 0;
}

int certificate_open(const struct config *config, SSL_CTX **ret)
{
	AUTO_FREE char *certificate_path = config_path(config->state_dir, "api-certificate.pem");
	AUTO_FREE char *key_path = config_path(config->state_dir, "api-certificate.key");

	*ret = NULL;
	if (*config->tls_certificate)
		return load(config->tls_certificate, config->tls_key, ret);
	if (certificate_is_loopback(config->listen_address))
		return 0;
	if (access(certificate_path, R_OK) < 0 || access(key_path, R_OK) < 0) {
		int err = make(config, certificate_path, key_path);

		if (err < 0)
			return err;
		log_notice("made a self-signed certificate path=%s", certificate_path);
	}
	return load(certificate_path, key_path, ret);
}
