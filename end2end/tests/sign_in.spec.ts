// Signing in: one-time codes (computed here), passkeys (with Chromium's virtual authenticator), sessions, and a new password
// by a code in a mail that OpenSSL opens.
import { createHmac } from 'node:crypto';
import { test, expect, type CDPSession, type Page } from '@playwright/test';
import { OpenSsl } from '../support/clients.ts';
import { codeIn, mails, waitForMail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';

const newPassword = 'another horse battery';

let relay: Relay;
// Passkeys are bound to a host name.
test.beforeEach(async () => void (relay = await Relay.start({ host: 'localhost' })));
test.afterEach(async () => relay.end());

/** RFC 6238 over RFC 4226, at a step from now on. */
function oneTimeCode(key: string, step = 0): string {
  const alphabet = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ234567';
  const bits = [...key.replace(/ /g, '')].map((c) => alphabet.indexOf(c).toString(2).padStart(5, '0')).join('');
  const secret = Buffer.from(bits.match(/.{8}/g)!.map((byte) => parseInt(byte, 2)));
  const counter = Buffer.alloc(8);
  counter.writeBigUInt64BE(BigInt(Math.floor(Date.now() / 30_000) + step));
  const hash = createHmac('sha1', secret).update(counter).digest();
  const number = hash.readUInt32BE(hash[19] & 15) & 0x7fffffff;
  return String(number % 1_000_000).padStart(6, '0');
}

async function typePassword(page: Page, password = person.password): Promise<void> {
  await page.goto(`${relay.url}/sign-in`);
  await page.getByLabel('E-mail').fill(person.address);
  await page.getByLabel('Password', { exact: true }).fill(password);
  await page.getByRole('button', { name: 'Sign in', exact: true }).click();
}

async function signOut(page: Page): Promise<void> {
  await page.getByRole('button', { name: 'Sign out' }).click();
  await expect(page.getByRole('navigation', { name: 'Main' }).getByRole('link', { name: 'Sign in' })).toBeVisible();
}

async function authenticator(page: Page): Promise<{ devtools: CDPSession; id: string }> {
  const devtools = await page.context().newCDPSession(page);
  await devtools.send('WebAuthn.enable');
  const { authenticatorId } = await devtools.send('WebAuthn.addVirtualAuthenticator', {
    options: {
      protocol: 'ctap2',
      transport: 'internal',
      hasResidentKey: true,
      hasUserVerification: true,
      isUserVerified: true,
      automaticPresenceSimulation: true,
    },
  });
  return { devtools, id: authenticatorId };
}

test('a passkey is added, signs in, and is removed', async ({ page }) => {
  const { devtools, id } = await authenticator(page);
  await person.signUp(page, relay);
  await page.getByRole('link', { name: 'Account' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('Account');
  for (const name of ['My phone', 'My key']) {
    await page.getByLabel('Name of the passkey').fill(name);
    await page.getByRole('button', { name: 'Add a passkey' }).click();
    if (name === 'My phone') {
      await expectAccessible(page, page.getByText('My phone'));
    }
  }
  // An authenticator makes one passkey for an account.
  await expect(page.getByText('The browser gave no passkey')).toBeVisible();
  await expect(page.getByText('My key')).toHaveCount(0);
  const { credentials } = await devtools.send('WebAuthn.getCredentials', { authenticatorId: id });
  expect(credentials).toHaveLength(1);
  expect(credentials[0].isResidentCredential).toBe(true);
  expect(credentials[0].rpId).toBe('localhost');

  await signOut(page);
  await page.goto(`${relay.url}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page).toHaveURL(/\/aliases/);
  await page.goto(`${relay.url}/account`);
  await expect(page.getByRole('region', { name: 'Passkeys' })).toContainText(/last used (just now|1 minute ago)/);

  // Nobody who only holds the device.
  await signOut(page);
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: false });
  await page.goto(`${relay.url}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText('The browser gave no passkey')).toBeVisible();
  await devtools.send('WebAuthn.setUserVerified', { authenticatorId: id, isUserVerified: true });
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page).toHaveURL(/\/aliases/);

  await page.goto(`${relay.url}/account`);
  await page.getByRole('button', { name: 'Remove' }).click();
  await expect(page.getByText('The passkey is removed.')).toBeVisible();
  await signOut(page);
  await page.goto(`${relay.url}/sign-in`);
  await page.getByRole('button', { name: 'Sign in with a passkey' }).click();
  await expect(page.getByText('This passkey was not accepted.')).toBeVisible();
});

for (const javaScript of [true, false]) {
  test(`one-time codes and recovery codes ${javaScript ? 'with' : 'without'} JavaScript`, async ({ browser, page: first }) => {
    await person.signUp(first, relay);
    const page = javaScript ? first : await withoutJavaScript(browser, first);
    await page.goto(`${relay.url}/account`);
    const section = page.getByRole('region', { name: 'Two-factor authentication' });
    await section.getByLabel('Your password').fill(person.password);
    await section.getByRole('button', { name: 'Set up two-factor authentication' }).click();
    await expect(page).toHaveURL(/\/account\/two-factor/);
    const key = await page.locator('code.secret').innerText();
    await expect(page.getByRole('img', { name: 'QR code' })).toBeVisible();
    if (javaScript) await expectAccessible(page, 'Two-factor authentication');
    await page.getByLabel('Code of the app').fill(oneTimeCode(key, 5));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await expect(page.getByText('This code is not right, or was used before.')).toBeVisible();
    await page.getByLabel('Code of the app').fill(oneTimeCode(key, 0));
    await page.getByRole('button', { name: 'Turn on' }).click();
    await expect(page).toHaveURL(/\/account\/recovery-codes/);
    await expect(page.locator('ol.codes code')).toHaveCount(10);
    const codes = await page.locator('ol.codes code').allInnerTexts();
    expect(new Set(codes).size).toBe(10);
    if (javaScript) await expectAccessible(page, 'Recovery codes');
    await page.getByRole('button', { name: 'I have written them down' }).click();
    await expect(page.getByText('Your new recovery codes are in force.')).toBeVisible();
    await expect(page.getByText('You have 10 left.')).toBeVisible();
    await page.goto(`${relay.url}/account/recovery-codes`);
    await expect(page.getByText('There are no new codes to show')).toBeVisible();
    await signOut(page);

    // No session before the second step.
    await typePassword(page);
    await expect(page).toHaveURL(/\/sign-in\/code/);
    if (javaScript) await expectAccessible(page, page.getByLabel('Code', { exact: true }));
    await page.goto(`${relay.url}/relay`);
    await expect(page).toHaveURL(/\/sign-in(\?next=[%\w-]+)?$/);
    await page.goto(`${relay.url}/sign-in/code`);
    await page.getByLabel('Code', { exact: true }).fill('000000');
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page.getByText('This code is not right, or was used before.')).toBeVisible();
    await page.getByLabel('Code', { exact: true }).fill(oneTimeCode(key, 1));
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page).toHaveURL(/\/aliases/);
    await signOut(page);
    await typePassword(page);
    await page.getByLabel('Code', { exact: true }).fill(codes[3]);
    await page.getByRole('button', { name: 'Sign in', exact: true }).click();
    await expect(page).toHaveURL(/\/aliases/);
    await page.goto(`${relay.url}/account`);
    await expect(page.getByText('You have 9 left.')).toBeVisible();
    if (javaScript) await expectAccessible(page, 'Account');
    await page.getByText('Turn off…').click();
    await section.getByLabel('Your password').fill(person.password);
    await page.getByRole('button', { name: 'Turn two-factor authentication off' }).click();
    await expect(page.getByText('Two-factor authentication is off.')).toBeVisible();
    await signOut(page);
    await typePassword(page);
    await expect(page).toHaveURL(/\/aliases/);
  });
}

test('a forgotten password is replaced by the code in a sealed mail', async ({ page, browser }) => {
  await person.signUp(page, relay);
  await person.issue(page, relay);
  const p12 = await person.exportKey(page, 'modern');
  await person.activate(page);
  const plain = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await plain.goto(`${relay.url}/sign-in`);
  await plain.getByRole('link', { name: 'Forgot your password?' }).click();
  await expect(plain).toHaveURL(`${relay.url}/forgot`);
  const before = mails(relay.outbox).length;
  for (const address of ['nobody@example.org', person.address]) {
    await plain.goto(`${relay.url}/forgot`);
    await plain.getByLabel('E-mail').fill(address);
    await plain.getByRole('button', { name: 'Mail me a code' }).click();
    await expect(plain).toHaveURL(`${relay.url}/forgot/code`);
  }
  const mail = await waitForMail(relay.outbox, before + 1);
  expect(mail.header('Content-Type')).toContain('smime-type=enveloped-data');
  expect(mail.header('To')).toContain(person.address);
  const { entity } = new OpenSsl(p12, person.passphrase, false).open(mail);
  const code = codeIn({ ...mail, body: entity.toString() });
  expect(mail.raw.toString()).not.toContain(code);
  expect(relay.log).not.toContain(code);
  expect(mails(relay.outbox)).toHaveLength(before + 1);

  await plain.getByLabel('E-mail').fill(person.address);
  await plain.getByLabel('Code', { exact: true }).fill(code);
  await plain.getByLabel('New password').fill(newPassword);
  await plain.getByRole('button', { name: 'Set password' }).click();
  await expect(plain).toHaveURL(/\/sign-in\?done=password/);
  await expect(plain.getByText('The password is changed, and all sessions have ended.')).toBeVisible();
  await page.goto(`${relay.url}/relay`);
  await expect(page).toHaveURL(/\/sign-in/);
  await typePassword(plain);
  await expect(plain.getByText('Address or password is not right.')).toBeVisible();
  await typePassword(plain, newPassword);
  await expect(plain).toHaveURL(/\/aliases/);
});

test('sessions are listed and end', async ({ page, browser }) => {
  await person.signUp(page, relay);
  const other = await (await browser.newContext({ javaScriptEnabled: false })).newPage();
  await typePassword(other);
  await expect(other).toHaveURL(/\/aliases/);
  await page.goto(`${relay.url}/account`);
  const sessions = page.getByRole('region', { name: 'Sessions' });
  await expect(sessions.getByText('Chrome on Linux')).toHaveCount(2);
  await expect(sessions.getByText('This session')).toHaveCount(1);
  await sessions.getByRole('button', { name: 'End all other sessions' }).click();
  await expect(sessions.getByText('Chrome on Linux')).toHaveCount(1);
  await other.goto(`${relay.url}/relay`);
  await expect(other).toHaveURL(/\/sign-in/);

  // Ten minutes later the password is asked for again before a passkey is added.
  relay.sql('UPDATE sessions SET proved_at = proved_at - 600');
  await page.reload();
  const passkeys = page.getByRole('region', { name: 'Passkeys' });
  await expect(page.getByLabel('Name of the passkey')).toHaveCount(0);
  await passkeys.getByLabel('Your password').fill(person.password);
  await passkeys.getByRole('button', { name: 'Confirm password' }).click();
  await expect(page.getByLabel('Name of the passkey')).toBeVisible();
});

test('the pages of signing in pass axe-core', async ({ page }) => {
  for (const path of ['/sign-in', '/forgot', '/forgot/code']) {
    await page.goto(relay.url + path);
    await expectAccessible(page, page.getByRole('heading', { level: 1 }));
  }
});
