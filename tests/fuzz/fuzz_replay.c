/* SPDX-License-Identifier: Apache-2.0 */
/*
 * Feeds every file of the directories it is given to a fuzz target: the corpus as an ordinary test.
 */
#include "base/alloc.h"
#include "base/fd.h"

#include <dirent.h>
#include <stdint.h>
#include <stdio.h>

#define INPUT_MAX (1024 * 1024)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static int replay(const char *directory)
{
	struct dirent **names;
	int len = scandir(directory, &names, NULL, alphasort), seen = 0;

	for (int i = 0; i < len; i++) {
		AUTO_FREE char *path = xasprintf("%s/%s", directory, names[i]->d_name);
		AUTO_FREE char *text = NULL;
		size_t size;

		if (names[i]->d_type == DT_REG && !file_read(path, INPUT_MAX, &text, &size)) {
			(void)LLVMFuzzerTestOneInput((const uint8_t *)text, size);
			seen++;
		}
		free(names[i]);
	}
	if (len >= 0)
		free(names);
	return seen;
}

int main(int argc, char **argv)
{
	int seen = 0;

	for (int i = 1; i < argc; i++)
		seen += replay(argv[i]);
	printf("1..1\n%sok 1 - %d inputs\n", seen ? "" : "not ", seen);
	return seen ? 0 : 1;
}
