// The paged service among its neighbours: who calls it, what it calls, and the path to the problem.
import type { CallView } from '../../core/console/incident-calls.ts';
import { CallDrawing } from './call-drawing.tsx';

export const Calls = ({ calls: { sizes, path } }: { readonly calls: CallView }) => (
  <section class="calls" aria-labelledby="calls-title">
    <h3 id="calls-title">Calls</h3>
    <CallDrawing
      sizes={sizes}
      label={path === undefined ? 'The calls of the paged service' : `The failing path: ${path}`}
      legend={[
        ['bad', 'the path to the cause'],
        ['unknown', 'another call of the paged service'],
      ]}
    />
    {path === undefined ? undefined : <p class="meta">The failing path: {path}</p>}
  </section>
);
