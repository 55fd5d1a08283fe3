// Where the repository is: constructs read the state machine, the functions' folders and the configuration from it.
import { join } from 'node:path';

export const root = join(import.meta.dirname, '..');
