import { describe, expect, it } from 'vitest';
import { readPageOptions, readStartOptions } from '../../local/options.ts';

describe('npm start', () => {
  it('needs no options', () => {
    expect(readStartOptions([])).toEqual({
      kind: 'run',
      options: {
        scenarios: [],
        config: undefined,
        port: 4747,
        data: undefined,
        demo: true,
        once: false,
        record: false,
      },
    });
  });

  it('takes what its help lists', () => {
    expect(
      readStartOptions(['--scenario', 'a', '--scenario', 'b', '--port', '0', '--data', 'd', '--no-demo', '--once']),
    ).toEqual({
      kind: 'run',
      options: { scenarios: ['a', 'b'], config: undefined, port: 0, data: 'd', demo: false, once: true, record: false },
    });
    expect(readStartOptions(['--help'])).toEqual({ kind: 'help' });
  });

  it.each([
    [['--scenaro', 'x'], "Unknown option '--scenaro'. `npm start -- --help` lists the options."],
    [['x'], "Unexpected argument 'x'"],
    [['--port', '70000'], '--port takes a number from 0 to 65535, not "70000".'],
    [['--port', 'x'], '--port takes a number from 0 to 65535, not "x".'],
    [['--config'], "Option '--config <value>' argument missing"],
    [['--config', 'c', '--scenario', 's'], 'Choose --scenario (a recorded world) or --config (a real one), not both.'],
  ])('says in one sentence what is wrong with %j', (args, sentence) => {
    expect(() => readStartOptions(args)).toThrow(sentence);
    expect(() => readStartOptions(args)).toThrow(expect.objectContaining({ code: 'Misconfigured' }));
  });
});

describe('npm run page', () => {
  it('takes what its help lists', () => {
    expect(readPageOptions(['--vary', '--scenario', 's'])).toEqual({
      kind: 'run',
      options: {
        scenario: 's',
        port: undefined,
        data: '.data',
        vary: true,
        ping: false,
        url: undefined,
        own: undefined,
      },
    });
    expect(readPageOptions(['--ping', '--url', 'https://x/pagerduty'])).toMatchObject({
      options: { ping: true, url: 'https://x/pagerduty' },
    });
    expect(() => readPageOptions(['--url', 'https://x'])).toThrow('Only --ping accepts --url');
    expect(() => readPageOptions(['--ping', '--url', 'x'])).toThrow('--url is an address');
    expect(readPageOptions(['--title', ' t ', '--service', 's'])).toMatchObject({
      options: { own: { title: 't', service: 's', cluster: undefined } },
    });
    expect(() => readPageOptions(['--service', 's'])).toThrow('needs a title');
    expect(() => readPageOptions(['--title', 't', '--vary'])).toThrow('excludes');
    expect(() => readPageOptions(['--verbose'])).toThrow("Unknown option '--verbose'.");
  });
});
