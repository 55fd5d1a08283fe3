export { agentCoreLongRunner } from './long-runner.ts';
export { agentCoreMemory } from './memory.ts';
export { noMemory } from './none.ts';
export { type AgentRuntime, agentRuntime } from './runtime.ts';
