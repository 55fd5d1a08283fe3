// Removes secrets and personal data before text goes to storage, a model or chat. It recognises known shapes, telling names and checksums; it cannot
// find a secret that has none of these. Every rule reads text once, in bounded steps, so hostile text costs linear time. core/redaction/ has one file
// per kind of rule.
import { redactAddresses } from './addresses.ts';
import { redactAssigned } from './assigned.ts';
import { redactCommands } from './commands.ts';
import { redactEncoded } from './encoded.ts';
import { parsedJson, redactValue } from './json.ts';
import { redactPeople } from './people.ts';
import { redactPhrases } from './phrases.ts';
import { redactSecretManifests } from './secret-manifest.ts';
import { redactShapes } from './shapes.ts';
import { redactVendors } from './vendors.ts';

/**
 * Replaces everything that looks like a secret or personal data with `[redacted:kind]`. A JSON log line stays JSON; for a document use `redactJson`.
 */
export function redact(text: string): string {
  return redactText(structured(text));
}

/** Redacts an address. If the result is not a valid address, it is left out. */
export function redactUrl(url: string): string | undefined {
  const text = redact(url);
  return text === url || URL.canParse(text) ? text : undefined;
}

/** Redacts a JSON value at any depth. Use it before flattening, because names and pairs tell more than the flattened text. */
export function redactJson(value: unknown): unknown {
  return redactValue(value, redactText);
}

const manyFigures = /\d{9}|\d{3}-\d{3}/;
/** No rule matches a single short word. Most names and many telemetry values are one. */
const shortWord = /^[A-Za-z0-9_./-]{0,15}$/;

function redactText(text: string): string {
  if (shortWord.test(text) && !manyFigures.test(text)) return text;
  let out = redactEncoded(text, redact);
  out = redactShapes(out);
  out = redactAddresses(out);
  out = redactSecretManifests(out);
  out = redactPhrases(out);
  out = redactAssigned(out);
  out = redactCommands(out);
  out = redactVendors(out);
  return redactPeople(out);
}

/** Secrets that only the structure of JSON reveals: values before their names, lists of pairs, objects of secrets. */
const needsStructure =
  /[vV]alue\\*"|Secret|\[\s*\[|"--?[a-z]|redentials|uthorization|ookie|secureJson|SecureString|(?:password|secret|key|token)s?\\*"\s{0,4}:\s{0,4}[[{]/i;

function structured(text: string): string {
  if (!/^\s*[{[]/.test(text) || !needsStructure.test(text)) return text;
  const parsed = parsedJson(text);
  if (parsed === undefined) return text;
  const clean = JSON.stringify(redactJson(parsed));
  return clean === JSON.stringify(parsed) ? text : clean;
}
