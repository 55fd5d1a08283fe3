// Copies a recorded incident under other names, so that each of many concurrent incidents has a target of its own.
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const recording = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;

/** Writes the incident of a failed CronJob to `folder`, with `job` in place of the recorded name and `pageId` in place of the page's id. */
export function copyRecording(folder: string, job: string, pageId: string): void {
  cpSync(recording, folder, { recursive: true });
  const rename = (path: string): void => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path)) rename(join(path, name));
      return;
    }
    const text = readFileSync(path, 'utf8').replaceAll('nightly-invoices', job).replaceAll('QCRONJOB1', pageId);
    writeFileSync(path, text);
  };
  rename(folder);
}
