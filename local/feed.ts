// Publishes stored events to watchers: the terminal, the console's event stream, a test that waits. The ports publish an event only after storing
// it, so a watcher never sees an event that is not on record. The feed stores nothing.
import { EventEmitter } from 'node:events';
import type { Approval, Preference } from '../core/model/action.ts';
import type { Incident } from '../core/model/incident.ts';
import type { LevelRow } from '../core/model/levels.ts';
import type { Message } from '../core/model/message.ts';
import type { TimelineEntry } from '../core/model/timeline.ts';
import type { Chat } from '../core/ports/channels.ts';
import type { LevelStore } from '../core/ports/levels.ts';
import type { ApprovalStore, IncidentStore, PreferenceStore } from '../core/ports/records.ts';

export type FeedEvent =
  | { readonly kind: 'timeline'; readonly entry: TimelineEntry }
  | { readonly kind: 'incident'; readonly incident: Incident }
  | { readonly kind: 'message'; readonly message: Message }
  | { readonly kind: 'approval'; readonly approval: Approval }
  | { readonly kind: 'preference'; readonly preference: Preference }
  | { readonly kind: 'level'; readonly row: LevelRow };

export interface Feed {
  publish(event: FeedEvent): void;
  /** Returns a function that ends the subscription. */
  watch(listener: (event: FeedEvent) => void): () => void;
}

export function feed(): Feed {
  const emitter = new EventEmitter();
  emitter.setMaxListeners(0);
  return {
    publish: (event) => void emitter.emit('event', event),
    watch(listener) {
      emitter.on('event', listener);
      return () => emitter.off('event', listener);
    },
  };
}

export function observedIncidents(store: IncidentStore, { publish }: Feed): IncidentStore {
  return {
    ...store,
    async open(incident) {
      const opened = await store.open(incident);
      publish({ kind: 'incident', incident: opened.incident });
      return opened;
    },
    async update(id, patch) {
      const incident = await store.update(id, patch);
      if (incident) publish({ kind: 'incident', incident });
      return incident;
    },
    async turn(id, status) {
      const incident = await store.turn(id, status);
      if (incident) publish({ kind: 'incident', incident });
      return incident;
    },
    async join(id, membership, facts) {
      const joined = await store.join(id, membership, facts);
      const incident = joined === 'joined' ? await store.get(id) : undefined;
      if (incident) publish({ kind: 'incident', incident });
      return joined;
    },
    async leave(id, apart, execution) {
      const left = await store.leave(id, apart, execution);
      if (left) publish({ kind: 'incident', incident: left });
      return left;
    },
    async takeOver(incident, by) {
      const taken = await store.takeOver(incident, by);
      if (taken) publish({ kind: 'incident', incident: taken });
      return taken;
    },
    async abandon(id, execution) {
      const abandoned = await store.abandon(id, execution);
      const incident = abandoned ? await store.get(id) : undefined;
      if (incident) publish({ kind: 'incident', incident });
      return abandoned;
    },
    async append(entry) {
      await store.append(entry);
      publish({ kind: 'timeline', entry });
    },
    async saveDiagnosis(incidentId, diagnosis) {
      await store.saveDiagnosis(incidentId, diagnosis);
      const incident = await store.get(incidentId);
      if (incident) publish({ kind: 'incident', incident });
    },
  };
}

export function observedApprovals(store: ApprovalStore, { publish }: Feed): ApprovalStore {
  return {
    ...store,
    async request(approval, taskToken) {
      const stored = await store.request(approval, taskToken);
      publish({ kind: 'approval', approval: stored });
      return stored;
    },
    async decide(id, decision) {
      const decided = await store.decide(id, decision);
      if (decided.kind === 'decided' || decided.kind === 'expired')
        publish({ kind: 'approval', approval: decided.approval });
      return decided;
    },
    async withdraw(id, withdrawal) {
      const withdrawn = await store.withdraw(id, withdrawal);
      if (withdrawn.kind === 'withdrawn') publish({ kind: 'approval', approval: withdrawn.approval });
      return withdrawn;
    },
    async expire(id) {
      await store.expire(id);
      const approval = await store.get(id);
      if (approval) publish({ kind: 'approval', approval });
    },
  };
}

export function observedPreferences(store: PreferenceStore, { publish }: Feed): PreferenceStore {
  const publishPreference = async (id: string) => {
    const preference = await store.get(id);
    if (preference) publish({ kind: 'preference', preference });
  };
  return {
    ...store,
    async teach(preference) {
      await store.teach(preference);
      publish({ kind: 'preference', preference });
    },
    async use(id, incidentId, at) {
      const used = await store.use(id, incidentId, at);
      await publishPreference(id);
      return used;
    },
    async setState(id, state, reason) {
      await store.setState(id, state, reason);
      await publishPreference(id);
    },
  };
}

export const observedLevels = (store: LevelStore, { publish }: Feed): LevelStore => ({
  ...store,
  async writeCase(one) {
    const written = await store.writeCase(one);
    if (written) publish({ kind: 'level', row: one.row });
    return written;
  },
  async writeEarned(one) {
    const written = await store.writeEarned(one);
    if (written) publish({ kind: 'level', row: one.row });
    return written;
  },
});

export const observedChat = (chat: Chat, { publish }: Feed): Chat => ({
  async publish(message) {
    await chat.publish(message);
    publish({ kind: 'message', message });
  },
});
