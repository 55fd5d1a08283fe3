// Fetches gitleaks through the Go module proxy: its published rules, and its program for comparisons. Only this module needs Go.
import { execFileSync } from 'node:child_process';
import { existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import * as z from 'zod';

export const gitleaksVersion = 'v8.30.1';
const module = `github.com/zricethezav/gitleaks/v8@${gitleaksVersion}`;

/** The folder of its source. Throws if Go is not installed. */
export function gitleaksModule(): string {
  const answer: unknown = JSON.parse(
    execFileSync('go', ['mod', 'download', '-json', module], { encoding: 'utf8', cwd: tmpdir() }),
  );
  return z.object({ Dir: z.string() }).parse(answer).Dir;
}

/** The program, built once into the cache; undefined if Go is not installed. */
export function builtGitleaks(): string | undefined {
  const folder = fileURLToPath(new URL(`../.cache/gitleaks-${gitleaksVersion}`, import.meta.url));
  const program = join(folder, 'gitleaks');
  if (existsSync(program)) return program;
  mkdirSync(folder, { recursive: true });
  try {
    execFileSync('go', ['install', module], { env: { ...process.env, GOBIN: folder }, stdio: 'ignore' });
  } catch {
    return undefined;
  }
  return existsSync(program) ? program : undefined;
}

const Found = z.array(z.object({ File: z.string(), Secret: z.string() }));

/** The secrets that it finds in each text, by the text's index in the list. */
export function gitleaksFinds(program: string, texts: readonly string[]): ReadonlyMap<number, readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'watchkeeper-gitleaks-'));
  try {
    mkdirSync(join(folder, 'lines'));
    for (const [index, text] of texts.entries()) writeFileSync(join(folder, 'lines', `${index}.txt`), text);
    const report = join(folder, 'report.json');
    execFileSync(program, ['dir', join(folder, 'lines'), '--report-path', report, '--exit-code', '0', '--no-banner'], {
      stdio: 'ignore',
    });
    const found = new Map<number, string[]>();
    for (const { File, Secret } of Found.parse(JSON.parse(readFileSync(report, 'utf8')))) {
      const index = Number(/(\d+)\.txt$/.exec(File)?.[1]);
      found.set(index, [...(found.get(index) ?? []), Secret]);
    }
    return found;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
