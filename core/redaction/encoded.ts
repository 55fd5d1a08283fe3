// Redacts base64 that encodes JSON, a kubeconfig or a private key. If redaction would change the decoded text, the whole base64 text is removed.
import { mark } from './mark.ts';
import { fromBase64 } from './values.ts';

/** The encoded beginnings: `{"`, `{` with a line break or space, `[{`, `apiVersion`, `-----BEGIN`. */
const blob = /(?:eyJ|eyAi|ewog|ewoJ|ewoi|ew0K|W3si|YXBpVmVyc2lvb|LS0tLS1CRUdJTi)[A-Za-z0-9+/_-]{20,}={0,2}/g;
const beginnings = /eyJ|eyAi|ewo|ew0K|W3si|YXBpVmVyc2lvb|LS0tLS1CRUdJTi/;
const longest = 200_000;

export function redactEncoded(text: string, redactInner: (text: string) => string): string {
  if (!beginnings.test(text)) return text;
  return text.replace(blob, (shown, at: number) => {
    // The parts of a JWT are redacted together, as one token.
    if (shown.length > longest || text[at + shown.length] === '.' || text[at - 1] === '.') return shown;
    if (
      /[A-Za-z0-9+/_-]/.test(text[at - 1] ?? '') &&
      !/\\[nrt]$|%[0-9A-F]{2}$/i.test(text.slice(Math.max(0, at - 3), at))
    )
      return shown;
    const inner = fromBase64(shown);
    if (inner === undefined || inner.includes('\ufffd')) return shown;
    return redactInner(inner) === inner ? shown : mark('encoded-secret');
  });
}
