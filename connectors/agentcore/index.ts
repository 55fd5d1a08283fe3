export { agentCoreLongRunner } from './long-runner.ts';
export { agentCoreMemory, noMemory } from './memory.ts';
export { type AgentRuntime, agentRuntime } from './runtime.ts';
