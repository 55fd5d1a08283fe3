import { existsSync, mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type Browser, chromium, type Page } from 'playwright-core';
import { afterAll, afterEach, beforeAll, beforeEach, expect, test } from 'vitest';
import { recordedWorld } from '../../local/compose.ts';
import { type Runtime, startRuntime } from '../../local/runtime/index.ts';
import { linkFor } from '../signed-in.ts';

// The console as a person uses it: the real runtime, Debian's Chromium, and a look at the screenshots in test-results/. Each test has a
// runtime of its own: a page whose alert is open already joins that incident, which is what one of them is about.

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium';
let data: string;
let runtime: Runtime;
let browser: Browser;
let page: Page;

beforeAll(async () => {
  if (!existsSync(executablePath)) throw new Error(`There is no browser at ${executablePath}; set CHROMIUM_PATH.`);
  mkdirSync('test-results', { recursive: true });
  browser = await chromium.launch({
    executablePath,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
  });
});
afterAll(() => browser?.close());
/** A browser of this person's own. */
async function openAs(name: string, approver = true): Promise<void> {
  await page?.context().close();
  page = await (await browser.newContext({ viewport: { width: 1360, height: 1000 } })).newPage();
  page.on('pageerror', (error) => {
    throw error;
  });
  await page.goto(await linkFor(runtime, name, approver));
  await page.getByText('Live', { exact: true }).waitFor();
}
beforeEach(async () => {
  data = mkdtempSync(join(tmpdir(), 'watchkeeper-browser-'));
  runtime = await startRuntime({
    makeWorld: recordedWorld([new URL('../../scenarios/', import.meta.url).pathname]),
    data,
    port: 0,
    owner: { name: 'ana' },
  });
  await openAs('ana');
});
afterEach(async () => {
  await page?.context().close();
  await runtime?.close();
  rmSync(data, { recursive: true, force: true });
});

/** The id of the incident that is open, '' where none is. */
const shown = async () => {
  const head = page.locator('.incident-head');
  return (await head.count()) === 0 ? '' : (/inc-\w+/.exec(await head.innerText())?.[0] ?? '');
};
const sendPage = async (scenario: string, vary = true) => {
  const before = await page.locator('#incidents li').count();
  const shownBefore = await shown();
  await page.locator('#page-menu > summary').click();
  await page.selectOption('#scenario', scenario);
  await page.setChecked('#vary', vary);
  await page.getByRole('button', { name: 'Send page' }).click();
  await expect.poll(() => page.locator('#incidents li').count(), { timeout: 20_000 }).toBe(before + 1);
  // The new one is opened; until it is, the page still shows the one before.
  await expect.poll(shown, { timeout: 20_000 }).not.toBe(shownBefore);
};
const status = (words: string) => page.locator('.incident-head .status', { hasText: words }).waitFor();
const latest = (says: string | RegExp) => page.locator('.message:last-child', { hasText: says });
/** The width in pixels that the picture has by itself; undefined until it is there. */
const drawnWidth = (place: string) =>
  page.evaluate<number | undefined>(`document.querySelector(${JSON.stringify(place)})?.naturalWidth`);
const timeline = () => page.locator('.timeline').innerText();

test('a page is read, answered, carried out once, and not asked about again until that is revoked', async () => {
  await sendPage('cronjob-nightly-invoices', false);
  await status('Waiting for an answer');
  expect(await page.locator('.lead').innerText()).toContain('nightly-invoices');

  const evidence = page.locator('.hypothesis').first().locator('details.evidence').first();
  await evidence.locator('> summary').click();
  expect(await evidence.locator('pre').first().innerText()).toMatch(/BackoffLimitExceeded|ledger-api/);
  await page.screenshot({ path: 'test-results/console-question.png' });

  await page.getByRole('button', { name: /don't ask again for this exact error/ }).click();
  await status('Recovered');
  expect(await page.locator('.verdict').innerText()).toMatch(/not to be asked again .*by ana/);
  expect(await timeline()).toMatch(/Recovered after/);
  await page.locator('.preference', { hasText: 'rerun-cronjob' }).waitFor();

  await sendPage('cronjob-nightly-invoices');
  await status('Recovered');
  expect(await page.locator('.question').count()).toBe(0);
  expect(await timeline()).toMatch(/Act without asking.*taught by ana/s);

  await page.getByRole('button', { name: 'Revoke' }).click();
  await page.locator('.preference[data-state="revoked"]').waitFor();
});

test('the metric that moved is drawn with its onset', async () => {
  await sendPage('throughput-drop-session-service', false);
  await expect.poll(() => drawnWidth('.figure .chart'), { timeout: 20_000 }).toBe(800);
  const drawn = decodeURIComponent((await page.locator('.figure .chart').getAttribute('src')) ?? '');
  expect(drawn).toMatch(/>moved \d\d:\d\d UTC</);
  expect(await page.locator('.figure figcaption').innerText()).toMatch(/it changed at \d\d:\d\d UTC/);
  await status('Waiting for an answer');
  await page.screenshot({ path: 'test-results/console-light.png' });
});

test('everything can be done with the keyboard', async () => {
  await sendPage('oom-after-deploy', false);
  await status('Waiting for an answer');
  const focused = () => page.evaluate<string | undefined>('document.activeElement?.dataset?.verdict');
  for (let presses = 0; presses < 60 && (await focused()) !== 'reject'; presses += 1) await page.keyboard.press('Tab');
  await page.keyboard.press('Enter');
  await status('Nothing done');
});

test('it reads on a phone and in the dark', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await page.emulateMedia({ colorScheme: 'dark' });
  await sendPage('cronjob-nightly-invoices', false);
  await page.locator('.hypothesis').first().waitFor();
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.screenshot({ path: 'test-results/console-phone-dark.png' });
});

test('what an alert says is shown as text, never as markup', async () => {
  const hostile = '<img src=x onerror="document.title=\'pwned\'"><script>document.title="pwned"</script>';
  const body = JSON.parse(runtime.world.pages.find((one) => one.id === 'image-pull-failure')?.body ?? '{}');
  body.event.id = 'HOSTILE1';
  body.event.data.id = 'QHOSTILE1';
  body.event.data.title = `${hostile} search-api`;
  await runtime.sendPage(JSON.stringify(body));
  await page.locator('#incidents a', { hasText: 'onerror' }).click();
  await page.locator('.incident-head h2', { hasText: '<img src=x' }).waitFor();
  expect(await page.title()).toBe('Watchkeeper');
  expect(await page.locator('.incident-head img').count()).toBe(0);
});

test('a preference is taught in words, kept only once it is confirmed, and the audit has every step', async () => {
  await openAs('ben');
  await sendPage('cronjob-nightly-invoices');
  await status('Waiting for an answer');
  await page.locator('#talk-text').fill("next time you see this exact error, don't ask me, just roll it back");
  await page.getByRole('button', { name: 'Say it' }).click();
  await latest('that is not what you said').waitFor();
  await page.locator('#talk-text').fill("next time you see this exact error, don't ask me, just rerun it, twice a day");
  await page.getByRole('button', { name: 'Say it' }).click();
  await latest('at most 2 times a day').waitFor();
  await page.screenshot({ path: 'test-results/console-teach.png', fullPage: true });
  await latest('at most 2 times a day').getByRole('button', { name: 'Yes' }).click();
  await latest('Remembered.').waitFor();
  await page.locator('.preference', { hasText: 'Taught by ben' }).waitFor();

  await page.goto(`${runtime.url}/console/audit.html`);
  await page.locator('#entries tr', { hasText: 'preference: taught' }).first().waitFor();
  await page.locator('#find').fill('rerun-cronjob');
  await page.locator('#entries details summary').first().click();
  await page.screenshot({ path: 'test-results/audit.png' });
  await page.setViewportSize({ width: 390, height: 844 });
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  const csv = await (await page.request.get(`${runtime.url}${await page.locator('#csv').getAttribute('href')}`)).text();
  expect(csv.split('\r\n')[0]).toContain('at,incident,actor kind,actor');
  expect(csv).toMatch(/preference,taught/);
});

test('the kill switch, thrown at the console, refuses what would have been done', async () => {
  await page.locator('#kill-switch summary').click();
  await page.locator('#kill-switch-why').fill('a migration runs');
  await page.getByRole('button', { name: 'Stop all actions' }).click();
  await page.locator('#kill-switch[data-on="true"]').waitFor();
  await sendPage('oom-after-deploy');
  await status('Nothing done');
  expect(await timeline()).toMatch(/Forbidden by policy kill-switch: The kill switch is on/);
  await page.screenshot({ path: 'test-results/console-killed.png' });
  await page.locator('#kill-switch summary').click();
  await page.locator('#kill-switch-why').fill('it is over');
  await page.getByRole('button', { name: 'Allow actions again' }).click();
  await page.locator('#kill-switch[data-on="false"]').waitFor();
});

test('a question is answered in the console as in the thread, with a picture where one says more', async () => {
  await sendPage('cronjob-nightly-invoices');
  await status('Waiting for an answer');
  const ask = async (text: string, answer: string | RegExp) => {
    await page.locator('#talk-text').fill(text);
    await page.getByRole('button', { name: 'Say it' }).click();
    await latest(answer).waitFor();
  };
  await ask('what was the cost of this account last month?', 'backend-prod (111122223333) cost $');
  await expect.poll(() => drawnWidth('.message:last-child .chart'), { timeout: 20_000 }).toBe(800);
  await page.screenshot({ path: 'test-results/console-cost.png', fullPage: true });
  await ask('show me the logs', 'the most telling first');
  await page.screenshot({ path: 'test-results/console-logs.png', fullPage: true });
  await ask('lunch?', 'I am not sure what you want to know');
  await latest('I am not sure').getByRole('button', { name: 'Why?' }).click();
  await latest('For it:').waitFor();
  await page.screenshot({ path: 'test-results/console-talk.png' });

  // What was said is there for whoever comes later.
  await page.reload();
  await latest('For it:').waitFor();
  await expect.poll(() => page.locator('.message .asked', { hasText: 'lunch?' }).count()).toBe(1);
});

test('without an incident what is said begins one, and its thread is the whole conversation to the end', async () => {
  await page.locator('#talk-about').selectOption('anything');
  await page.locator('#talk-text').fill('status');
  await page.getByRole('button', { name: 'Say it' }).click();
  await latest(/Open incidents|No incident is open/).waitFor();
  const before = await shown();
  await page.locator('#talk-text').fill("what's the issue with nightly-invoices?");
  await page.getByRole('button', { name: 'Say it' }).click();
  await expect.poll(shown, { timeout: 20_000 }).not.toBe(before);
  await page.locator('.message[data-kind="diagnosis"]').waitFor();
});

test('a question is answered in the conversation, and the postmortem draft is opened there', async () => {
  await sendPage('cronjob-nightly-invoices');
  const question = page.locator('.message[data-kind="question"]');
  await question.getByRole('button', { name: 'Approve', exact: true }).click();
  await question.locator('.outcome', { hasText: 'Approved by ana' }).waitFor();
  expect(await question.getByRole('button').count()).toBe(0);
  const closing = page.locator('.message[data-kind="closing"]');
  await closing.locator('.headline', { hasText: '✅ Recovered' }).waitFor();
  await closing.locator('summary', { hasText: 'Postmortem draft' }).click();
  await closing.locator('pre', { hasText: '## ' }).waitFor();
  await page.screenshot({ path: 'test-results/console-thread.png' });
});

test('the link leaves nothing in the address, and whoever has none is told what to do', async () => {
  expect(page.url()).toBe(`${runtime.url}/`);
  expect(await page.locator('#person').innerText()).toBe('ana');
  expect(await page.evaluate('document.cookie')).toBe('');
  await page.screenshot({ path: 'test-results/console-signed-in.png' });
  await page.locator('#person').click();
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.getByRole('heading', { name: 'Watchkeeper does not know you yet' }).waitFor();
  await page.screenshot({ path: 'test-results/console-signed-out.png' });
  const link = await linkFor(runtime, 'cleo');
  await page.goto(link);
  await page.getByText('Live', { exact: true }).waitFor();
  await page.context().clearCookies();
  await page.goto(link);
  await page.getByRole('heading', { name: 'This link does not work any more' }).waitFor();
});

test('what takes two people takes two who signed in', async () => {
  await sendPage('oom-after-deploy');
  await status('Waiting for an answer');
  const approve = () => page.locator('.question').getByRole('button', { name: 'Approve', exact: true }).click();
  await approve();
  await page
    .getByText(/1 of 2 people approved it/)
    .first()
    .waitFor();
  await page.locator('.message[data-kind="question"]', { hasText: '1 of 2 people approved it (ana).' }).waitFor();
  expect(await page.locator('.question').innerText()).toContain('It is for the owner and invited approvers to answer.');
  await openAs('ana');
  await approve();
  await page.getByText(/had approved it before/).waitFor();
  await openAs('ben');
  await approve();
  await status('Recovered');
  await page.locator('.message[data-kind="closing"]', { hasText: 'approved by ana and ben at' }).waitFor();
  // What was next is not next any more.
  expect(await page.locator('.lead').innerText()).not.toContain('Next:');
});

test('the same alert that pages again while it is open stands under the first, until a person says that it is separate', async () => {
  await sendPage('cronjob-nightly-invoices', false);
  await status('Waiting for an answer');
  const leader = await shown();
  await sendPage('cronjob-nightly-invoices');
  await status('Part of another incident');
  await page.locator('#incidents .member-list .status', { hasText: 'Part of another incident' }).waitFor();
  const member = await shown();
  expect(await page.locator('.question').count()).toBe(0);
  const under = page.locator('#incidents > li', { has: page.locator(`> a[href="#${leader}"]`) });
  expect(await under.locator('summary').innerText()).toBe('and one more page');
  await expect.poll(() => under.locator(`.member-list a[href="#${member}"]`).count()).toBe(1);
  await page.getByRole('link', { name: 'Open it' }).click();
  await page.getByRole('heading', { name: 'It answers one more page' }).waitFor();
  await page.screenshot({ path: 'test-results/console-group.png' });

  await page.getByRole('button', { name: 'Separate', exact: true }).click();
  await page.getByRole('heading', { name: 'It answers one more page' }).waitFor({ state: 'detached' });
  await page.locator(`#incidents > li > a[href="#${member}"]`).click();
  await status('Waiting for an answer');
  await expect
    .poll(() => page.locator('.question').getByRole('button', { name: 'Approve', exact: true }).count())
    .toBe(1);
});

test('whoever goes from one incident to another sees only the other one, and the skip link chooses none', async () => {
  await sendPage('throughput-drop-session-service', false);
  await status('Waiting for an answer');
  const first = await shown();
  await sendPage('oom-after-deploy', false);
  await status('Waiting for an answer');
  const second = await shown();
  const toasts = () => page.locator('#toast').innerText();
  // The first one's answers come after the second was chosen.
  await page.route(`**/api/incidents/${first}*`, async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 700));
    await route.continue();
  });
  await page.evaluate(`location.hash = '${first}'`);
  await page.evaluate(`location.hash = '${second}'`);
  await page.waitForResponse((response) => response.url().includes(`/api/incidents/${first}`));
  await page.locator('.incident-head', { hasText: second }).waitFor();
  await page.locator('.message[data-kind="question"]', { hasText: 'Roll Deployment shop/checkout' }).waitFor();
  // The same incident by its address, and the skip link: what was said stays.
  await page.evaluate("location.hash = 'incident'");
  await page.evaluate(`location.hash = '${second}'`);
  await expect.poll(toasts).not.toContain('There is no');
  await expect.poll(() => page.locator('.message[data-kind="question"]').count()).toBe(1);
  expect(await shown()).toBe(second);
});

test('what did not recover is never green in the list or the head, and says who has it', async () => {
  const { incidents } = runtime.ports;
  await sendPage('cronjob-nightly-invoices', false);
  await status('Waiting for an answer');
  await page.locator('.question').getByRole('button', { name: 'Approve', exact: true }).click();
  await status('Recovered');
  const known = (await incidents.list(50)).find(({ outcome }) => outcome === 'recovered');
  if (!known) throw new Error('Nothing has recovered before.');
  await incidents.update(known.id, { outcome: 'needs-person', verified: 'not-recovered' });
  await openAs('ana');
  await page.goto(`${runtime.url}/#${known.id}`);
  await page.reload();
  await status('Not recovered');
  // A look of its own for each tone.
  const colours = await page.evaluate<Record<string, string>>(`Object.fromEntries(['good', 'bad'].map((tone) => {
    const one = document.createElement('p');
    one.className = 'status';
    one.dataset.tone = tone;
    document.body.append(one);
    const { color } = getComputedStyle(one);
    one.remove();
    return [tone, color];
  }))`);
  const colourOf = (place: string) =>
    page.evaluate<string>(`getComputedStyle(document.querySelector(${JSON.stringify(place)})).color`);
  const listed = page.locator(`#incidents a[href="#${known.id}"]`);
  expect(await listed.innerText()).toMatch(
    /not recovered[\s\S]*(?:ana owns it, after approving the action|Nobody \w+ it yet[^.]*)\./i,
  );
  expect(await listed.innerText()).not.toMatch(/closed|over\b/i);
  for (const place of ['.incident-head .status', `#incidents a[href="#${known.id}"] .status`])
    expect([colours.good === colours.bad, await colourOf(place)]).toEqual([false, colours.bad]);
  await page.screenshot({ path: 'test-results/console-not-recovered.png' });
});

test('an incident reads at a glance, its citations open the evidence, and Approve takes two keys', async () => {
  await sendPage('oom-after-deploy', false);
  await status('Waiting for an answer');
  const glance = page.locator('.glance');
  await expect
    .poll(() => glance.innerText())
    .toMatch(/What broke[\s\S]*Deployment shop\/checkout[\s\S]*so far[\s\S]*storefront/);
  expect(await glance.innerText()).toMatch(/Asked of you\s+Roll Deployment shop\/checkout[\s\S]*Done\s+Nothing yet/);

  const first = page.locator('.hypothesis').first().locator('details.evidence').first();
  await first.locator('.source', { hasText: 'kubernetes' }).waitFor();
  await page.locator('.lead .citation').first().click();
  await first.locator('.evidence-body pre').first().waitFor();
  // Its address opens it again, and what is open stays open while the page is read again.
  await page.reload();
  await first.locator('.evidence-body pre').first().waitFor();
  await page.evaluate('document.activeElement.blur()');
  await page.keyboard.press('a');
  const focused = () => page.evaluate<string | undefined>('document.activeElement?.dataset?.verdict');
  expect(await focused()).toBe('approve');
  await page.keyboard.press('Enter');
  await page.locator('.question .count', { hasText: '1 of 2' }).waitFor();
  expect(await focused()).toBe('approve');
  await expect.poll(() => first.locator('.evidence-body').count()).toBe(1);
  await page.screenshot({ path: 'test-results/console-glance.png' });
});

test('incidents are found by words and by state, at an address of their own, and a service has a page', async () => {
  await sendPage('oom-after-deploy', false);
  await status('Waiting for an answer');
  const asks = await shown();
  await sendPage('flag-flip', false);
  await status('Nothing done');
  const rows = page.locator('#incidents > li');
  await page.locator('.filter-summary').click();
  await page.locator('[data-filter="state"]').selectOption('asks');
  await expect.poll(() => rows.count()).toBe(1);
  await page.locator('#search').fill('checkout error');
  await expect.poll(() => page.url()).toMatch(/#inc-\w+\?text=checkout\+error&state=asks$/);
  await page.reload();
  await page.locator(`#incidents a[href^="#${asks}?"]`).click();
  await page.locator('.incident-head', { hasText: asks }).waitFor();
  await page.getByRole('button', { name: 'Show all' }).click();
  await expect.poll(() => rows.count()).toBe(2);

  await page.locator('.incident-head').getByRole('link', { name: 'checkout', exact: true }).click();
  await page.locator('.card', { hasText: 'Changes behind incidents' }).getByText('deploy checkout 7.4.0').waitFor();
  expect(await page.locator('.card', { hasText: 'Catalogue' }).innerText()).toMatch(/Calls\s+cart, payment/);
  await page.screenshot({ path: 'test-results/console-service.png' });
  await page.locator('.card', { hasText: 'Incidents' }).first().getByRole('link').first().click();
  await page.locator('.incident-head', { hasText: asks }).waitFor();
});

test('on a phone the header is one line and the conversation is at hand wherever the page is', async () => {
  await page.setViewportSize({ width: 390, height: 844 });
  await sendPage('cronjob-nightly-invoices', false);
  await status('Waiting for an answer');
  await page.locator('.hypothesis').first().waitFor();
  const height = await page
    .locator('.top')
    .evaluate<number, { offsetHeight: number }>(({ offsetHeight }) => offsetHeight);
  expect(height).toBeLessThanOrEqual(48);
  expect(await page.evaluate('document.documentElement.scrollWidth')).toBeLessThanOrEqual(390);
  await page.evaluate('scrollTo(0, document.body.scrollHeight)');
  await page.locator('#talk-text').fill('why?');
  await page.getByRole('button', { name: 'Say it' }).click();
  await latest('For it:').waitFor();
  // The answer begins within the sheet, however long it is.
  const top = async () => (await latest('For it:').boundingBox())?.y ?? -1;
  await expect.poll(async () => (await top()) > 0 && (await top()) < 700).toBe(true);
  await page.screenshot({ path: 'test-results/console-phone-talk.png' });
  await page.getByRole('button', { name: 'Close the conversation' }).click();
  await latest('For it:').waitFor({ state: 'hidden' });
});

test('an incident is exported, and its postmortem is a page that prints without the rest of the console', async () => {
  await sendPage('flag-flip', false);
  await status('Nothing done');
  const id = await shown();
  await page.locator('#export > summary').click();
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    page.getByRole('link', { name: 'Markdown' }).click(),
  ]);
  expect(download.suggestedFilename()).toBe(`${id}.md`);
  await page.getByRole('link', { name: 'Postmortem draft' }).click();
  await page.locator('.markdown h2', { hasText: 'Postmortem draft' }).waitFor();
  expect(page.url()).toBe(`${runtime.url}/#${id}/postmortem`);
  expect(await page.locator('.markdown h3').allInnerTexts()).toEqual(
    expect.arrayContaining(['Summary', 'Root cause', 'Follow-ups']),
  );
  await page.screenshot({ path: 'test-results/console-postmortem.png' });
  await page.emulateMedia({ media: 'print' });
  for (const hidden of ['.top', '.incidents', '#talk', '.page-tools'])
    expect(await page.locator(hidden).first().isVisible(), hidden).toBe(false);
  expect(await page.locator('.markdown').isVisible()).toBe(true);
  await page.screenshot({ path: 'test-results/console-print.png' });
  await page.emulateMedia({ media: 'screen' });
  await page.getByRole('link', { name: 'Back to the incident' }).click();
  await page.locator('.incident-head', { hasText: id }).waitFor();
});

test('the week has its figures, and what keeps coming back with a proposal', async () => {
  for (let sent = 0; sent < 3; sent += 1) {
    await sendPage('cronjob-nightly-invoices');
    await page.locator('.question').getByRole('button', { name: 'Reject' }).click();
    await status('Nothing done');
  }
  await page.getByRole('link', { name: 'Week' }).first().click();
  await page.getByRole('heading', { name: 'The last week' }).waitFor();
  expect(await page.locator('.figures').innerText()).toMatch(
    /Pages\s+3\b[\s\S]*Time to diagnosis\s+(?:\d+ s|less)[\s\S]*3 rejected/,
  );
  await page.locator('.rows li', { hasText: '3 times' }).locator('.proposal').waitFor();
  await page.screenshot({ path: 'test-results/console-week.png' });
  await page.locator('.rows a').first().click();
  await status('Nothing done');
});

test('the call graph shows who calls whom across clusters, what fails, and when it was last seen', async () => {
  await sendPage('trace-other-cluster', false);
  await status('Nothing done');
  await page.locator('.top-menus').getByRole('link', { name: 'Calls', exact: true }).click();
  const rows = page.locator('.call-list tbody tr');
  await expect.poll(() => rows.count()).toBe(2);
  expect(await rows.first().innerText()).toMatch(/quote\s+edge-1\s+rates\s+backend-2\s+31\s+7 %\s+\d{4}-/);
  expect(await rows.first().getAttribute('data-failing')).toBe('true');
  const drawing = page.locator('.call-scroll');
  expect(await drawing.locator('.call-edge[data-tone="bad"] text').allTextContents()).toEqual(['7 %']);
  expect(await drawing.locator('.call-box[data-tone="bad"] text').allTextContents()).toEqual(['rates', 'backend-2']);
  await page.screenshot({ path: 'test-results/console-calls.png' });
  await page.emulateMedia({ colorScheme: 'dark' });
  await page.screenshot({ path: 'test-results/console-calls-dark.png' });
  await page.setViewportSize({ width: 390, height: 844 });
  await expect.poll(() => drawing.evaluate((element) => element.scrollWidth <= element.clientWidth)).toBe(true);
  await page.screenshot({ path: 'test-results/console-calls-phone.png' });
  await page.setViewportSize({ width: 1360, height: 1000 });
  await page.locator('.call-filter input').fill('checkout');
  await expect.poll(() => rows.count()).toBe(1);
  await rows.first().getByRole('link', { name: 'quote' }).click();
  await page.getByRole('heading', { name: 'quote' }).waitFor();
  await expect.poll(() => rows.count()).toBe(2);
  await page.screenshot({ path: 'test-results/console-calls-service.png' });
});
