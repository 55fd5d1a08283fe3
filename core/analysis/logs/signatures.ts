// What an error line says about its cause, by its words. Each row is a habit of some client library, driver or kernel; adding one is adding a
// row and its example. `towards` names the group that holds the callee.
import type { CauseCode } from '../../model/causes.ts';

export interface Signature {
  readonly cause: CauseCode;
  /** How far the words alone can be trusted. */
  readonly confidence: number;
  /** Service that the line complains about, where it names one. */
  readonly towards?: string | undefined;
}

const host = '(?:https?://)?([a-z][a-z0-9-]{1,62})(?:\\.[a-z0-9.-]+)?';
const rows: readonly (readonly [pattern: RegExp, cause: CauseCode, confidence: number])[] = [
  [
    /x509|certificate (?:has )?expired|certificate is not (?:yet )?valid|cert(?:ificate)? .*expired/i,
    'certificate-expired',
    0.85,
  ],
  [
    /no such host|NXDOMAIN|name resolution|name resolver error|could not resolve host|getaddrinfo|SERVFAIL|lookup .* i\/o timeout/i,
    'dns-failure',
    0.7,
  ],
  [
    /too many connections|remaining connection slots|(?:connection )?pool (?:is )?(?:exhausted|timed out)|connection from the pool|max_connections/i,
    'database-connections-exhausted',
    0.8,
  ],
  [
    /access denied for user|password authentication failed|authentication failed for user|WRONGPASS|invalid username-password/i,
    'database-credentials',
    0.85,
  ],
  [
    /read-only (?:transaction|mode|file system|replica)|running with the --read-only|READONLY You can't write/i,
    'database-read-only',
    0.8,
  ],
  [/no space left on device|ENOSPC|disk (?:is )?full/i, 'disk-full', 0.85],
  [/address already in use|EADDRINUSE/i, 'port-conflict', 0.85],
  [/permission denied/i, 'volume-permission-denied', 0.6],
  [/OutOfMemory|out of memory|heap out of memory|cannot allocate memory/i, 'oom-killed', 0.6],
  [
    /(?:relation|table|column) "?[\w."]+"?(?: of relation "?\w+"?)? does not exist|no such (?:table|column)|unknown column|undefined column/i,
    'code-change',
    0.5,
  ],
  [
    new RegExp(`${host}:\\d{2,5}[^\\n]{0,60}(?:refused|reset|unavailable|timed? ?out|status 50[0-4])`, 'i'),
    'dependency-unavailable',
    0.6,
  ],
  [
    new RegExp(
      `(?:upstream|calling|connect to|connection to|dial tcp|request to|from)\\s+${host}\\b[^\\n]{0,80}(?:refused|reset|unavailable|timed? ?out|50[0-4])`,
      'i',
    ),
    'dependency-unavailable',
    0.55,
  ],
  [
    /connection refused|ECONNREFUSED|connection reset by peer|ECONNRESET|deadline exceeded|upstream connect error/i,
    'dependency-unavailable',
    0.45,
  ],
];

export function signatureOf(text: string): Signature | undefined {
  for (const [pattern, cause, confidence] of rows) {
    const match = pattern.exec(text);
    if (!match) continue;
    const towards = cause === 'dependency-unavailable' ? match[1] : undefined;
    return {
      cause,
      confidence,
      ...(towards === undefined || /^(?:tcp|http|grpc|upstream|localhost)$/.test(towards) ? {} : { towards }),
    };
  }
  return undefined;
}
