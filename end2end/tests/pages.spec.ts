// Pages without JavaScript, and every page under axe-core, light and dark.
import { test, expect } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import * as person from '../support/person.ts';
import { codeIn, waitForMail } from '../support/outbox.ts';
import { expectAccessible, expectAccessibleAsItIs, expectRunning, withoutJavaScript } from '../support/pages.ts';
import { Relay } from '../support/relay.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

test('every page passes axe-core', async ({ page }) => {
  for (const [path, heading] of [
    ['/', 'Your provider stores your mail. Only you can read it.'],
    ['/sign-up', 'Sign up'],
    ['/sign-in', 'Sign in'],
    ['/there-is-no-such-page', 'Not found'],
  ] as const) {
    await page.goto(relay.url + path);
    await expectAccessible(page, heading);
  }
  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expectAccessible(page, page.getByText('Address or password is not right.'));
  await page.goto(`${relay.url}/sign-up`);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign up' }).click();
  await expect(page).toHaveURL(/\/verify/);
  await expectAccessible(page, page.getByLabel(/code/i));
  await page.getByLabel(/code/i).fill(codeIn(await waitForMail(relay.outbox, 1)));
  await page.getByRole('button', { name: 'Verify' }).click();
  await expect(page).toHaveURL(/\/relay/);
  await page.getByText('Add a mailbox').click();
  await expectAccessible(page, page.getByRole('button', { name: 'Add mailbox' }));
  const alias = await person.takeAlias(page, relay);
  await page.goto(`${relay.url}/aliases`);
  await page.getByLabel(`More for ${alias}`).click();
  await expectAccessible(page, page.getByRole('link', { name: 'Delete…' }));
  await page.getByRole('link', { name: 'Delete…' }).click();
  await expectAccessible(page, page.getByRole('button', { name: 'Delete for good' }));

  // Each step of the wizard.
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
  await expectAccessible(page, 'Where do you read your mail?');
  await page.getByRole('radio', { name: 'Another mail app' }).check();
  await person.forward(page);
  await page.getByLabel(/amount|for how long|expir/i).first().fill('4');
  await expectAccessible(page, page.getByText(/Apple Mail/).first());
  await page.getByRole('button', { name: 'Issue Certificate' }).click();
  await person.expectIssued(page);
  await expectAccessible(page, 'Choose a passphrase and export');
  await person.exportKey(page, 'modern');
  for (const heading of ['Install the chain', 'Trust the root', 'Activate the profile']) {
    await person.forward(page);
    await expectAccessible(page, heading);
  }
  await page.getByText('Activate without a test…').click();
  await expectAccessible(page, page.locator('#untested'));
  await page.locator('#untested').check();
  await page.getByRole('button', { name: 'Activate without a test' }).click();
  await person.expectActivated(page);
  await expectAccessible(page, 'Done');
  await page.goto(`${relay.url}/relay`);
  await expectAccessible(page, page.getByText('Encrypted', { exact: true }));
});

test('a profile passes axe-core in every state', async ({ page }) => {
  await person.signUp(page, relay);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: /S\/MIME/ }).first().click();
  await page.getByText('Details', { exact: true }).first().click();
  await expect(page.getByText(/fingerprint/i).first()).toBeVisible();
  await page.getByText('Delete this profile…').click();
  const state = (words: string) => expect(page.locator('dl.facts').first()).toContainText(words);
  await state('Ready');
  await expectAccessible(page, page.getByRole('button', { name: 'Delete', exact: true }));
  await page.getByRole('button', { name: 'Send a test message' }).click();
  await expectAccessible(page, page.getByLabel('Code in the test message'));
  await person.skipTest(page);
  await state('Active');
  await page.getByText('Deactivate…').click();
  await expectAccessible(page, page.getByRole('button', { name: 'Deactivate' }));
  relay.sql('UPDATE profiles SET not_after = 1');
  await page.reload();
  await state('Expired');
  await expectAccessible(page, page.locator('dl.facts').first());
  await page.goto(`${relay.url}/relay`);
  await expect(page.getByText('Expired', { exact: true })).toBeVisible();
  await expectAccessible(page, page.getByRole('link', { name: /^Replace the expired “S\/MIME, / }));
});

test('the profile page is complete without JavaScript, and its buttons work', async ({ browser, page }) => {
  await person.signUp(page, relay);
  await person.issue(page, relay);
  const key = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  const plain = await withoutJavaScript(browser, page);
  await plain.goto(`${relay.url}/relay`);
  await plain.getByRole('link', { name: /S\/MIME/ }).first().click();
  for (const details of await plain.getByText('Details', { exact: true }).all()) await details.click();
  await expect(plain.getByText(/fingerprint/i).first()).toBeVisible();
  const text = await plain.locator('main').innerText();
  for (const word of [
    'S/MIME', 'Ready', person.address, 'Sealpost Intermediate', 'Sealpost Root', 'Serial', 'SHA-256', '2048', 'days',
    'every address at relay.localhost', 'any DNS name', 'any IPv4 address',
  ]) {
    expect(text.toLowerCase()).toContain(word.toLowerCase());
  }
  expect(text.match(/([0-9A-F]{2}:){31}[0-9A-F]{2}/g)).toHaveLength(3);
  await person.skipTest(plain);
  await expect(plain.getByText('Active', { exact: true })).toBeVisible();
  await person.deactivate(plain, /is then rejected, because/);
  await expect(plain.getByRole('region', { name: 'Mail that is not sealed' })).toContainText(`Mail to ${person.address} is rejected`);
  await person.enterCode(plain, await person.testCode(plain, relay, (mail) => key.decrypt(mail).toString()));
  await expect(plain.getByText('The profile is active')).toBeVisible();
  await person.deactivate(plain, /is then rejected, because/);
  await expect(plain.getByRole('button', { name: 'Activate', exact: true })).toBeVisible();

  const links = await plain.getByRole('link').evaluateAll((all) => all.map((link) => (link as HTMLAnchorElement).href));
  const downloads = links.filter((link) => /\.(pem|der|crt)$/.test(link));
  expect(downloads.length).toBeGreaterThanOrEqual(6);
  for (const link of downloads) {
    const answer = await plain.request.get(link);
    expect(answer.status(), link).toBe(200);
    expect(answer.headers()['content-disposition']).toContain('attachment');
    if (link.endsWith('.der')) expect(answer.headers()['content-type']).toContain('application/x-x509-ca-cert');
  }
});

test('signing up, signing in and aliases work without JavaScript', async ({ browser }) => {
  const page = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay, 'shop');
  await expect(page.getByText('shop')).toBeVisible();
  expect(alias).toContain('@relay.localhost');
  await page.getByRole('button', { name: 'Sign out' }).click();
  await page.goto(`${relay.url}/relay`);
  await expect(page).toHaveURL(/\/sign-in/);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill('not the password');
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page.getByText('Address or password is not right.')).toBeVisible();
  expect(page.url()).not.toContain('not%20the');
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(person.password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
  await expect(page).toHaveURL(/\/relay/);
});
