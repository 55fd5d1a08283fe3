// SHA-256 of a text, as hex digits: for identities and seals that have to be the same in every process.
import { Sha256 } from '@aws-crypto/sha256-js';

/** 64 hex digits of the text's UTF-8. */
export function sha256(text: string): string {
  const hash = new Sha256();
  hash.update(text);
  return Array.from(hash.digestSync(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
