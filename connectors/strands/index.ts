export { ModelConfig, withKeys, withoutKeys } from './config.ts';
export { parsePrompt } from './prompts.ts';
export { noReasoner, strandsReasoner } from './reasoner.ts';
export { recordingModels, replayingModels } from './tape.ts';
