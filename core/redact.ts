// Secrets and personal data leave no function for storage, a model or chat. Patterns only: what has no known shape is not found here.

const patterns: readonly (readonly [name: string, pattern: RegExp])[] = [
  ['private-key', /-----BEGIN [A-Z ]*PRIVATE KEY-----[\s\S]*?-----END [A-Z ]*PRIVATE KEY-----/g],
  ['jwt', /\beyJ[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]{8,}\.[A-Za-z0-9_-]*/g],
  ['aws-access-key', /\b(?:AKIA|ASIA)[A-Z0-9]{16}\b/g],
  ['token', /\b(?:xox[abprs]-[A-Za-z0-9-]{10,}|gh[pousr]_[A-Za-z0-9]{20,}|sk-[A-Za-z0-9_-]{20,})/g],
  ['bearer', /\bBearer\s+[A-Za-z0-9._~+/-]{12,}=*/gi],
  ['connection-string-password', /(?<=\b[a-z][a-z0-9+.-]*:\/\/[^\s:/@]{1,64}:)[^\s@/]+(?=@)/gi],
  [
    'password',
    /(?<=\b(?:password|passwd|pwd|secret|api[_-]?key|access[_-]?token)["']?\s*[=:]\s*["']?)[^\s"',;&}]{4,}/gi,
  ],
  ['email', /\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/g],
];

/** Replaces what looks like a secret or personal data with `[redacted:kind]`. */
export function redact(text: string): string {
  let out = text;
  for (const [name, pattern] of patterns) out = out.replace(pattern, `[redacted:${name}]`);
  return out;
}
