// The list of pods that an approval shows, as one parameter of an action: "namespace/name@uid", separated by spaces. An executor evicts only pods of
// this list, so that a pod that appears after the approval is not touched. Pure.
import * as z from 'zod';
import type { KubernetesObject } from '../model/telemetry.ts';

export interface ShownPod {
  readonly namespace: string;
  readonly name: string;
  /** The first characters of the uid. */
  readonly uid: string;
}

/** More pods than this nobody reads before an approval. */
export const maxShownPods = 40;
const uidLength = 8;
const one = /^([a-z0-9-]{1,63})\/([a-z0-9.-]{1,253})@([0-9A-Za-z-]{1,36})$/;

export const shownPods = (pods: readonly KubernetesObject[]): string =>
  pods
    .map(({ metadata }) => `${metadata.namespace}/${metadata.name}@${String(metadata.uid ?? '').slice(0, uidLength)}`)
    .join(' ');

/** Undefined if an entry is malformed, or if there is none or too many. */
export function parseShownPods(text: string): ShownPod[] | undefined {
  const parts = text.split(' ').filter((part) => part !== '');
  if (parts.length === 0 || parts.length > maxShownPods) return undefined;
  const pods = parts.map((part) => one.exec(part));
  return pods.every((match) => match !== null)
    ? pods.map((match) => ({ namespace: match?.[1] ?? '', name: match?.[2] ?? '', uid: match?.[3] ?? '' }))
    : undefined;
}

export const ShownPods = z.string().refine((text) => parseShownPods(text) !== undefined, 'No list of pods.');
