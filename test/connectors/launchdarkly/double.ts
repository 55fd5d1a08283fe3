// A double of LaunchDarkly's audit log, written from the API reference (launchdarkly.com/docs/api/audit-log/get-audit-log-entries) and its section on
// rate limits (launchdarkly.com/docs/api#rate-limiting): at most 20 entries a page, newest first, `before` and `after` exclusive in epoch
// milliseconds, filtered by a resource specifier; 401 for a wrong token, 403 for one without the right, 429 with Retry-After or X-Ratelimit-Reset.
import { type Answer, serve } from '../../server.ts';

export interface Logged {
  readonly id: string;
  readonly at: string;
  readonly resource?: string;
  readonly action?: string;
  readonly over?: object;
}

interface Options {
  /** Answers of the first requests, in place of the log. */
  readonly first?: readonly Answer[];
}

export const launchDarklyDouble = (log: readonly Logged[], { first = [] }: Options = {}) => {
  const before = [...first];
  return serve(({ path, headers }) => {
    if (headers.authorization !== 'api-1') return { status: 401, body: '{"message":"<script>"}' };
    const other = before.shift();
    if (other !== undefined) return other;
    const address = new URL(path, 'http://x');
    if (address.pathname !== '/api/v2/auditlog') return { status: 404 };
    const number = (name: string) => Number(address.searchParams.get(name));
    const limit = number('limit');
    if (limit < 1 || limit > 20) return { status: 400, body: '{"code":"invalid_request"}' };
    const spec = new RegExp(
      `^${(address.searchParams.get('spec') ?? '')
        .split('*')
        .map((part) => part.replaceAll(/[^\w/:-]/g, ''))
        .join('[^:]*')}`,
    );
    const items = log
      .filter(({ at }) => Date.parse(at) > number('after') && Date.parse(at) < number('before'))
      .filter(({ resource = flag }) => spec.test(resource))
      .toSorted((a, b) => b.at.localeCompare(a.at))
      .slice(0, limit)
      .map(entryOf);
    return { body: JSON.stringify({ items, _links: { self: { href: '/api/v2/auditlog' } } }) };
  });
};

export const flag = 'proj/shop:env/production:flag/new-pricing;team-a,orders';

const entryOf = ({ id, at, resource = flag, action = 'updateOn', over = {} }: Logged) => ({
  _links: { self: { href: `/api/v2/auditlog/${id}`, type: 'application/json' } },
  _id: id,
  _accountId: '1234a56b7c89d012345e678f',
  date: Date.parse(at),
  accesses: [{ action, resource }],
  kind: 'flag',
  name: 'New pricing',
  description: '* Turned on the flag',
  shortDescription: '',
  comment: '',
  member: { _id: '507f1f77bcf86cd799439011', email: 'ariel@acme.com', firstName: 'Ariel', lastName: 'Flores' },
  titleVerb: 'turned on the flag',
  ...over,
});
