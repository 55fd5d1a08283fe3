// Does what people request with a page by PagerDuty's REST API v2 (https://developer.pagerduty.com/api-reference): POST /incidents/{id}/snooze,
// PUT /incidents/{id} with assignments, POST /incidents/{id}/responder_requests, GET /incident_workflows, POST /incident_workflows/{id}/instances.
// A write is sent once: without an answer it is not known whether it was done.
import * as z from 'zod';
import type { Named, PageRequestKind } from '../../core/model/page-request.ts';
import type { PageRequests } from '../../core/ports/channels.ts';
import { clean, shorten } from '../../core/text.ts';
import { type PagerDutyConfig, pagerDutyClient } from './client.ts';

const id = z.string().regex(/^[A-Za-z0-9-]{3,40}$/);
const Users = z.looseObject({ users: z.array(z.looseObject({ id, name: z.string() })) });
const User = z.looseObject({ user: z.looseObject({ id, name: z.string() }) });
const Workflows = z.looseObject({
  incident_workflows: z.array(z.looseObject({ id, name: z.string(), is_enabled: z.boolean().nullish() })),
});
const Incident = z.looseObject({
  incident: z.looseObject({
    status: z.string(),
    assignments: z.array(z.looseObject({ assignee: z.looseObject({ id: z.string() }) })).nullish(),
  }),
});
const most = 10;
const idOfPerson = /^P[A-Z0-9]{5,20}$/;

export function pagerDutyRequests(config: PagerDutyConfig): Pick<PageRequests, 'can' | 'find' | 'carryOut'> {
  const { token, fromEmail } = config;
  const base = (config.baseUrl ?? 'https://api.pagerduty.com').replace(/\/+$/, '');
  const send = pagerDutyClient(config);
  const post = (path: string, body: unknown, method = 'POST') =>
    send(`${base}${path}`, { method, body: JSON.stringify(body) });
  const gap = (reason: string) => ({ kind: 'gap' as const, gap: { source: 'pagerduty', reason } });
  const strange = gap('PagerDuty answered with something else than what was asked.');
  const can: ReadonlySet<PageRequestKind> = new Set(
    token && fromEmail ? (['acknowledge', 'snooze', 'reassign', 'responder', 'workflow'] as const) : [],
  );

  async function people(words: string) {
    if (idOfPerson.test(words)) {
      const got = await send(`${base}/users/${words}`);
      if (got.kind === 'failed') return gap(got.why);
      const read = User.safeParse(got.body);
      return read.success ? listed([read.data.user]) : strange;
    }
    const got = await send(`${base}/users?${new URLSearchParams({ query: words, limit: String(most) })}`);
    if (got.kind === 'failed') return gap(got.why);
    const read = Users.safeParse(got.body);
    return read.success ? listed(read.data.users) : strange;
  }

  async function workflows(words: string) {
    const got = await send(`${base}/incident_workflows?${new URLSearchParams({ limit: '100' })}`);
    if (got.kind === 'failed') return gap(got.why);
    const read = Workflows.safeParse(got.body);
    if (!read.success) return strange;
    const wanted = words.toLowerCase().split(/\s+/).filter(Boolean);
    const enabled = read.data.incident_workflows.filter((one) => one.is_enabled !== false);
    return listed(
      enabled.filter((one) => one.id === words || wanted.every((word) => one.name.toLowerCase().includes(word))),
    );
  }

  const listed = (found: readonly Named[]) => ({
    kind: 'data' as const,
    found: found.slice(0, most).map((one) => ({ id: one.id, name: shorten(clean(one.name), 100) })),
  });

  async function requester(): Promise<string | undefined> {
    const got = await send(`${base}/users?${new URLSearchParams({ query: fromEmail ?? '', limit: '2' })}`);
    const users = got.kind === 'body' ? Users.safeParse(got.body).data?.users : undefined;
    return users?.length === 1 ? users[0]?.id : undefined;
  }

  return {
    can,
    find: (what, words) => (what === 'person' ? people(words) : workflows(words)),
    async carryOut(request, { sourceId, comment }) {
      if (!can.has(request.kind)) return { kind: 'failed', why: 'No PagerDuty token and sender are configured.' };
      const path = `/incidents/${encodeURIComponent(sourceId)}`;
      const incident = { type: 'incident_reference' };
      switch (request.kind) {
        case 'acknowledge':
          return outcome(
            await post(path, { incident: { ...incident, status: 'acknowledged' } }, 'PUT'),
            (body) => Incident.safeParse(body).data?.incident.status === 'acknowledged',
            'PagerDuty says that it is acknowledged.',
          );
        case 'snooze':
          return outcome(
            await post(`${path}/snooze`, { duration: request.seconds }),
            (body) => Incident.safeParse(body).data?.incident.status === 'acknowledged',
            'PagerDuty notifies nobody about it until then.',
          );
        case 'reassign': {
          const assignee = { id: request.to.id, type: 'user_reference' };
          return outcome(
            await post(path, { incident: { ...incident, assignments: [{ assignee }] } }, 'PUT'),
            (body) =>
              Incident.safeParse(body).data?.incident.assignments?.some((one) => one.assignee.id === request.to.id) ??
              false,
            `PagerDuty says that ${request.to.name} has it.`,
          );
        }
        case 'responder': {
          const requester_id = await requester();
          if (requester_id === undefined)
            return {
              kind: 'failed',
              why: 'PagerDuty has no single user with the configured sender address. Nothing was sent.',
            };
          const target = { id: request.to.id, type: 'user_reference' };
          return outcome(
            await post(`${path}/responder_requests`, {
              requester_id,
              message: shorten(comment, 500),
              responder_request_targets: [{ responder_request_target: target }],
            }),
            (body) => z.looseObject({ responder_request: z.looseObject({}) }).safeParse(body).success,
            `PagerDuty notifies ${request.to.name}.`,
          );
        }
        case 'workflow':
          return outcome(
            await post(`/incident_workflows/${encodeURIComponent(request.to.id)}/instances`, {
              incident_workflow_instance: { incident: { id: sourceId, type: 'incident_reference' } },
            }),
            (body) => z.looseObject({ incident_workflow_instance: z.looseObject({}) }).safeParse(body).success,
            'PagerDuty runs it.',
          );
        case 'silence':
          return { kind: 'failed', why: 'PagerDuty has no silences.' };
      }
    },
  };
}

type Outcome = Awaited<ReturnType<PageRequests['carryOut']>>;

/** Done only if the answer shows it. */
function outcome(
  got: Awaited<ReturnType<ReturnType<typeof pagerDutyClient>>>,
  shows: (body: unknown) => boolean,
  detail: string,
): Outcome {
  if (got.kind === 'failed') return { kind: got.unanswered ? 'unknown' : 'failed', why: got.why };
  return shows(got.body)
    ? { kind: 'done', detail }
    : { kind: 'unknown', why: 'PagerDuty accepted the request, but its answer does not show the result.' };
}
