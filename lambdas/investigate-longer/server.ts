// Runs long investigations as an agent of AgentCore Runtime (lib/agent-host.ts). An invocation begins one and is answered at once; /ping says that the
// session is busy until it ends.
import { Logger } from '@aws-lambda-powertools/logger';
import { longSessions } from '../../core/diagnosis/long/sessions.ts';
import { InvalidInput } from '../../core/errors.ts';
import { LongJob } from '../../core/model/long-investigation.ts';
import { chat, clock, evidence, heartbeats, incidents, reasoner, specialistClient, workflow } from '../compose.ts';
import { handling } from '../handle.ts';
import { serveInvocations } from '../invocations.ts';

// The SDK's clients need this variable, and the service does not promise to set it.
process.env.AWS_REGION ??= process.env.STAGE_REGION;

/** A job holds the state of an execution, at most 256 KiB, and little more. */
const maxBytes = 400_000;

const logger = new Logger({ serviceName: 'watchkeeper' });
const sessions = longSessions(
  {
    chat: chat(),
    clock: clock(),
    evidence: evidence(),
    heartbeats: heartbeats(),
    incidents: incidents(),
    reasoner: reasoner(),
    specialistClient: specialistClient(),
    workflow: workflow(),
  },
  { onTrouble: (error) => logger.warn('the session', { reason: error instanceof Error ? error.message : '' }) },
);
const begin = handling('long-investigation', LongJob, async (job) => ({ status: sessions.start(job) }));

const served = await serveInvocations(
  async (event, context, session) => {
    // A session works on its own incident alone.
    const own = LongJob.pick({ session: true }).safeParse(event).data?.session;
    if (session !== undefined && own !== undefined && session !== own)
      throw new InvalidInput('The job is of another session.');
    return begin(event, context);
  },
  {
    host: process.env.HOST ?? '0.0.0.0',
    port: Number(process.env.PORT ?? 8080),
    maxBytes,
    background: sessions.running,
  },
);
process.once(
  'SIGTERM',
  () =>
    void sessions
      .close()
      .then(() => served.close())
      .then(() => process.exit(0)),
);
