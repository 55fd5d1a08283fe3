// Redacts secrets in addresses: passwords before a host (RFC 3986, userinfo), the connection forms of some drivers, and paths that are keys.
import { type Cut, cutOut, isMarked } from './mark.ts';
import { isRandom } from './values.ts';

const longest = 1024;
const ends = /[\s"'`<>\\]/;
/** Text after the `@` of userinfo: a host, a list of hosts, or a socket. */
const host = /^(?:\[[0-9A-Fa-f:.%]+\]|[A-Za-z0-9](?:[A-Za-z0-9._-]*[A-Za-z0-9])?|\/\/[A-Za-z0-9]|tcp\(|unix\()/;
const scheme = /[A-Za-z][A-Za-z0-9+.-]{1,30}$/;

export function redactAddresses(text: string): string {
  const cuts: Cut[] = [];
  for (let at = text.indexOf('://'); at !== -1; at = text.indexOf('://', at + 3)) {
    if (!scheme.test(text.slice(Math.max(0, at - 31), at))) continue;
    const cut = userinfo(text, at + 3);
    if (cut) cuts.push(cut);
  }
  let out = cutOut(text, cuts);
  if (out.includes('@')) out = driverForms(out);
  if (/hooks\.|webhook|\/bot\d|[?&;]code=/i.test(out)) out = keysInPaths(out);
  return out;
}

/** Finds the password, or a token in place of user and password. */
function userinfo(text: string, from: number): Cut | undefined {
  let end = from;
  const most = Math.min(text.length, from + longest);
  while (end < most && !ends.test(text[end] ?? '') && !(text[end] === ':' && text.startsWith('://', end))) end++;
  const run = text.slice(from, end);
  if (!run.includes('@') || run.startsWith('[') || run.startsWith('sha256:') || run.includes('[redacted:'))
    return undefined;
  const colon = run.indexOf(':');
  const firstAt = run.indexOf('@');
  const slash = run.search(/[/?#]/);
  if (colon === -1 || (firstAt < colon && (slash === -1 || firstAt < slash))) {
    const token = run.slice(0, firstAt);
    if (colon !== -1 && colon < firstAt) return undefined;
    return isRandom(token, 20) && /^[\w-]{20,256}$/.test(token)
      ? { from, to: from + firstAt, kind: 'token' }
      : undefined;
  }
  // A user name contains no slash; a colon with a number and a slash is a port and a path.
  if (slash !== -1 && slash < colon) return undefined;
  const password = run.slice(colon + 1);
  if (/^\d{1,5}(?:[/?#]|$)/.test(password)) return undefined;
  const at = lastUserinfoAt(password);
  if (at <= 0 || isMarked(password, 0) || /^(?:\*+|x{3,}|\$\{?\w+\}?|<\w+>)$/i.test(password.slice(0, at)))
    return undefined;
  return { from: from + colon + 1, to: from + colon + 1 + at, kind: 'connection-string-password' };
}

/** Finds the last `@` with a host after it, and outside a path or query. A password may contain `@`, `/`, `?` and `#`. */
function lastUserinfoAt(password: string): number {
  const first = password.indexOf('@');
  // After a complete host with port or path, an `@` belongs to the path.
  let at = first;
  for (let next = password.indexOf('@', at + 1); next !== -1; next = password.indexOf('@', next + 1)) {
    const between = password.slice(at + 1, next);
    if (/^[A-Za-z0-9._-]+(?::\d{1,5})?[/?#]/.test(between) && /[.:]/.test(between.split(/[/?#]/)[0] ?? '')) break;
    at = next;
  }
  return at !== -1 && host.test(password.slice(at + 1)) ? at : -1;
}

/** The forms of Go's MySQL driver and Oracle's thin driver. */
function driverForms(text: string): string {
  return text
    .replaceAll(
      /(?<![\w/:[])([\w.-]{1,64}:)(?!\[redacted:)([^\s@"'\\:/]{1,128})(?=@(?:tcp|unix)\()/g,
      '$1[redacted:connection-string-password]',
    )
    .replaceAll(
      /(\b(?:thin|oci8?):[\w$#]{1,64}\/)(?!\[redacted:)([^\s@"'\\/]{1,128})(?=@)/gi,
      '$1[redacted:connection-string-password]',
    );
}

function keysInPaths(text: string): string {
  return text
    .replaceAll(
      /(hooks\.slack(?:-gov)?\.com\/(?:services|workflows|triggers)\/)[A-Za-z0-9/_-]{8,}/g,
      '$1[redacted:token]',
    )
    .replaceAll(/(discord(?:app)?\.com\/api\/(?:v\d{1,2}\/)?webhooks\/\d{15,22}\/)[\w-]{40,}/g, '$1[redacted:token]')
    .replaceAll(/(\/(?:file\/)?bot\d{6,12}:)[\w-]{30,}/g, '$1[redacted:token]')
    .replaceAll(/([?&;]code=)([^\s&"'\\#]{20,})/gi, (all, name: string, value: string) =>
      isRandom(value, 20) ? `${name}[redacted:token]` : all,
    );
}
