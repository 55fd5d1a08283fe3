// The path of the repository, from which constructs read the state machine, the functions' folders and the configuration.
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
