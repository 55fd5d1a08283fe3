import { spawn } from 'node:child_process';
import {
  chmodSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import * as z from 'zod';
import { type Disk, folderDisk, memoryDisk, type SetAside } from '../../../local/runtime/files.ts';
import { beganAt, lockFolder } from '../../../local/runtime/lock.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'watchkeeper-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe.each<[string, () => Disk]>([
  ['a folder', () => folderDisk(folder())],
  ['memory', () => memoryDisk()],
])('a disk that is %s', (_, make) => {
  it('reads what was written, lists it and removes it', async () => {
    const disk = make();
    await disk.write('a/one.json', '1');
    await disk.write('a/two.json', '2');
    await disk.write('a/below/three.json', '3');
    await disk.write('a/one.json', 'one');
    expect(await disk.read('a/one.json')).toBe('one');
    expect(await disk.list('a')).toEqual(['a/one.json', 'a/two.json']);
    await disk.remove('a/one.json');
    await disk.remove('a/one.json');
    expect(await disk.read('a/one.json')).toBeUndefined();
    expect(await disk.list('nowhere')).toEqual([]);
  });
});

describe('a folder', () => {
  it('never shows half a file, and leaves no draft behind a failed write', async () => {
    const root = folder();
    writeFileSync(join(root, 'file.json.12345678.tmp'), 'half');
    const disk = folderDisk(root);
    expect(await disk.list('.')).toEqual([]);
    await expect(disk.write('x'.repeat(300), 'y')).rejects.toThrow('could not be written');
    expect(readdirSync(root)).toEqual(['file.json.12345678.tmp']);
  });

  it('sets a folder aside that stands where a file is written, and a file where a folder should be', async () => {
    const root = folder();
    const told: SetAside[] = [];
    const disk = folderDisk(root, (aside) => told.push(aside));
    await disk.write('taken/inside', 'x');
    await disk.write('taken', 'y');
    await disk.write('taken/again', 'z');
    expect(await disk.read('taken/again')).toBe('z');
    expect(told).toMatchObject([
      { name: 'taken', why: 'is a folder where a file should be' },
      { name: 'taken', why: 'is a file where a folder should be' },
    ]);
    expect(readFileSync(join(root, told[0]?.as ?? '', 'inside'), 'utf8')).toBe('x');
    expect(readFileSync(join(root, told[1]?.as ?? ''), 'utf8')).toBe('y');
  });
});

describe.each<[string, (told: SetAside[]) => Disk]>([
  ['a folder', (told) => folderDisk(folder(), (aside) => told.push(aside))],
  ['memory', (told) => memoryDisk((aside) => told.push(aside))],
])('a record on a disk that is %s', (_, make) => {
  it.each([
    ['{"a":1', 'is cut off or no JSON'],
    ['', 'is empty'],
    ['{"a":"one"}', 'is not what the runtime wrote there'],
  ])('is set aside where it is broken: %s', async (content, why) => {
    const told: SetAside[] = [];
    const disk = make(told);
    await disk.write('f/a.json', content);
    await disk.write('f/b.json', '{"a":2}');
    const schema = z.object({ a: z.number() });
    expect(await Promise.all((await disk.list('f')).map((name) => disk.record(name, schema)))).toEqual([
      undefined,
      { a: 2 },
    ]);
    expect(await disk.list('f')).toEqual(['f/b.json']);
    expect(told).toEqual([{ name: 'f/a.json', as: expect.stringMatching(/^f\/a\.json\.bad-\d{8}T\d{9}Z$/), why }]);
    expect(await disk.read(told[0]?.as ?? '')).toBe(content);
  });
});

describe('the lock of a data folder', () => {
  it('refuses a second runtime while the first lives', async () => {
    const data = folder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    writeFileSync(join(data, 'lock'), `${other.pid}\n`);
    expect(() => lockFolder(data)).toThrow(`Another Watchkeeper (process ${other.pid}) works on ${data}.`);
  });

  it('refuses it too where the first says when it began', () => {
    const data = folder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    const began = beganAt(other.pid ?? 0);
    writeFileSync(join(data, 'lock'), JSON.stringify({ pid: other.pid, began }));
    expect(() => lockFolder(data)).toThrow(`Another Watchkeeper (process ${other.pid}) works on ${data}.`);
  });

  it('is taken over where its process id was given to another process since', () => {
    const data = folder();
    const other = spawn(process.execPath, ['-e', 'setInterval(() => {}, 1000)'], { stdio: 'ignore' });
    onTestFinished(() => void other.kill('SIGKILL'));
    writeFileSync(join(data, 'lock'), JSON.stringify({ pid: other.pid, began: 'another boot 1' }));
    lockFolder(data)();
    // Earlier versions wrote the id alone: then the lock was written before the process began.
    writeFileSync(join(data, 'lock'), `${other.pid}\n`);
    const hourAgo = new Date(Date.now() - 3_600_000);
    utimesSync(join(data, 'lock'), hourAgo, hourAgo);
    lockFolder(data)();
    expect(readdirSync(data)).toEqual([]);
  });

  it.each([
    ['garbage', (file: string) => writeFileSync(file, '\u0000\u0001garbage')],
    ['empty', (file: string) => writeFileSync(file, '')],
    ['a folder', (file: string) => mkdirSync(file)],
  ])('is set aside where it is %s', (_, make) => {
    const data = folder();
    make(join(data, 'lock'));
    const told: string[] = [];
    lockFolder(data, (sentence) => told.push(sentence))();
    const [kept, ...more] = readdirSync(data);
    expect([kept, more]).toEqual([expect.stringMatching(/^lock\.bad-/), []]);
    expect(told).toEqual([
      `lock in the data folder names no process: it was set aside as ${kept}, and the rest goes on without it.`,
    ]);
  });

  it('is released by its own process only', () => {
    const data = folder();
    const release = lockFolder(data);
    writeFileSync(join(data, 'lock'), '{"pid":1}');
    release();
    expect(readdirSync(data)).toEqual(['lock']);
  });

  it('is taken over from a process that is gone', async () => {
    const data = folder();
    const gone = spawn(process.execPath, ['-e', '0'], { stdio: 'ignore' });
    await new Promise((resolve) => gone.once('exit', resolve));
    writeFileSync(join(data, 'lock'), `${gone.pid}\n`);
    const release = lockFolder(data);
    release();
    expect(readdirSync(data)).toEqual([]);
  });

  it('says what to do where the folder cannot be written', () => {
    const file = join(folder(), 'file');
    writeFileSync(file, '');
    chmodSync(file, 0o400);
    expect(() => lockFolder(join(file, 'data'))).toThrow('cannot be written. Choose another one with --data.');
  });
});
