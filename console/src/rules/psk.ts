// SPDX-License-Identifier: Apache-2.0
/** A pre-shared key like the server's own: 16 random letters and digits. */
const ALPHABET = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789";
const LENGTH = 16;

export function makePsk(): string {
  const limit = 256 - (256 % ALPHABET.length); // bytes above would make the first letters likelier
  let text = "";
  while (text.length < LENGTH)
    for (const byte of crypto.getRandomValues(new Uint8Array(LENGTH)))
      if (byte < limit && text.length < LENGTH) text += ALPHABET[byte % ALPHABET.length];
  return text;
}
