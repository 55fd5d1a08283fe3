// Secrets and personal data leave no function for storage, a model or chat. Known shapes, telling names and checksums only: what has
// none is not found here. Every rule reads text once, in bounded steps, so that hostile text costs linear time. The rules are in
// core/redaction/, a kind a file.
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

/** Replaces what looks like a secret or personal data with `[redacted:kind]`. A log line that is JSON stays JSON; for a document use `redactJson`. */
export function redact(text: string): string {
  return redactText(structured(text));
}

/** The same for an address; one that is none without its secrets is left out. */
export function redactUrl(url: string): string | undefined {
  const text = redact(url);
  return text === url || URL.canParse(text) ? text : undefined;
}

/** The same for a JSON value, at any depth, before it is flattened: names and pairs tell more than the text that is made of them. */
export function redactJson(value: unknown): unknown {
  return redactValue(value, redactText);
}

const manyFigures = /\d{9}|\d{3}-\d{3}/;
/** No rule finds anything in one short word: most names and many values of telemetry are one. */
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

/** What only the structure of a JSON text tells: values before their names, lists of pairs, objects of secrets. */
const needsStructure =
  /[vV]alue\\*"|Secret|\[\s*\[|"--?[a-z]|redentials|uthorization|ookie|secureJson|SecureString|(?:password|secret|key|token)s?\\*"\s{0,4}:\s{0,4}[[{]/i;

function structured(text: string): string {
  if (!/^\s*[{[]/.test(text) || !needsStructure.test(text)) return text;
  const parsed = parsedJson(text);
  if (parsed === undefined) return text;
  const clean = JSON.stringify(redactJson(parsed));
  return clean === JSON.stringify(parsed) ? text : clean;
}
