// Runs the conversation as an agent of AgentCore Runtime (lib/conversation-host.ts): the function's own handler on port 8080.
import { serveInvocations } from '../invocations.ts';
import { here } from './handler.ts';

// The SDK's clients need this variable, and the service does not promise to set it.
process.env.AWS_REGION ??= process.env.STAGE_REGION;

const served = await serveInvocations(here, { host: '0.0.0.0', port: Number(process.env.PORT ?? 8080) });
process.once('SIGTERM', () => void served.close().then(() => process.exit(0)));
