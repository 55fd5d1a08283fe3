// Lets a HorizontalPodAutoscaler scale again in the directions in which it is disabled, and disables them again.
import * as z from 'zod';
import { annotated, type Call, changed, keysOf, Meta, type Outcome, read, targetOf } from './call.ts';

const Rules = z.looseObject({ selectPolicy: z.string().nullish() }).nullish();
const Autoscaler = z.looseObject({
  metadata: Meta,
  spec: z.looseObject({ behavior: z.looseObject({ scaleUp: Rules, scaleDown: Rules }).nullish() }),
});

/** The default of `selectPolicy` (https://kubernetes.io/docs/reference/kubernetes-api/autoscaling/horizontal-pod-autoscaler-v2/). */
const enabled = 'Max';

export async function enableAutoscaler(call: Call): Promise<Outcome> {
  const { namespace, name } = targetOf(call);
  const path = `apis/autoscaling/v2/namespaces/${namespace}/horizontalpodautoscalers/${name}`;
  const found = await read(call, path, Autoscaler);
  if (found.kind === 'refused') return found;
  const { metadata, spec } = found.object;
  const undoing = call.action.parameters.undo === true;
  const word = undoing ? 'disabled' : 'enabled';
  if (keysOf(metadata).includes(call.key)) return { kind: 'already-done', detail: `It was ${word} before.` };
  const [from, to] = undoing ? [enabled, 'Disabled'] : ['Disabled', enabled];
  const fields = fieldsOf(String(call.action.parameters.direction));
  const odd = fields.find((field) => (spec.behavior?.[field]?.selectPolicy ?? enabled) !== from);
  if (odd !== undefined || fields.length === 0)
    return { kind: 'refused', why: `HorizontalPodAutoscaler ${name} is not as it was when this was planned.` };
  const patch = [
    ...fields.flatMap((field) => {
      const at = `/spec/behavior/${field}/selectPolicy`;
      return [
        { op: 'test', path: at, value: from },
        { op: 'replace', path: at, value: to },
      ];
    }),
    annotated(metadata, call),
  ];
  return changed(
    call,
    path,
    patch,
    `HorizontalPodAutoscaler ${name} is ${word} to scale ${call.action.parameters.direction}.`,
  );
}

function fieldsOf(direction: string): ('scaleUp' | 'scaleDown')[] {
  if (direction === 'up and down') return ['scaleUp', 'scaleDown'];
  return direction === 'up' ? ['scaleUp'] : direction === 'down' ? ['scaleDown'] : [];
}
