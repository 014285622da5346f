// The tutorial with PGP: export, submit, activate, and a conversation with GnuPG as the mail client.
import { test, expect, type Page } from '@playwright/test';
import { readFileSync } from 'node:fs';
import { Gnupg } from '../support/gnupg.ts';
import { letter } from '../support/messages.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import { expectAccessible, withoutJavaScript } from '../support/pages.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { note, reply } from '../support/replies.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
let gpg: Gnupg;
test.beforeEach(async () => {
  relay = await Relay.start();
  gpg = new Gnupg(`Ann Lee <${person.address}>`);
});
test.afterEach(async () => {
  gpg.end();
  await relay.end();
});

const bob = 'bob@example.com';

async function relayed(from: string, to: string, message: string): Promise<Mail> {
  const before = new Set(mails(relay.outbox).map((mail) => mail.path));
  const said = send(relay.smtpPort, from, to, message);
  expect(said.status, said.text).toBe(0);
  await waitForMail(relay.outbox, before.size + 1);
  return mails(relay.outbox).filter((mail) => !before.has(mail.path))[0];
}

async function begin(page: Page): Promise<void> {
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: 'New Profile' }).click();
}

/** There and back: only GnuPG reads what arrives, and its answer leaves as plain mail from the alias. */
async function converse(alias: string): Promise<void> {
  const sealed = await relayed(bob, alias, letter(alias));
  expect(sealed.header('Content-Type')).toContain('multipart/encrypted');
  // With a space, as base64 may spell any short word.
  expect(sealed.body).not.toContain('old oak');
  const inside = gpg.open(sealed);
  expect(inside).toContain(bob);
  const to = /<(r-[0-9a-f]{32}@relay\.localhost)>/.exec(sealed.header('From')!)![1];
  expect(sealed.header('Autocrypt')).toContain(`addr=${to}`);

  const answer = reply(sealed, to, 'answer@laptop.example', gpg.seal(note('by PGP'), to));
  const left = await relayed(person.address, to, answer);
  expect(left.header('From')).toContain(`<${alias}>`);
  expect(left.header('To')).toContain(`<${bob}>`);
  const text = left.raw.toString();
  for (const secret of [person.address, 'Ann Lee', 'PGP PUBLIC', 'Thunderbird', 'laptop.example', gpg.fingerprint(person.address)]) {
    expect(text).not.toContain(secret);
  }
  expect(text.replace(/=\r\n/g, '')).toContain('Below the oak');
}

test('the tutorial with PGP', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await begin(page);
  await page.getByRole('radio', { name: 'PGP' }).check();
  await page.getByRole('button', { name: 'Continue' }).click();
  await expect(page.getByRole('heading', { level: 1 })).toHaveText('New PGP profile');
  await page.getByText('Thunderbird', { exact: true }).click();
  await expectAccessible(page, page.getByText('OpenPGP Key Manager').first());

  // A private key stays in the browser.
  const asked: string[] = [];
  page.on('request', (request) => void asked.push(request.url()));
  await page.getByRole('textbox', { name: 'Public key' }).fill(gpg.secretKey(person.address));
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('This is your private key')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Public key' })).toHaveValue('');
  expect(asked.filter((url) => url.includes('submit_pgp_key'))).toEqual([]);

  // Nor does one leave in a file as some shells write it.
  const file = (name: string, text: string) => ({
    name,
    mimeType: 'application/pgp-keys',
    buffer: Buffer.concat([Buffer.from([0xff, 0xfe]), Buffer.from(text, 'utf16le')]),
  });
  await page.getByLabel('Key file').setInputFiles(file('secret.asc', gpg.secretKey(person.address)));
  await expect(page.getByText('This is your private key')).toBeVisible();
  await expect(page.getByRole('textbox', { name: 'Public key' })).toHaveValue('');
  await page.getByLabel('Key file').setInputFiles(file('public.asc', gpg.publicKey(person.address)));
  await expect(page.getByRole('textbox', { name: 'Public key' })).toHaveValue(/^-----BEGIN PGP PUBLIC KEY BLOCK/);

  // A file is read in the browser, armored or not.
  for (const form of ['armored', 'binary'] as const) {
    await page.getByLabel('Key file').setInputFiles(gpg.file(person.address, form));
    await expect(page.getByRole('textbox', { name: 'Public key' })).toHaveValue(/BEGIN PGP PUBLIC KEY BLOCK/);
  }
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page).toHaveURL(/\/profiles\/\d+$/);
  const fingerprint = gpg.fingerprint(person.address).match(/.{4}/g)!.join(' ');
  for (const words of [fingerprint, `Ann Lee <${person.address}>`, 'does not expire', 'Ed25519']) {
    await expect(page.getByText(words).first()).toBeVisible();
  }
  await expectAccessible(page, page.getByRole('link', { name: 'Download trust key' }));
  const downloading = page.waitForEvent('download');
  await page.getByRole('link', { name: 'Download trust key' }).click();
  const trust = await person.save(await downloading);
  gpg.run(['--import', trust]);
  expect(readFileSync(trust, 'utf8')).not.toContain('PRIVATE');

  await person.enterCode(page, await person.testCode(page, relay, (mail) => gpg.open(mail)));
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  // Renewed with a key that is submitted again.
  await expect(page.getByText('submit the public key again')).toBeVisible();
  await expect(page.getByRole('link', { name: 'Renew' })).toHaveAttribute('href', /\/new-profile\/pgp$/);
  await page.goto(`${relay.url}/relay`);
  await expect(page.getByText('Encrypted', { exact: true })).toBeVisible();
  await converse(alias);

  // The contact's key is certified by the trust key.
  const signatures = gpg.run(['--with-colons', '--check-sigs', 'relay.localhost']).toString();
  expect(signatures).toMatch(new RegExp(`^sig:!:.*${gpg.fingerprint('Sealpost').slice(-16)}`, 'm'));
});

test('without JavaScript', async ({ browser, page: scripted }) => {
  await person.signUp(scripted, relay);
  const alias = await person.takeAlias(scripted, relay);
  const page = await withoutJavaScript(browser, scripted);
  await begin(page);
  await page.getByRole('link', { name: 'Set up PGP' }).click();
  await expect(page.getByLabel('Key file')).toBeHidden();
  await page.getByRole('textbox', { name: 'Public key' }).fill('no key');
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page.getByText('This is no OpenPGP public key')).toBeVisible();
  await page.getByRole('textbox', { name: 'Public key' }).fill(gpg.publicKey(person.address));
  await page.getByRole('button', { name: 'Submit' }).click();
  await expect(page).toHaveURL(/\/profiles\/\d+$/);
  // The person has the key already; even so, it takes a confirmation to do without the test.
  await person.skipTest(page);
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  await person.deactivate(page, /is then rejected, because/);
  await person.enterCode(page, await person.testCode(page, relay, (mail) => gpg.open(mail)));
  await expect(page.getByText('Active', { exact: true })).toBeVisible();
  await converse(alias);
  await page.context().close();
});
