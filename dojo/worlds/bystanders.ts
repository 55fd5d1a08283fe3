// Things of no account beside the incident that need no cluster: vendors' notices, and another order of what was written down.
import type { Json } from './json.ts';
import type { Random } from './random.ts';
import type { Recording } from './recording.ts';
import { applied, instant, minute, nowOf, type Transformation, withObjects } from './transformation.ts';

const vendors = ['Example Mail', 'Example Maps', 'Example Payments Sandbox', 'Example Video'];

export const vendorNotices: Transformation = {
  name: 'vendor-notices',
  about: 'vendors that have nothing to do with it are well, or were not days ago',
  apply(recording, random) {
    const now = nowOf(recording);
    const notices = vendors.map((provider, place) => ({
      provider,
      at: instant(now - (place === 0 ? random.int(2, 6) * 1440 : random.int(5, 300)) * minute),
      state: 'operational',
      text: place === 0 ? 'Resolved: delayed deliveries of last week.' : 'All systems operational.',
    }));
    const known = recording.others.get('status.json');
    const status: Json = [...(Array.isArray(known) ? known : []), ...notices];
    return applied({ ...recording, others: new Map([...recording.others, ['status.json', status]]) });
  },
};

export const otherOrder: Transformation = {
  name: 'other-order',
  about: 'objects, series, changes and calls stand in another order',
  apply(recording: Recording, random: Random) {
    const { signals, changes, dependencies } = recording;
    return applied({
      ...withObjects(recording, (objects) => random.shuffled(objects)),
      signals: signals && random.shuffled(signals),
      changes: changes && random.shuffled(changes),
      dependencies: dependencies && random.shuffled(dependencies),
    });
  },
};
