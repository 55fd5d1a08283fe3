// Reads who is on call (REST API v2: GET /services/{id} gives the escalation policy, GET /oncalls the people of policies now). Read only.
import * as z from 'zod';
import type { OnCallPerson, OnCallSchedules } from '../../core/ports/channels.ts';
import { clean, shorten } from '../../core/text.ts';
import { boundedText, parsedJson } from '../body.ts';

const maxBytes = 2 * 1024 * 1024;
const maxServices = 5;
const limit = 100;
/** The longest list that an answer uses. */
const maxPeople = 30;

const Service = z.looseObject({
  service: z.looseObject({ escalation_policy: z.looseObject({ id: z.string().regex(/^[A-Z0-9]{3,30}$/) }) }),
});
const OnCalls = z.looseObject({
  oncalls: z.array(
    z.looseObject({
      escalation_level: z.number().int().min(1).max(1000),
      escalation_policy: z.looseObject({ summary: z.string().nullish() }).nullish(),
      schedule: z.looseObject({ summary: z.string().nullish() }).nullish(),
      user: z.looseObject({ summary: z.string().nullish(), name: z.string().nullish() }).nullish(),
      end: z.string().nullish(),
    }),
  ),
  more: z.boolean().nullish(),
});

const refusals: Readonly<Record<number, string>> = {
  401: 'PagerDuty does not accept the token.',
  403: 'The PagerDuty token may not read who is on call.',
  404: 'PagerDuty does not know this service.',
  429: 'PagerDuty asks to be asked less often.',
};

export interface OnCallConfig {
  /** Absent, every call is a gap that says so. */
  readonly token?: (() => Promise<string>) | undefined;
  readonly baseUrl?: string | undefined;
  readonly timeoutMs?: number | undefined;
}

export function pagerDutyOnCall({
  token,
  baseUrl = 'https://api.pagerduty.com',
  timeoutMs = 4000,
}: OnCallConfig): OnCallSchedules {
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'pagerduty', reason } });
  const get = async (path: string): Promise<{ readonly body: unknown } | { readonly why: string }> => {
    try {
      const response = await fetch(`${baseUrl.replace(/\/+$/, '')}${path}`, {
        redirect: 'error',
        headers: {
          authorization: `Token token=${(await token?.())?.trim()}`,
          accept: 'application/vnd.pagerduty+json;version=2',
        },
        signal: AbortSignal.timeout(timeoutMs),
      });
      if (!response.ok)
        return { why: refusals[response.status] ?? `PagerDuty answered with status ${response.status}.` };
      const text = await boundedText(response, maxBytes);
      return { body: text === undefined ? undefined : parsedJson(text) };
    } catch {
      return { why: 'PagerDuty did not answer.' };
    }
  };
  return {
    async now(serviceIds) {
      if (token === undefined) return gap('no PagerDuty token is configured here.');
      const policies = new Set<string>();
      for (const id of serviceIds.slice(0, maxServices)) {
        const got = await get(`/services/${encodeURIComponent(id)}`);
        if ('why' in got) return gap(got.why);
        const read = Service.safeParse(got.body);
        if (!read.success) return gap('PagerDuty answered with something that is no service.');
        policies.add(read.data.service.escalation_policy.id);
      }
      if (policies.size === 0) return { kind: 'data', people: [] };
      const query = new URLSearchParams({ limit: String(limit) });
      for (const id of policies) query.append('escalation_policy_ids[]', id);
      const got = await get(`/oncalls?${query}`);
      if ('why' in got) return gap(got.why);
      const read = OnCalls.safeParse(got.body);
      if (!read.success) return gap('PagerDuty answered with something that is no list of people on call.');
      return { kind: 'data', people: peopleIn(read.data) };
    },
  };
}

/** One entry for a person at a level, the longest shift of several. */
function peopleIn({ oncalls }: z.infer<typeof OnCalls>): OnCallPerson[] {
  const people = new Map<string, OnCallPerson>();
  for (const { escalation_level: level, escalation_policy: policy, schedule, user, end } of oncalls) {
    const name = textOf(user?.summary ?? user?.name);
    if (name === '') continue;
    const until =
      end !== null && end !== undefined && Number.isFinite(Date.parse(end)) ? new Date(end).toISOString() : undefined;
    const one: OnCallPerson = {
      name,
      level,
      policy: textOf(policy?.summary) || 'escalation policy without a name',
      ...(textOf(schedule?.summary) === '' ? {} : { schedule: textOf(schedule?.summary) }),
      ...(until === undefined ? {} : { until }),
    };
    const key = `${level} ${one.policy} ${name}`;
    const known = people.get(key);
    if (known === undefined || (known.until !== undefined && (until === undefined || until > known.until)))
      people.set(key, one);
  }
  return [...people.values()].sort((a, b) => a.level - b.level || a.name.localeCompare(b.name)).slice(0, maxPeople);
}

const textOf = (text: string | null | undefined): string => shorten(clean(text ?? ''), 120).trim();
