// Redacts the data of Kubernetes Secrets, in YAML and in JSON inside a larger text: all values are removed, all names stay.
import { mark } from './mark.ts';

const isSecret = /(?:^|\n)[ \t+-]*["']?kind["']?:[ \t]*["']?Secret(?:List)?["']?[ \t]*(?:\r?\n|$)/;
const section = /^([ \t+-]*)(?:data|stringData):[ \t]*$/;
/** `data: {a: b}` on one line. */
const inline = /^([ \t+-]*(?:data|stringData):[ \t]*)\{.*\S.*\}[ \t]*$/;
const entry = /^([ \t+-]*)(["']?[\w.-]{1,253}["']?:[ \t]*)(\S.*)?$/;

export function redactSecretManifests(text: string): string {
  let out = text;
  if (out.includes('kind') && isSecret.test(out)) out = inYaml(out);
  if (/"kind\\{0,15}"\s*:\s*\\{0,15}"Secret/.test(out)) out = inJson(out);
  return out;
}

/** `---` separates documents; only the documents of Secrets are redacted. */
function inYaml(text: string): string {
  return text
    .split(/(^---.*$)/m)
    .map((document) => (isSecret.test(document) ? yamlDocument(document) : document))
    .join('');
}

function yamlDocument(document: string): string {
  let indent = -1;
  let blockOf = -1;
  return document
    .split('\n')
    .map((line) => {
      const flow = inline.exec(line);
      if (flow) return `${flow[1]}{${mark('secret')}}`;
      const depth = line.search(/[^\s+-]/);
      if (depth === -1) return line;
      const opened = section.exec(line);
      if (opened && (indent === -1 || depth <= indent)) {
        indent = opened[1]?.length ?? 0;
        blockOf = -1;
        return line;
      }
      if (indent === -1) return line;
      if (depth <= indent) {
        indent = -1;
        return line;
      }
      if (blockOf !== -1 && depth > blockOf) return `${line.slice(0, depth)}${mark('secret')}`;
      const found = entry.exec(line);
      if (!found?.[3]) {
        blockOf = found ? depth : -1;
        return line;
      }
      blockOf = /^[|>][+-]?\d?[ \t]*$/.test(found[3]) ? depth : -1;
      return blockOf === -1 ? `${found[1]}${found[2]}${mark('secret')}` : line;
    })
    .join('\n');
}

const jsonSection = /("(?:data|stringData)\\{0,15}"\s{0,9}:\s{0,9}\{)([^{}]{0,60000})(?=\})/g;
const jsonEntry = /(\\{0,15}"\s{0,9}:\s{0,9})(\\{0,15}")([^"\\]{0,60000})(?=\2)/g;

const inJson = (text: string): string =>
  text.replace(
    jsonSection,
    (_, head: string, entries: string) =>
      head + entries.replace(jsonEntry, (__, sign: string, quote: string) => sign + quote + mark('secret')),
  );
