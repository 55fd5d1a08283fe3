// The address of what is shown: the hash holds the id of an incident. Other anchors, such as the skip link's, choose nothing.
import { useEffect, useState } from 'preact/hooks';
import type { IncidentRow } from '../../core/console/incident-list.ts';
import { get } from './api.ts';

const incidentInHash = (): string | undefined => (/^#inc-/.test(location.hash) ? location.hash.slice(1) : undefined);

/** The incident that the address names; an anchor that names none changes nothing. */
export function useRoute(): string | undefined {
  const [id, setId] = useState(incidentInHash);
  useEffect(() => {
    const follow = () => setId((before) => incidentInHash() ?? before);
    addEventListener('hashchange', follow);
    return () => removeEventListener('hashchange', follow);
  }, []);
  return id;
}

const tries = 40;
const pauseMs = 150;

/** Opens the incident of a source as soon as it is on record. */
export async function openIncidentOf(sourceId: string): Promise<void> {
  for (let attempt = 0; attempt < tries; attempt += 1) {
    const { incidents } = await get<{ incidents: readonly IncidentRow[] }>('/incidents');
    const found = incidents.find((incident) => incident.sourceId === sourceId);
    if (found !== undefined) {
      location.hash = found.id;
      return;
    }
    await new Promise((resolve) => setTimeout(resolve, pauseMs));
  }
}
