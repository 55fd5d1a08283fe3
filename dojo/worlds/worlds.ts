// Composes worlds: the same incident under transformations that must not change the answer. Deterministic by seed, scenario and place.
import { otherOrder, vendorNotices } from './bystanders.ts';
import { noCallGraph, wrongCallGraph } from './calls.ts';
import { crowded, innocentDeploy, olderFault } from './crowd.ts';
import { noEvents, silentEvents, silentStatus } from './kubernetes.ts';
import { halfLog, otherTimes, skewedClocks } from './logs.ts';
import { otherMetrics } from './metrics.ts';
import { noisyPage, pageOfApplication, pageOfNamespace } from './pages.ts';
import { type Random, randomOf } from './random.ts';
import type { Recording } from './recording.ts';
import { renamed } from './renaming.ts';
import type { Transformation } from './transformation.ts';
import { otherWording } from './wordings.ts';

/** In the order in which a world applies them: what reads a recording's own words comes first, new names last. */
export const transformations: readonly Transformation[] = [
  otherWording,
  noEvents,
  silentStatus,
  silentEvents,
  noCallGraph,
  wrongCallGraph,
  pageOfApplication,
  pageOfNamespace,
  noisyPage,
  vendorNotices,
  innocentDeploy,
  olderFault,
  crowded,
  otherMetrics,
  halfLog,
  skewedClocks,
  otherTimes,
  otherOrder,
  renamed,
];

export interface World {
  readonly id: string;
  readonly recording: Recording;
  /** Names of the applied transformations. */
  readonly applied: readonly string[];
  readonly leaves: 'same' | 'less';
}

/** Fewest and most transformations of one world. */
const perWorld = [3, 5] as const;

/** `count` worlds of one recording. The transformations are dealt like cards, so that the worlds together have as many of them as they can. */
export function worldsOf(recording: Recording, seed: string, count: number): readonly World[] {
  const random = randomOf(`${seed}/${recording.about.id}`);
  const fitting = transformations.filter((one) => one.apply(recording, randomOf('try')).kind === 'applied');
  const deck: Transformation[] = [];
  return Array.from({ length: count }, (_, place) => {
    const hand = dealt(deck, fitting, random);
    return composed(recording, hand, `${recording.about.id}.w${place + 1}`, random);
  });
}

/** The next cards, at most one of those that exclude each other. Fills the deck when it is empty. */
function dealt(deck: Transformation[], fitting: readonly Transformation[], random: Random): readonly Transformation[] {
  const hand: Transformation[] = [];
  const fits = (one: Transformation): boolean =>
    !hand.includes(one) && (one.oneOf === undefined || hand.every(({ oneOf }) => oneOf !== one.oneOf));
  const size = random.int(...perWorld);
  for (let filled = 0; hand.length < size && filled < 2; ) {
    const place = deck.findIndex(fits);
    const [next] = place < 0 ? [] : deck.splice(place, 1);
    if (next !== undefined) hand.push(next);
    else {
      filled += 1;
      deck.push(...random.shuffled(fitting));
    }
  }
  return hand;
}

function composed(recording: Recording, hand: readonly Transformation[], id: string, random: Random): World {
  let world: World = { id, recording, applied: [], leaves: 'same' };
  for (const one of transformations.filter((each) => hand.includes(each))) {
    const outcome = one.apply(world.recording, random);
    if (outcome.kind === 'does-not-apply') continue;
    world = {
      id,
      recording: outcome.recording,
      applied: [...world.applied, one.name],
      leaves: world.leaves === 'less' ? 'less' : outcome.leaves,
    };
  }
  return { ...world, recording: { ...world.recording, about: { ...world.recording.about, id } } };
}
