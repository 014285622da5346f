// The nine steps of the tutorial, and then a message that nobody but the person can read.
import { test, expect } from '@playwright/test';
import { basename } from 'node:path';
import { Gpgsm, Nss, OpenSsl, must, run } from '../support/clients.ts';
import { body, letter, secret } from '../support/messages.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

/** Sends to the alias and gives what the provider gets. */
async function relayed(alias: string, message: string): Promise<Mail> {
  const before = mails(relay.outbox).length;
  const said = send(relay.smtpPort, 'bob@example.com', alias, message);
  expect(said.status, said.text).toBe(0);
  return waitForMail(relay.outbox, before + 1);
}

function expectSealed(mail: Mail): void {
  expect(mail.header('Content-Type')).toContain('smime-type=enveloped-data');
  expect(mail.header('To')).toContain(person.address);
  expect(mail.raw.toString('latin1')).not.toContain(secret);
  expect(mail.raw.includes(Buffer.from(Buffer.from(secret).toString('base64').slice(0, 30)))).toBe(false);
}

function expectOpened(entity: Buffer, message: string): void {
  const end = entity.indexOf('\r\n\r\n');
  expect(entity.subarray(end + 4).equals(body(message))).toBe(true);
  const header = entity.subarray(0, end).toString();
  for (const field of ['From:', 'To:', 'Subject:', 'Date:', 'Message-ID:']) expect(header).toContain(field);
}

test('a newcomer issues, exports and activates, and OpenSSL and NSS open what arrives', async ({ page }) => {
  await page.addInitScript(() => {
    const long: number[] = ((window as any).longTasks = []);
    new PerformanceObserver((list) => list.getEntries().forEach((entry) => long.push(entry.duration))).observe({
      type: 'longtask',
    });
  });
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);

  // Before a profile exists mail is relayed as it is, and the settings page says so.
  const clear = await relayed(alias, letter(alias));
  expect(clear.raw.toString()).toContain(secret);

  await person.issue(page, relay);
  const during = await page.evaluate(() => (window as any).longTasks.splice(0));
  console.log(`long tasks while the keys were made, ms: ${JSON.stringify(during)}`);
  const p12 = await person.exportKey(page, 'modern');
  expect(basename(p12)).toBe(`${person.address}.p12`);
  await person.activate(page);
  await expect(page.getByText(/sealed/i).first()).toBeVisible();

  const message = letter(alias);
  const mail = await relayed(alias, message);
  expectSealed(mail);
  const openssl = new OpenSsl(p12, person.passphrase, false);
  const opened = openssl.open(mail);
  expectOpened(opened.entity, message);
  expectOpened(new Nss(p12, person.passphrase, openssl.root()).open(mail).entity, message);

  // The chain is fit for both purposes, and From is the name in the signer's certificate.
  for (const purpose of ['smimesign', 'smimeencrypt']) expect(openssl.verify(openssl.user, purpose)).toContain('OK');
  const san = must('openssl', ['x509', '-noout', '-email'], { input: opened.signer }).toString().trim();
  expect(mail.header('From')).toContain(`<${san}>`);
  expect(mail.header('From')!.replace(/\s+/g, ' ')).toMatch(/bob@example\.com|=\?utf-8\?/i);
  expect(must('openssl', ['x509', '-noout', '-text'], { input: opened.signer }).toString()).toContain('S/MIME Capabilities');

  // The contact keeps its address and certificate.
  const again = await relayed(alias, letter(alias, 'Again'));
  expect(again.header('From')).toBe(mail.header('From'));
  expect(openssl.open(again).signer).toBe(opened.signer);

  // Nobody else: another key does not open it.
  const other = person.passphrase + 'x';
  expect(run('openssl', ['pkcs12', '-in', p12, '-passin', `pass:${other}`, '-nokeys']).status).not.toBe(0);

  // The state survives a restart.
  await relay.restart();
  expectOpened(openssl.open(await relayed(alias, letter(alias, 'After'))).entity, letter(alias, 'After'));
});

test('the compatible file opens the message in gpgsm, NSS and OpenSSL', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  const p12 = await person.exportKey(page, 'compatible');
  await person.activate(page);
  const message = letter(alias);
  const mail = await relayed(alias, message);
  expectSealed(mail);
  const openssl = new OpenSsl(p12, person.passphrase, true);
  expectOpened(openssl.open(mail).entity, message);
  expectOpened(new Nss(p12, person.passphrase, openssl.root()).open(mail).entity, message);
  const gpgsm = new Gpgsm(p12, person.passphrase, openssl.root());
  try {
    expectOpened(gpgsm.open(mail).entity, message);
  } finally {
    gpgsm.end();
  }
});

test('kill switch, deactivation and deletion act at once, over real SMTP', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await person.activate(page);
  expectSealed(await relayed(alias, letter(alias)));

  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: /S\/MIME/ }).first().click();
  await page.getByRole('button', { name: 'Deactivate' }).click();
  await expect(page.getByRole('button', { name: 'Activate', exact: true })).toBeVisible();
  const refused = send(relay.smtpPort, 'bob@example.com', alias, letter(alias));
  expect(refused.text).toContain('550 5.7.1');

  await page.goto(`${relay.url}/relay`);
  const killSwitch = page.getByRole('checkbox', { name: /refuse|kill/i });
  await expect(killSwitch).toBeChecked();
  await killSwitch.uncheck();
  await page.getByRole('button', { name: /^Save/ }).click();
  await expect(page.getByText(/not sealed|as it is|in the clear/i).first()).toBeVisible();
  expect((await relayed(alias, letter(alias))).raw.toString()).toContain(secret);

  // Unknown, disabled and deleted aliases sound the same.
  const unknown = send(relay.smtpPort, 'bob@example.com', 'nobody-here-000@relay.localhost', letter(alias));
  const answer = /<\*\* (550 .*)/.exec(unknown.text)?.[1];
  expect(answer).toMatch(/^550 5\.1\.1/);
  await page.goto(`${relay.url}/aliases`);
  await page.getByRole('button', { name: /^Disable/ }).click();
  await expect(page.getByRole('button', { name: /^Enable/ })).toBeVisible();
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).text).toContain(answer);
});
