// Copies a recorded incident under other names, so that each of many concurrent incidents has a target of its own.
import { cpSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const recording = new URL('../../scenarios/cronjob-nightly-invoices', import.meta.url).pathname;
const ofDeployment = new URL('../../scenarios/image-pull-failure', import.meta.url).pathname;

/** Writes the incident of a failed CronJob to `folder`, with `job` in place of the recorded name and `pageId` in place of the page's id. */
export function copyRecording(folder: string, job: string, pageId: string): void {
  copy(recording, folder, [
    ['nightly-invoices', job],
    ['QCRONJOB1', pageId],
  ]);
}

/** Writes the incident of a Deployment whose new version cannot be pulled. */
export function copyDeployment(folder: string, deployment: string, pageId: string): void {
  copy(ofDeployment, folder, [
    ['search-api', deployment],
    ['QIMGPULL1', pageId],
    ['watchkeeper-imgpull1', `watchkeeper-${pageId}`],
  ]);
}

function copy(from: string, folder: string, names: readonly (readonly [recorded: string, own: string])[]): void {
  cpSync(from, folder, { recursive: true });
  const rename = (path: string): void => {
    if (statSync(path).isDirectory()) {
      for (const name of readdirSync(path)) rename(join(path, name));
      return;
    }
    writeFileSync(
      path,
      names.reduce((text, [recorded, own]) => text.replaceAll(recorded, own), readFileSync(path, 'utf8')),
    );
  };
  rename(folder);
}
