// Rules that mask instants in the forms that systems write. A bare date is not masked: a job that fails for another day may fail for another reason.

import { mark } from './marks.ts';
import type { Rule } from './rules.ts';

const months = '(?:Jan|Feb|Mar|Apr|May|Jun|Jul|Aug|Sep|Oct|Nov|Dec)[a-z]{0,6}';
const days = '(?:Mon|Tue|Wed|Thu|Fri|Sat|Sun)[a-z]{0,6}';
const zone = String.raw`(?: ?(?:Z|UTC|GMT|CES?T|[ECMP][SD]T|BST|IST|JST|[+-]\d{2}:?\d{2})(?![A-Za-z]))`;
const clock = String.raw`\d{1,2}:\d{2}:\d{2}(?:[.,:]\d{1,9})?`;
const half = '(?: ?[AP]M)?';
const before = String.raw`(?<![\w./-])`;
const after = String.raw`(?!\w|[.:/-]\d)`;
const at = (...parts: readonly string[]): RegExp => new RegExp(`${before}${parts.join('')}${after}`, 'g');
const time = mark('time');

export const times: readonly Rule[] = [
  // Syslog's header names the process.
  [
    new RegExp(String.raw`^((?:<\d{1,3}>)?${months} [ \d]\d ${clock} [\w.-]{1,253} [\w.@/-]{1,100})\[\d{1,10}\](?=:)`),
    `$1[${mark('process')}]`,
  ],
  // 2026-11-20T02:03:04.512Z, 2026/11/20 02:03:04, 2026-11-20 02:03:04 +0000 UTC m=+0.123
  [
    at(
      String.raw`\d{4}([-/.])\d{2}\1\d{2}(?:[T_ ] ?|, )\d{1,2}:\d{2}(?::\d{2}(?:[.,:]\d{1,9})?)?`,
      `${zone}?(?: UTC)?`,
      String.raw`(?: m=[+-]\d{1,12}\.\d{1,9})?`,
    ),
    time,
  ],
  // An instant in a file name: 2026-11-20T02_03_04_512Z
  [/\d{4}-\d{2}-\d{2}T\d{2}[_-]\d{2}[_-]\d{2}(?:[_.]\d{1,9})?Z?(?![A-Za-z0-9])/g, time],
  // The run id of a DAG.
  [
    /\b((?:scheduled|manual|backfill|(?:dataset|asset)_triggered)__)\d{4}-\d{2}-\d{2}T\d{2}:\d{2}:\d{2}(?:\.\d{1,9})?(?:Z|[+-]\d{2}:\d{2})?(?![\w.:-]\w)/g,
    `$1${time}`,
    '__',
  ],
  // 20261120T020304Z
  [at(String.raw`\d{8}T\d{6}(?:\.\d{1,9})?Z?`), time],
  // 20/Nov/2026:02:03:04 +0000
  [at(String.raw`\d{1,2}/${months}/\d{4}:${clock}`, `${zone}?`), time],
  // Fri Nov 20 02:03:04 2026, Nov 20 02:03:04, Nov 20, 2026 2:03:04 AM
  [at(`(?:${days},? )?${months} {1,2}`, String.raw`\d{1,2},? (?:\d{4},? )?${clock}${half}${zone}?(?: \d{4})?`), time],
  // Fri, 20 Nov 2026 02:03:04 GMT, 20-Nov-2026 02:03:04.123 UTC
  [at(`(?:${days},? )?`, String.raw`\d{1,2}[ -]${months}[ -]\d{2,4}(?:,? |::)${clock}${half}${zone}?`), time],
  // 11/20/2026 2:03:04 AM
  [at(String.raw`\d{1,2}/\d{1,2}/\d{4},? \d{1,2}:\d{2}(?::\d{2}(?:\.\d{1,9})?)?${half}`, `${zone}?`), time],
  // 261120  2:03:04
  [/^\d{6} {1,2}\d{1,2}:\d{2}:\d{2}(?=\s)/g, time],
  // klog: E1120 02:03:04.512345    2601 file.go:12]
  [/^([IWEF])\d{4} \d{2}:\d{2}:\d{2}\.\d{1,9} {1,8}\d{1,10} /g, `$1${time} `],
  // The kernel's seconds since boot.
  [/(^|kernel: )\[ {0,8}\d{1,10}\.\d{6}\]/g, `$1[${time}]`],
  [/\baudit\(\d{1,12}\.\d{1,6}:\d{1,12}\)/g, `audit(${time})`, 'audit('],
  // A time of day is an instant if a logger wrote it or a word says so; elsewhere it may be a limit (00:00:30).
  [/(^|[[(])\d{1,2}:\d{2}:\d{2}(?:[.,]\d{1,9})?(?=[\s\])])/g, `$1${time}`],
  [/(?<![\w:.-])\d{1,2}:\d{2}:\d{2}[.,]\d{1,9}(?![\w:]|\.\d)/g, time],
  [/\b((?:at|since|until|time[=:]) ?"?)\d{1,2}:\d{2}:\d{2}(?![\w:]|\.\d)/gi, `$1${time}`, /\d:\d\d:\d/],
  // Seconds, milliseconds, microseconds or nanoseconds since 1970, if the key says so.
  [/\b((?:ts|time|timestamp|epoch)["']?\s?[=:]\s?["']?)\d{10,19}(?:\.\d{1,9})?(?![\w.])/gi, `$1${time}`],
  [/\bTimestamp\(\d{9,11}, ?\d{1,9}\)/g, `Timestamp(${time})`],
];
