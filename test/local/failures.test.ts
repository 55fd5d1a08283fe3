// What breaks around an incident, through the whole of the runtime: nothing is lost, and somebody is told.
import { describe, expect, it, onTestFinished } from 'vitest';
import { Unavailable } from '../../core/errors.ts';
import { answerApproval } from '../../core/remediation/answer.ts';
import { recordedWorld } from '../../local/compose.ts';
import { vary } from '../../local/paging.ts';
import { type Hooks, type Runtime, startRuntime } from '../../local/runtime/index.ts';

const scenario = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;

async function started(hooks: Hooks, port?: number): Promise<{ runtime: Runtime; page: string; trouble: string[] }> {
  const trouble: string[] = [];
  const runtime = await startRuntime({
    makeWorld: recordedWorld([scenario]),
    hooks,
    onTrouble: (sentence) => trouble.push(sentence),
    ...(port === undefined ? {} : { port }),
  });
  onTestFinished(() => runtime.close());
  const page = vary(runtime.world.pages[0]!.body, new Date(), () => runtime.ports.ids.next());
  return { runtime, page, trouble };
}

const askedFor = async (runtime: Runtime, sourceId: string) => {
  const incident = await runtime.waitForIncident(sourceId, 'asked');
  const approval = (await runtime.ports.approvals.ofIncident(incident.id))[0]!;
  return { incident, approval };
};

describe('when the disk is full', () => {
  it('a page is not accepted, so that it is sent again, and then it is', async () => {
    let full = true;
    const { runtime, page } = await started(
      {
        disk: (disk) => ({
          ...disk,
          write: (name, content) =>
            full && name.startsWith('bus/')
              ? Promise.reject(new Unavailable('The disk is full.'))
              : disk.write(name, content),
        }),
      },
      0,
    );
    await expect(runtime.sendPage(page)).rejects.toThrow('did not accept the page (HTTP 503)');
    full = false;
    const { sourceId } = await runtime.sendPage(page);
    expect((await runtime.waitForIncident(sourceId, 'asked')).status).toBe('awaiting-approval');
  });

  it('an answer is not acknowledged, and giving it again works', async () => {
    let full = false;
    const { runtime, page } = await started({
      disk: (disk) => ({
        ...disk,
        write: (name, content) =>
          full && name.startsWith('executions/')
            ? Promise.reject(new Unavailable('The disk is full.'))
            : disk.write(name, content),
      }),
    });
    const { sourceId } = await runtime.sendPage(page);
    const { approval } = await askedFor(runtime, sourceId);
    const yes = () => answerApproval({ approvalId: approval.id, verdict: 'approve', by: 'ada' }, runtime.ports);
    full = true;
    await expect(yes()).rejects.toThrow(Unavailable);
    full = false;
    expect((await yes()).kind).toBe('already');
    expect((await runtime.waitForIncident(sourceId, 'ended')).status).toBe('closed');
  });
});

describe('a question', () => {
  it('that nobody answers expires: nothing is done, the incident ends, a late answer is told so', async () => {
    const { runtime, page } = await started({
      invoke: async (name, payload, call) => {
        const answer = (await call(name, payload)) as { decision?: object };
        return name === 'decide'
          ? { ...answer, decision: { ...answer.decision, expiresInSeconds: 2, remindInSeconds: 1, lastSeconds: 1 } }
          : answer;
      },
    });
    const { sourceId } = await runtime.sendPage(page);
    const { incident, approval } = await askedFor(runtime, sourceId);
    expect((await runtime.waitForIncident(sourceId, 'ended')).status).toBe('closed');
    const late = await answerApproval({ approvalId: approval.id, verdict: 'approve', by: 'ada' }, runtime.ports);
    expect(late.kind).toBe('expired');
    const timeline = await runtime.ports.incidents.timeline(incident.id);
    expect(timeline.map((entry) => entry.kind)).not.toContain('action');
    expect(timeline.map((entry) => entry.text).join('\n')).toContain('Nobody has answered yet: Rerun CronJob');
  });

  it('takes one answer, whoever comes second is told of the first', async () => {
    const { runtime, page } = await started({});
    const { sourceId } = await runtime.sendPage(page);
    const { approval } = await askedFor(runtime, sourceId);
    const answers = await Promise.all(
      (['ada', 'bob'] as const).map((by) =>
        answerApproval({ approvalId: approval.id, verdict: by === 'ada' ? 'approve' : 'reject', by }, runtime.ports),
      ),
    );
    expect(answers.map(({ kind }) => kind).sort()).toEqual(['already', 'decided']);
    expect((await runtime.waitForIncident(sourceId, 'ended')).status).toBe('closed');
  });
});

describe('a specialist', () => {
  it('that fails is a gap of the diagnosis', async () => {
    const { runtime, page } = await started({
      invoke: (name, payload, call) => {
        if (name === 'specialist-metrics') throw new Unavailable('The metrics are away.');
        return call(name, payload);
      },
    });
    const { sourceId } = await runtime.sendPage(page);
    const { id } = await runtime.waitForIncident(sourceId, 'asked');
    const diagnosis = await runtime.ports.incidents.diagnosis(id);
    expect(diagnosis?.gaps.map((gap) => gap.source)).toContain('metrics');
    const told = (await runtime.ports.incidents.timeline(id)).find(({ actor }) => actor === 'metrics');
    expect(told).toMatchObject({ step: 'Investigate', kind: 'gap', text: 'This specialist did not answer.' });
    expect(diagnosis?.hypotheses[0]?.entity).toMatchObject({ kind: 'CronJob', name: 'nightly-invoices' });
  });

  it('whose report cannot be filed is heard all the same', async () => {
    const { runtime, page } = await started({
      invoke: (name, payload, call) => {
        if (name === 'file-report') throw new TypeError('The function was never deployed.');
        return call(name, payload);
      },
    });
    const { sourceId } = await runtime.sendPage(page);
    const { id } = await runtime.waitForIncident(sourceId, 'asked');
    const diagnosis = await runtime.ports.incidents.diagnosis(id);
    expect(diagnosis?.hypotheses[0]?.entity).toMatchObject({ kind: 'CronJob', name: 'nightly-invoices' });
  });

  it('that answers with what is no report is a gap too', async () => {
    const { runtime, page } = await started({
      invoke: async (name, payload, call) => (name === 'specialist-logs' ? { lies: true } : call(name, payload)),
    });
    const { sourceId } = await runtime.sendPage(page);
    const { id, status } = await runtime.waitForIncident(sourceId, 'asked');
    expect(status).toBe('awaiting-approval');
    const diagnosis = await runtime.ports.incidents.diagnosis(id);
    expect(diagnosis?.gaps).toContainEqual({
      source: 'logs',
      reason: 'Its report did not fit the schema and was dropped.',
    });
  });
});

describe('what was taught', () => {
  it('is obeyed for the same error of another night, and the timeline says why', async () => {
    const { runtime, page } = await started({});
    const first = await runtime.sendPage(page);
    const { approval } = await askedFor(runtime, first.sourceId);
    await answerApproval({ approvalId: approval.id, verdict: 'approve-and-remember', by: 'ada' }, runtime.ports);
    await runtime.waitForIncident(first.sourceId, 'ended');
    const second = await runtime.pages.send('cronjob-nightly-invoices', { vary: true });
    const incident = await runtime.waitForIncident(second.sourceId, 'ended');
    expect(incident.status).toBe('closed');
    expect(await runtime.ports.approvals.ofIncident(incident.id)).toEqual([]);
    const timeline = await runtime.ports.incidents.timeline(incident.id);
    expect(timeline.find((entry) => entry.kind === 'decision')?.text).toContain('ada');
    expect(timeline.map((entry) => entry.kind)).toContain('action');
  });
});
