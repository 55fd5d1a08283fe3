// Causes about images that cannot be pulled.
import { words } from './aliases.ts';
import { byHand, type CauseEntry } from './cause.ts';
import { observed, observedSince } from './checks.ts';
import { broken, serving } from './effects.ts';

const image = {
  group: 'image',
  kind: 'state',
  canComeOfChange: true,
  explains: ['application-crash'],
  explainsInside: [],
  strikesMany: false,
  onset: 'timely',
  needsWorkload: false,
  effects: { own: broken, callers: serving, reaches: 'if-seen', callees: ['traffic-drop'], inside: [] },
  nextStep: ({ it, orRollBack }) => `Correct the image, its registry or its pull secret of ${it}${orRollBack}`,
  prevention: (it) => `Have the pipeline of ${it} check that image, tag and pull secret exist before it rolls out.`,
} as const satisfies Partial<CauseEntry>;

export const imageCauses = {
  'image-not-found': {
    ...image,
    title: 'Image or tag does not exist',
    confirms: 'ErrImagePull with "not found" or "manifest unknown"',
    rulesOut: [
      { observation: 'a node has pulled the same image since', check: observed('image-pulled') },
      { observation: 'the same image runs elsewhere', check: observed('image-runs-elsewhere') },
    ],
    depth: 'root',
    aliases: [words.image, ['tag', 'image name']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it', 'is-down'],
  },
  'image-registry-unreachable': {
    ...image,
    title: 'Image registry cannot be reached',
    confirms: 'pull fails with "no such host", refused or timeout',
    rulesOut: [{ observation: 'other images of the registry are pulled', check: observedSince('registry-answers') }],
    depth: 'root',
    aliases: [words.image, ['registry']],
    obstacles: ['registry-gives-no-image'],
  },
  'image-registry-rate-limit': {
    ...image,
    title: 'Image registry limits the pulls',
    confirms: 'pull fails with "toomanyrequests", 429 or "pull QPS exceeded"',
    rulesOut: [byHand('other nodes pull from the registry')],
    depth: 'root',
    aliases: [words.image],
    obstacles: ['registry-gives-no-image', 'is-down'],
    nextStep: () =>
      `Wait for the registry's limit to pass or pull with credentials that have a higher one, and look who else pulls`,
  },
  'image-architecture': {
    ...image,
    title: 'Image is built for another processor',
    confirms: 'exec format error, or "no match for platform in manifest"',
    rulesOut: [{ observation: 'all of its pods are available', check: observed('all-pods-available') }],
    depth: 'root',
    explains: ['application-crash', 'command-invalid', 'liveness-probe', 'readiness-probe'],
    aliases: [['architecture', 'exec format error', 'arm64', 'amd64'], words.image],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it', 'is-down'],
    nextStep: ({ it, orRollBack }) => `Build the image of ${it} for the processors of its nodes${orRollBack}`,
    prevention: (it) =>
      `Build the image of ${it} for every architecture of the nodes, and start it once in the pipeline.`,
  },
  'image-pull-secret-missing': {
    ...image,
    title: 'Pull secret missing or wrong',
    confirms: 'pull fails with "unauthorized" or FailedToRetrieveImagePullSecret',
    rulesOut: [byHand('pull fails with "not found" and anonymous pulls work')],
    depth: 'root',
    aliases: [words.image, ['pull secret']],
    obstacles: ['next-run-meets-it', 'new-pods-meet-it'],
  },
} as const satisfies Record<string, CauseEntry>;
