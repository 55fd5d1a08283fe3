// The paged service among its neighbours: who calls it, what it calls, and where the problem is.
import type { CallNode, CallView } from '../../core/console/incident-view.ts';
import { linkToService } from './route.ts';

export const Calls = ({ calls: { callers, service, callees } }: { readonly calls: CallView }) => (
  <section class="calls" aria-labelledby="calls-title">
    <h3 id="calls-title">Calls</h3>
    <div class="call-graph">
      <Nodes nodes={callers} label="Callers" />
      <Nodes nodes={[service]} label="The paged service" />
      <Nodes nodes={callees} label="Called services" />
    </div>
    <p class="meta">
      An arrow points from the caller to the called service.
      {[...callers, service, ...callees].some(({ role }) => role === 'cause') ? ' Red: the cause.' : ''}
      {[...callers, ...callees].some(({ role }) => role === 'affected') ? ' Amber: affected.' : ''}
    </p>
  </section>
);

const words = { cause: 'the cause', affected: 'affected' } as const;

const Nodes = ({ nodes, label }: { readonly nodes: readonly CallNode[]; readonly label: string }) =>
  nodes.length === 0 ? null : (
    <ul aria-label={label}>
      {nodes.map(({ name, role }) => (
        <li key={name}>
          <a
            class="call-node"
            data-role={role}
            href={linkToService(name)}
            title={role === undefined ? undefined : words[role]}
          >
            {name}
          </a>
        </li>
      ))}
    </ul>
  );
