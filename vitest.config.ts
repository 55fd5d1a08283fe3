import { defineConfig } from 'vitest/config';

// The processes of tests, and those that they start, share what Node made of the files that they load.
process.env.NODE_COMPILE_CACHE ??= new URL('node_modules/.cache/node', import.meta.url).pathname;

// Two projects: what runs everywhere with nothing but Node and npm, and what needs a real part (emulator, browser, servers).
export default defineConfig({
  test: {
    projects: [
      {
        test: {
          name: 'unit',
          // Files share a process and the modules that it loaded: no test changes a module, and each closes and restores what it used.
          isolate: false,
          // Most wait for a process, a disk or a clock now and then, so that none needs a processor of its own.
          maxWorkers: '100%',
          restoreMocks: true,
          unstubEnvs: true,
          include: ['test/**/*.test.ts'],
          exclude: ['test/deploy/**', 'test/browser/**', 'test/real/**', 'test/fixtures/**'],
          setupFiles: ['test/setup/properties.ts'],
          testTimeout: 30_000,
          // Cases of the contract of sources wait for time limits; they wait together.
          maxConcurrency: 80,
          hookTimeout: 60_000,
        },
      },
      { test: { name: 'deploy', include: ['test/deploy/**/*.test.ts'], testTimeout: 600_000, hookTimeout: 600_000 } },
      { test: { name: 'browser', include: ['test/browser/**/*.test.ts'], testTimeout: 120_000, hookTimeout: 120_000 } },
      {
        test: {
          name: 'real',
          include: ['test/real/**/*.test.ts'],
          setupFiles: ['test/setup/properties.ts'],
          testTimeout: 300_000,
          hookTimeout: 600_000,
        },
      },
    ],
  },
});
