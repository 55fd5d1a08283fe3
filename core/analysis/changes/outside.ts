// Finds signs that the cause is not a change of ours: a vendor's status feed, and alert words that name a cause which needs no change. These signs
// make every change less likely; they prove nothing.
import type { CauseCode } from '../../causes/causes.ts';
import type { VendorStatus } from '../../model/telemetry.ts';
import { stemsOf } from './words.ts';

export interface OutsideSign {
  readonly cause: CauseCode;
  /** One clause for people. */
  readonly text: string;
  readonly status?: VendorStatus | undefined;
}

const bySelf: readonly (readonly [words: RegExp, cause: CauseCode, text: string])[] = [
  [
    /certificate (?:has |is )?expired|x509|expired certificate/i,
    'certificate-expired',
    'the alert mentions an expired certificate',
  ],
  [
    /no such host|name resolution|nxdomain|enotfound|servfail|getaddrinfo|\bdns\b/i,
    'dns-failure',
    'the alert mentions names that do not resolve',
  ],
  [
    /traffic (?:surge|spike)|surge (?:of|in) (?:traffic|requests)|request rate (?:above|spike)|flash sale/i,
    'traffic-surge',
    'the alert mentions more traffic than usual',
  ],
  [
    /\b(?:provider|vendor|partner|third.party)\b.{0,60}(?:\b429\b|\b50[234]\b|quota|unavailable|outage)|(?:\b429\b|\b50[234]\b|quota|unavailable|outage).{0,60}\b(?:provider|vendor|partner|third.party)\b/i,
    'vendor-outage',
    'the alert speaks of an answer from outside',
  ],
  [/no space left|disk (?:is )?(?:full|usage)|enospc/i, 'disk-full', 'the alert mentions a full disk'],
];

/** `feeds` are the status feeds of the incident's window. Operational feeds give no sign. */
export function outsideSigns(misbehaviour: string, feeds: readonly VendorStatus[]): readonly OutsideSign[] {
  const stated = bySelf.flatMap(([words, cause, text]) => (words.test(misbehaviour) ? [{ cause, text }] : []));
  const alertStems = stemsOf(misbehaviour);
  const troubled = feeds
    // Statements of live pages are read by analysis/vendors.
    .filter(({ kind, state }) => kind === undefined && (state === 'degraded' || state === 'outage'))
    .map((status) => ({
      status,
      shared: shortWords(status.text).filter((word) => alertStems.has(word) || shortWords(misbehaviour).includes(word)),
    }))
    .filter(({ shared }) => shared.length > 0)
    .sort((a, b) => b.shared.length - a.shared.length);
  return [
    ...stated,
    ...troubled.map(
      ({ status }): OutsideSign => ({
        cause: vendorCause(status),
        text: `the status feed of ${nameOf(status)} says ${status.state}`,
        status,
      }),
    ),
  ];
}

/** Stems, plus short upper-case names such as S3, SQS or DNS, which stemming drops. */
const shortWords = (text: string): string[] => [
  ...stemsOf(text).keys(),
  ...(text.match(/\b[A-Z][A-Z0-9]{1,5}\b/g) ?? []).map((word) => word.toLowerCase()),
];

const vendorCause = (status: VendorStatus): CauseCode =>
  /\bdns\b|name ?resol|resolver|nameserver|servfail/i.test(status.text) ? 'dns-failure' : 'vendor-outage';

/** The readable text of a status feed, including feeds whose text is JSON. */
export function feedText(status: VendorStatus): string {
  let fields: unknown;
  try {
    fields = JSON.parse(status.text);
  } catch {
    return status.text;
  }
  if (typeof fields !== 'object' || fields === null) return status.text;
  const texts = ['service', 'region', 'title', 'detail', 'description', 'message'].flatMap((key) => {
    const value: unknown = Reflect.get(fields, key);
    return typeof value === 'string' ? [value] : [];
  });
  return texts.length > 0 ? texts.join('. ') : status.text;
}

const nameOf = (status: VendorStatus): string => (status.provider === 'unknown' ? 'a provider' : status.provider);
