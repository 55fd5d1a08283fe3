// Signs that nothing of ours was changed: a vendor's status feed, and words of the alert that name a cause which comes by itself. They
// make every change less likely; they are no proof.
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
    'the alert speaks of an expired certificate',
  ],
  [
    /no such host|name resolution|nxdomain|enotfound|servfail|getaddrinfo|\bdns\b/i,
    'dns-failure',
    'the alert speaks of names that do not resolve',
  ],
  [
    /traffic (?:surge|spike)|surge (?:of|in) (?:traffic|requests)|request rate (?:above|spike)|flash sale/i,
    'traffic-surge',
    'the alert speaks of more traffic than usual',
  ],
  [/no space left|disk (?:is )?(?:full|usage)|enospc/i, 'disk-full', 'the alert speaks of a full disk'],
];

/** `feeds` are those of the incident's window; what is operational says nothing. */
export function outsideSigns(misbehaviour: string, feeds: readonly VendorStatus[]): readonly OutsideSign[] {
  const said = bySelf.flatMap(([words, cause, text]) => (words.test(misbehaviour) ? [{ cause, text }] : []));
  const ours = stemsOf(misbehaviour);
  const troubled = feeds
    .filter((feed) => feed.state === 'degraded' || feed.state === 'outage')
    .map((status) => ({
      status,
      shared: shortWords(status.text).filter((word) => ours.has(word) || shortWords(misbehaviour).includes(word)),
    }))
    .filter(({ shared }) => shared.length > 0)
    .sort((a, b) => b.shared.length - a.shared.length);
  return [
    ...said,
    ...troubled.map(
      ({ status }): OutsideSign => ({
        cause: vendorCause(status),
        text: `the status feed of ${nameOf(status)} says ${status.state}`,
        status,
      }),
    ),
  ];
}

/** Stems, and short upper-case names such as S3, SQS or DNS that stems leave out. */
const shortWords = (text: string): string[] => [
  ...stemsOf(text).keys(),
  ...(text.match(/\b[A-Z][A-Z0-9]{1,5}\b/g) ?? []).map((word) => word.toLowerCase()),
];

const vendorCause = (status: VendorStatus): CauseCode =>
  /\bdns\b|name ?resol|resolver|nameserver|servfail/i.test(status.text) ? 'dns-failure' : 'vendor-outage';

/** What a feed says, where its text is JSON as some providers give it. */
export function feedText(status: VendorStatus): string {
  let fields: unknown;
  try {
    fields = JSON.parse(status.text);
  } catch {
    return status.text;
  }
  if (typeof fields !== 'object' || fields === null) return status.text;
  const said = ['service', 'region', 'title', 'detail', 'description', 'message'].flatMap((key) => {
    const value: unknown = Reflect.get(fields, key);
    return typeof value === 'string' ? [value] : [];
  });
  return said.length > 0 ? said.join('. ') : status.text;
}

const nameOf = (status: VendorStatus): string => (status.provider === 'unknown' ? 'a provider' : status.provider);
