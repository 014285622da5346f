// The browser runs the program that the page names, and no other; and text never becomes a script.
import { test, expect, type Page } from '@playwright/test';
import { complaints } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
test.beforeAll(async () => void (relay = await Relay.start()));
test.afterAll(async () => relay.end());

/** Whether the program runs: only it knows that this browser has passkeys. */
async function runs(page: Page): Promise<boolean> {
  await page.goto(`${relay.url}/sign-in`, { waitUntil: 'networkidle' });
  return page.evaluate(async () => {
    const isRunning = () => document.querySelector('leptos-island button:not(.unready)') !== null;
    // A program that is on its way runs a little later; one that was refused never does.
    for (let tries = 0; tries < 10 && !isRunning(); tries++) await new Promise((wait) => setTimeout(wait, 200));
    return isRunning();
  });
}

async function tamper(page: Page, file: RegExp): Promise<void> {
  await page.route(file, async (route) => {
    const answer = await route.fetch();
    const body = await answer.body();
    // One bit, in a place that is text in scripts and a section's content in WebAssembly.
    body[body.length - 2]! ^= 1;
    await route.fulfill({ response: answer, body });
  });
}

test('the genuine program runs', async ({ page, context }) => {
  const said = await complaints(context);
  expect(await runs(page)).toBe(true);
  expect(said).toEqual([]);
});

for (const [name, file] of [
  ['WebAssembly', /\/pkg\/islands-\w+\.wasm$/],
  ['bindings', /\/pkg\/islands_bindings-\w+\.js$/],
  ['first script', /\/pkg\/start-\w+\.js$/],
] as const) {
  test(`tampered: ${name} is not run`, async ({ page }) => {
    const said: string[] = [];
    page.on('console', (message) => void (message.type() === 'error' && said.push(message.text())));
    page.on('pageerror', (error) => void said.push(error.message));
    await tamper(page, file);
    expect(await runs(page)).toBe(false);
    expect(said.join('\n')).toMatch(/integrity|digest/i);
    // What does without the program still does.
    await expect(page.getByRole('heading', { level: 1 })).toBeVisible();
  });
}

test('tampered: no part of the key worker is run', async ({ page }) => {
  await person.signUp(page, relay);
  for (const file of [/\/pkg\/worker-\w+\.js$/, /\/pkg\/keys_bindings-\w+\.js$/, /\/pkg\/keys-\w+\.wasm$/]) {
    await tamper(page, file);
    await person.begin(page, relay);
    await page.getByRole('button', { name: 'Issue Certificate' }).click();
    await expect(page.getByText(/the part of this page that keeps the key stopped/)).toBeVisible();
    await expect.poll(() => page.workers()).toEqual([]);
    await page.unroute(file);
  }
});

test('tampered: no part of the wizard is run', async ({ page }) => {
  await person.signUp(page, relay, 'eve@example.org');
  for (const file of [/\/pkg\/wizard_bindings-\w+\.js$/, /\/pkg\/wizard-\w+\.wasm$/]) {
    await tamper(page, file);
    await page.goto(`${relay.url}/relay/2/new-profile`);
    await expect(page.locator('html[data-program="failed"]')).toBeAttached();
    await expect(page.getByRole('button', { name: 'Continue' })).toBeDisabled();
    await page.unroute(file);
  }
});

test('text does not become a script or markup that loads anything', async ({ page }) => {
  await page.goto(`${relay.url}/help`, { waitUntil: 'networkidle' });
  const refused = await page.evaluate(() => {
    const attempts: [string, () => unknown][] = [
      ['onerror', () => (document.createElement('div').innerHTML = '<img src="/x" onerror="alert(1)">')],
      ['script', () => (document.createElement('div').innerHTML = '<script src="/pkg/x.js"></script>')],
      ['style', () => (document.createElement('div').innerHTML = '<p style="color: red">x</p>')],
      ['javascript:', () => (document.createElement('div').innerHTML = '<a href="javascript:alert(1)">x</a>')],
      ['elsewhere', () => (document.createElement('div').innerHTML = '<img src="//evil.example/x">')],
      ['elsewhere, in disguise', () => (document.createElement('div').innerHTML = '<img src="/&#47;evil.example/x">')],
      ['elsewhere, with a tab', () => (document.createElement('div').innerHTML = '<img src="/\t/evil.example/x">')],
      ['half a tag', () => (document.createElement('div').innerHTML = '<p>x</p><img src="/x')],
      ['svg', () => (document.createElement('div').innerHTML = '<svg><animate onbegin="alert(1)"/></svg>')],
      ['worker', () => new Worker('/pkg/another.js')],
      ['script element', () => (document.createElement('script').src = '/pkg/another.js')],
      ['script text', () => (document.createElement('script').text = 'alert(1)')],
      ['another policy', () => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('other', {})],
      ['the policy again', () => (globalThis as unknown as { trustedTypes: { createPolicy(name: string, rules: object): unknown } }).trustedTypes.createPolicy('default', {})],
    ];
    return attempts
      .filter(([, attempt]) => {
        try {
          attempt();
          return false;
        } catch {
          return true;
        }
      })
      .map(([name]) => name);
  });
  expect(refused).toHaveLength(14);
  const plain = await page.evaluate(() => {
    const place = document.createElement('template');
    place.innerHTML = '<p class="hint">A <a href="/relay">link</a></p>';
    return place.innerHTML;
  });
  expect(plain).toContain('<a href="/relay">');
});
