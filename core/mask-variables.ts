// Masks the parts of an error text that can vary between two occurrences. Callers group with it: recurring titles, findings of several services,
// words of a claim. It masks too much rather than too little; core/fingerprint decides whether two texts are exactly the same error.

const rules: readonly (readonly [pattern: RegExp, mask: string])[] = [
  // A JSON log line is reduced to its message.
  [/^\s*\{.*?"(?:message|msg|error)"\s*:\s*"((?:[^"\\]|\\.)*)".*\}\s*$/s, '$1'],
  [/\b\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(?:[.,]\d+)?(?:Z|[+-]\d{2}:?\d{2})?/g, '<time>'],
  [/\b\d{1,2}\/[A-Z][a-z]{2}\/\d{4}:\d{2}:\d{2}:\d{2}(?: [+-]\d{4})?/g, '<time>'],
  [/\b\d{2}:\d{2}:\d{2}(?:[.,]\d+)?\b/g, '<time>'],
  [/\b[0-9a-f]{8}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{4}-[0-9a-f]{12}\b/gi, '<id>'],
  [/\b[A-Za-z0-9._%+-]+@[A-Za-z0-9.-]+\.[A-Za-z]{2,}\b/g, '<email>'],
  [/\b(?:\d{1,3}\.){3}\d{1,3}(?::\d{1,5})?\b/g, '<address>'],
  [/\[[0-9a-f:]*::?[0-9a-f:]*\](?::\d{1,5})?/gi, '<address>'],
  // The Job of a CronJob is name-<minutes since 1970>; its pods add a suffix. This rule precedes the next one, because that alphabet can spell
  // minutes, too.
  [/\b([a-z](?:[a-z0-9-]*[a-z0-9])?)-\d{8,10}(?:-[bcdfghjklmnpqrstvwxz2456789]{5})?\b/g, '$1-<job>'],
  // The Pod of a Deployment is name-<template hash>-<5>; the hash alphabet has no vowels (k8s.io/apimachinery rand.SafeEncodeString).
  [
    /\b([a-z0-9](?:[a-z0-9-]*[a-z0-9])?)-[bcdfghjklmnpqrstvwxz2456789]{6,10}-[bcdfghjklmnpqrstvwxz2456789]{5}\b/g,
    '$1-<pod>',
  ],
  [/\b0x[0-9a-f]+\b/gi, '<id>'],
  [/\b(?=[0-9a-f]*\d)(?=[0-9a-f]*[a-f])[0-9a-f]{8,}\b/gi, '<id>'],
  // Durations and sizes are printed in varying units: 950ms one night, 1.2s or 1m3s another.
  [/(?<![A-Za-z0-9_.:<-])(?:\d+(?:\.\d+)?(?:ns|us|µs|ms|s|m|h|d))+(?![A-Za-z0-9_])/g, '<n>'],
  [/(?<![A-Za-z0-9_.:<-])\d+(?:\.\d+)?[KMGT]i?B?(?![A-Za-z0-9_])/g, '<n>'],
  // Ports, status codes and exit codes stay, because they identify the error. Other numbers are counts, sizes and durations.
  [
    /(?<!\b(?:status|code|http|errno|exit|sqlstate|port|signal)\W{0,3})(?<![A-Za-z0-9_.:<-])-?\d+(?:[.,-]\d+)*(?=(?:ns|us|µs|ms|s|m|h|d|[KMGT]i?B?|%)?(?![A-Za-z0-9_]))/gi,
    '<n>',
  ],
];

/** Masks the variable parts of the text. Masking twice changes nothing. */
export function maskVariables(text: string): string {
  let out = text.trim();
  for (const [pattern, mask] of rules) out = out.replace(pattern, mask);
  return out.replace(/\s+/g, ' ').slice(0, 400).trim();
}
