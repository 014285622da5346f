// The nine steps of the tutorial, and then a message that nobody but the person can read.
import { test, expect, type Page } from '@playwright/test';
import { basename } from 'node:path';
import { Gpgsm, Nss, OpenSsl, must, run } from '../support/clients.ts';
import { body, letter, secret } from '../support/messages.ts';
import { decoded, mails, waitForMail, type Mail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { readProfile } from '../support/profile.ts';
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
  // The fields of the original, as they were written.
  const lines = entity.subarray(0, end).toString().split('\r\n');
  for (const name of ['From', 'To', 'Subject', 'Date', 'Message-ID']) {
    const own = (all: string[]) => all.filter((line) => line.startsWith(`${name}: `));
    expect(own(lines)).toEqual(own(message.split('\r\n')));
    expect(own(lines)).toHaveLength(1);
  }
}

/** A command that the key worker carried out: its times on the page, and when the page answered a key. */
type Work = { command: string; from: number; to: number; keys: number[] };

/** From now on the page takes down what it asks of the key worker; for a page that is not yet open. */
async function watchKeyWorker(page: Page): Promise<void> {
  await page.addInitScript(() => {
    const done: Work[] = [];
    let atWork: Work | undefined;
    const Native = window.Worker;
    window.Worker = class extends Native {
      constructor(...args: ConstructorParameters<typeof Native>) {
        super(...args);
        this.addEventListener('message', () => {
          if (atWork) done.push({ ...atWork, to: performance.now() });
          atWork = undefined;
        });
      }
      postMessage(message: any) {
        const command = Object.keys(JSON.parse(message))[0]!;
        atWork = { command, from: performance.now(), to: Infinity, keys: [] };
        super.postMessage(message);
      }
    };
    addEventListener('keydown', () => atWork?.keys.push(performance.now()));
    (window as any).takeWork = () => done.splice(0);
  });
}

/** Presses a key again and again during something; gives what it gave, and what the key worker did meanwhile. */
async function typing<T>(page: Page, during: () => Promise<T>): Promise<[T, Work[]]> {
  const keyboard = await page.context().newCDPSession(page);
  // Not one after the other, as a page that stands still would set the pace.
  const press = () => keyboard.send('Input.dispatchKeyEvent', { type: 'rawKeyDown', key: 'Shift' }).catch(() => undefined);
  const timer = setInterval(press, 10);
  const done = await during().finally(() => clearInterval(timer));
  const work = await page.evaluate(() => (window as any).takeWork());
  await keyboard.detach();
  return [done, work];
}

/** The page answered a key long before the worker was done: a page that stands still answers none before the end. */
function expectAlive(work: Work[]): void {
  const early = work.flatMap(({ from, to, keys }) => keys.filter((at) => at - from < 0.75 * (to - from)));
  expect(early.length, JSON.stringify(work)).toBeGreaterThan(0);
}

test('a newcomer issues, exports and activates, and OpenSSL and NSS open what arrives', async ({ page }) => {
  await watchKeyWorker(page);
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);

  // Before a profile exists mail is relayed as it is, and the settings page says so.
  const clear = await relayed(alias, letter(alias));
  expect(clear.raw.toString()).toContain(secret);

  // The worker makes and uses the keys, and the page answers meanwhile.
  await person.begin(page, relay);
  const [, issuing] = await typing(page, async () => {
    await page.getByRole('button', { name: 'Issue Certificate' }).click();
    await page.getByLabel('Passphrase', { exact: true }).waitFor({ timeout: 120_000 });
  });
  expect(issuing.map((work) => work.command)).toEqual(['start', 'finish']);
  expectAlive(issuing);
  const [p12, exporting] = await typing(page, () => person.exportKey(page, 'modern'));
  expect(exporting.map((work) => work.command)).toEqual(['export']);
  expectAlive(exporting);
  expect(basename(p12)).toBe(`${person.address}.p12`);
  // The test message comes first, and only the exported key opens it.
  const openssl = new OpenSsl(p12, person.passphrase, false);
  await person.activate(page, relay, openssl);
  await expect(page.getByText(/sealed/i).first()).toBeVisible();
  await expect(page.getByText(`is forwarded unencrypted`)).toHaveCount(0);

  const message = letter(alias);
  const mail = await relayed(alias, message);
  expectSealed(mail);
  const opened = openssl.open(mail);
  expectOpened(opened.entity, message);
  expectOpened(new Nss(p12, person.passphrase, openssl.root()).open(mail).entity, message);

  // The chain is fit for both purposes, and From is the name in the signer's certificate.
  for (const purpose of ['smimesign', 'smimeencrypt']) expect(openssl.verify(openssl.user, purpose)).toContain('OK');
  const san = must('openssl', ['x509', '-noout', '-email'], { input: opened.signer }).toString().trim();
  expect(decoded(mail.header('From')).replace(/"/g, '')).toBe(`Böb Smith (bob@example.com) <${san}>`);
  expect(mail.header('Subject')).toBe('Where it is');
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
  const p12 = await person.exportKey(page, 'compatible', person.plainPassphrase);
  expect(basename(p12)).toBe(`${person.address}-compatible.p12`);
  await person.activate(page);
  const message = letter(alias);
  const mail = await relayed(alias, message);
  expectSealed(mail);
  const openssl = new OpenSsl(p12, person.plainPassphrase, true);
  expectOpened(openssl.open(mail).entity, message);
  expectOpened(new Nss(p12, person.plainPassphrase, openssl.root()).open(mail).entity, message);
  const gpgsm = new Gpgsm(p12, person.plainPassphrase, openssl.root());
  try {
    expectOpened(gpgsm.open(mail).entity, message);
  } finally {
    gpgsm.end();
  }
});

test('longer keys, exported as a configuration profile, open the message in OpenSSL, NSS and gpgsm', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay, 3072);
  const file = await person.exportKey(page, 'apple', person.plainPassphrase);
  expect(basename(file)).toBe(`${person.address}.mobileconfig`);
  await person.activate(page);

  const { list, ...content } = readProfile(file);
  expect(list.PayloadContent.map((payload) => payload.PayloadType)).toEqual([
    'com.apple.security.root', 'com.apple.security.pkcs1', 'com.apple.security.pkcs12',
  ]);
  expect(JSON.stringify(list)).not.toContain(person.plainPassphrase);
  const openssl = new OpenSsl(content.identity, person.plainPassphrase, true);
  const der = (args: string[]) => must('openssl', ['x509', ...args, '-outform', 'DER']);
  expect(der(['-inform', 'DER', '-in', content.root]).equals(der(['-in', openssl.root()]))).toBe(true);
  for (const certificate of [content.root, content.intermediate]) {
    expect(must('openssl', ['x509', '-inform', 'DER', '-in', certificate, '-noout', '-text']).toString()).toContain('(3072 bit)');
  }
  expect(must('openssl', ['x509', '-in', openssl.user, '-noout', '-text']).toString()).toContain('(3072 bit)');

  const message = letter(alias);
  const mail = await relayed(alias, message);
  expectSealed(mail);
  expectOpened(openssl.open(mail).entity, message);
  expectOpened(new Nss(content.identity, person.plainPassphrase, openssl.root()).open(mail).entity, message);
  const gpgsm = new Gpgsm(content.identity, person.plainPassphrase, openssl.root());
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
  const key = new OpenSsl(await person.exportKey(page, 'modern'), person.passphrase, false);
  await person.activate(page, relay, key);
  expectSealed(await relayed(alias, letter(alias)));

  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: /S\/MIME/ }).first().click();
  await person.deactivate(page, /is then rejected, because the mailbox's kill switch is on/);
  // Tested before, it needs no other test.
  await expect(page.getByRole('button', { name: 'Activate', exact: true })).toBeVisible();
  const banner = page.getByRole('region', { name: 'Mail that is not sealed' });
  await expect(banner).toContainText(`Mail to ${person.address} is rejected`);
  await expect(banner.getByRole('link')).toHaveAttribute('href', /^\/profiles\/\d+#activate$/);
  const refused = send(relay.smtpPort, 'bob@example.com', alias, letter(alias));
  expect(refused.text).toContain('550 5.7.1');

  await page.goto(`${relay.url}/relay`);
  const killSwitch = page.getByRole('switch', { name: 'Kill switch' });
  await expect(killSwitch).toBeChecked();
  await killSwitch.click();
  await expect(killSwitch).not.toBeChecked();
  await expect(page.getByText('Not encrypted', { exact: true })).toBeVisible();
  await expect(banner).toContainText(`Mail to ${person.address} is forwarded unencrypted`);
  expect((await relayed(alias, letter(alias))).raw.toString()).toContain(secret);

  // Unknown, disabled and deleted aliases sound the same.
  const unknown = send(relay.smtpPort, 'bob@example.com', 'nobody-here-000@relay.localhost', letter(alias));
  const answer = /<\*\* (550 .*)/.exec(unknown.text)?.[1];
  expect(answer).toMatch(/^550 5\.1\.1/);
  await page.goto(`${relay.url}/aliases`);
  const on = person.row(page, alias).getByRole('switch');
  await on.click();
  await expect(on).not.toBeChecked();
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).text).toContain(answer);
  await on.click();
  await expect(on).toBeChecked();
  await relayed(alias, letter(alias));
  await person.row(page, alias).getByLabel(`More for ${alias}`).click();
  await page.getByRole('link', { name: 'Delete…' }).click();
  await page.getByRole('button', { name: 'Delete for good' }).click();
  await expect(page.getByText(alias)).toHaveCount(0);
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).text).toContain(answer);
});

test('a deleted profile seals nothing more, and the kill switch refuses', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  await person.exportKey(page, 'modern');
  await person.activate(page);
  await page.goto(`${relay.url}/relay`);
  await page.getByRole('link', { name: /S\/MIME/ }).first().click();
  await page.getByText('Delete this profile…').click();
  await expect(page.getByText(/is then rejected, because/).last()).toBeVisible();
  await page.getByRole('button', { name: 'Delete', exact: true }).click();
  await expect(page).toHaveURL(/\/relay$/);
  await expect(page.getByText('Rejected', { exact: true })).toBeVisible();
  const before = mails(relay.outbox).length;
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).text).toContain('550 5.7.1');
  expect(mails(relay.outbox)).toHaveLength(before);
});

test('the line that the server prints sends a first message', async ({ page }) => {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  const line = /printf [^]*? -T -/.exec(relay.log)![0];
  const before = mails(relay.outbox).length;
  must('sh', ['-c', line.replace('YOUR-ALIAS@relay.localhost', alias)]);
  const mail = await waitForMail(relay.outbox, before + 1);
  expect(mail.header('Subject')).toBe('Hello');
  expect(mail.body.trim()).toBe('Only you can read this.');
});
