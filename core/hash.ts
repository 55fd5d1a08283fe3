// Computes the SHA-256 of a text. Identities and seals that must agree across processes use it.
import { Sha256 } from '@aws-crypto/sha256-js';

/** Hashes the text's UTF-8 bytes; returns 64 hex digits. */
export function sha256(text: string): string {
  const hash = new Sha256();
  hash.update(text);
  return Array.from(hash.digestSync(), (byte) => byte.toString(16).padStart(2, '0')).join('');
}
