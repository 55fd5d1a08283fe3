import { spawn } from 'node:child_process';
import { chmodSync, mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { type Disk, folderDisk, memoryDisk } from '../../../local/runtime/files.ts';
import { lockFolder } from '../../../local/runtime/lock.ts';

function folder(): string {
  const made = mkdtempSync(join(tmpdir(), 'watchkeeper-'));
  onTestFinished(() => rmSync(made, { recursive: true, force: true }));
  return made;
}

describe.each<[string, () => Disk]>([
  ['a folder', () => folderDisk(folder())],
  ['memory', memoryDisk],
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
    await disk.write('taken/inside', 'x');
    await expect(disk.write('taken', 'y')).rejects.toThrow('taken could not be written');
    expect(readdirSync(root).filter((name) => name.startsWith('taken.'))).toEqual([]);
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
