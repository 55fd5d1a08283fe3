// Stores approvals. One item holds the question, its state and the task token; one conditional write decides it. Only the caller that returns the
// answer to the workflow receives the token.
import * as z from 'zod';
import { Approval } from '../../core/model/action.ts';
import type { ApprovalStore } from '../../core/ports/records.ts';
import { type Key, stored, type Table } from './table.ts';

const approvalKey = (id: string): Key => ({ pk: `APPROVAL#${id}`, sk: 'APPROVAL' });
const ApprovalItem = z.object({ approval: Approval, taskToken: z.string().optional() });
const Pointer = z.object({ approvalId: z.string() });
const state = { '#state': 'state' };

export function approvalStore(table: Table): ApprovalStore {
  const read = async (id: string) => {
    const item = await table.get(approvalKey(id));
    return item && stored(ApprovalItem, item);
  };

  const decide: ApprovalStore['decide'] = async (id, decision) => {
    const item = await read(id);
    if (!item) return { kind: 'not-found' };
    const { approval, taskToken } = item;
    switch (approval.state) {
      case 'decided':
        return { kind: 'already', approval, taskToken };
      case 'expired':
      case 'withdrawn':
        return { kind: 'expired', approval };
      case 'pending': {
        if (Date.parse(approval.expiresAt) <= Date.parse(decision.at)) return { kind: 'expired', approval };
        const next = answered(approval, decision);
        if (next === undefined) return { kind: 'counted', approval, again: true };
        const won = await table.update(
          approvalKey(id),
          { expression: 'SET approval = :next', values: { ':next': next } },
          {
            // The condition: meanwhile nobody has decided, no approval was counted, and the question has no new token.
            expression: 'approval.#state = :pending AND taskToken = :token AND size(approval.approvedBy) = :count',
            names: state,
            values: { ':pending': 'pending', ':token': taskToken ?? '', ':count': approval.approvedBy.length },
          },
        );
        if (!won) return decide(id, decision);
        return next.state === 'decided'
          ? { kind: 'decided', approval: next, taskToken: taskToken ?? '' }
          : { kind: 'counted', approval: next, again: false };
      }
    }
  };

  const withdraw: ApprovalStore['withdraw'] = async (id, { why, at }) => {
    const item = await read(id);
    if (item?.approval.state !== 'pending') return { kind: 'not-pending' };
    const { approval, taskToken } = item;
    const next = { ...approval, state: 'withdrawn', withdrawnWhy: why, withdrawnAt: at } as const;
    const won = await table.update(
      approvalKey(id),
      { expression: 'SET approval = :next', values: { ':next': next } },
      {
        expression: 'approval.#state = :pending AND taskToken = :token AND size(approval.approvedBy) = :count',
        names: state,
        values: { ':pending': 'pending', ':token': taskToken ?? '', ':count': approval.approvedBy.length },
      },
    );
    return won ? { kind: 'withdrawn', approval: next, taskToken: taskToken ?? '' } : withdraw(id, { why, at });
  };

  return {
    decide,
    withdraw,

    async request(approval, taskToken) {
      const pointer = { pk: `INCIDENT#${approval.incidentId}`, sk: `APPROVAL#${approval.id}`, approvalId: approval.id };
      await table.put(pointer);
      const item = { ...approvalKey(approval.id), approval, taskToken };
      if (await table.put(item, { expression: 'attribute_not_exists(pk)' })) return approval;
      await table.update(
        approvalKey(approval.id),
        { expression: 'SET taskToken = :token', values: { ':token': taskToken } },
        { expression: 'approval.#state = :pending', names: state, values: { ':pending': 'pending' } },
      );
      return (await read(approval.id))?.approval ?? approval;
    },

    async get(id) {
      return (await read(id))?.approval;
    },

    async ofIncident(incidentId) {
      const pointers = await table.query(`INCIDENT#${incidentId}`, 'APPROVAL#');
      const items = await Promise.all(pointers.map((pointer) => read(stored(Pointer, pointer).approvalId)));
      return items
        .flatMap((item) => (item ? [item.approval] : []))
        .sort((a, b) => a.requestedAt.localeCompare(b.requestedAt));
    },

    async delivered(id) {
      await table.update(approvalKey(id), { expression: 'REMOVE taskToken' }, { expression: 'attribute_exists(pk)' });
    },

    async stop(id, stopped) {
      const first = await table.update(
        approvalKey(id),
        { expression: 'SET approval.stopped = :stopped', values: { ':stopped': stopped } },
        {
          expression: 'approval.#state = :decided AND attribute_not_exists(approval.stopped)',
          names: state,
          values: { ':decided': 'decided' },
        },
      );
      return { approval: (await read(id))?.approval, first: Boolean(first) };
    },

    async expire(id) {
      await table.update(
        approvalKey(id),
        {
          expression: 'SET approval.#state = :expired REMOVE taskToken',
          names: state,
          values: { ':expired': 'expired' },
        },
        { expression: 'approval.#state = :pending', values: { ':pending': 'pending' } },
      );
    },
  };
}

/** The result of one answer to a pending approval: decided, or counted if it needs more approvers; undefined if this person has approved before. */
function answered(
  approval: Extract<Approval, { state: 'pending' }>,
  { verdict, by, at }: Parameters<ApprovalStore['decide']>[1],
): Extract<Approval, { state: 'pending' | 'decided' }> | undefined {
  const decided = { ...approval, state: 'decided', verdict, decidedBy: by, decidedAt: at } as const;
  // People approved the way back with the plan, so the word of one of them is enough.
  if (verdict === 'reject' || verdict === 'take-back') return decided;
  if (approval.approvedBy.some((one) => one.by === by)) return undefined;
  const approvedBy = [...approval.approvedBy, { by, at }];
  if (approvedBy.length < approval.approvers) return { ...approval, approvedBy };
  // If an approval needs several people, the last one alone cannot teach a preference.
  return { ...decided, verdict: approval.approvers > 1 ? 'approve' : verdict, approvedBy };
}
