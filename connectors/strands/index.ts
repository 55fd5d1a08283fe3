export { ModelConfig, withKeys } from './config.ts';
export { parsePrompt } from './prompts.ts';
export { noReasoner, strandsReasoner } from './reasoner.ts';
