// A whole conversation: the person answers from mail programs that know nothing but the exported file and what arrived.
import { test, expect, type Page } from '@playwright/test';
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Nss, OpenSsl, must } from '../support/clients.ts';
import { expectPlain } from '../support/left.ts';
import { letter } from '../support/messages.ts';
import { needles, search, type Needle } from '../support/needles.ts';
import { mails, waitForMail, type Mail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { Relay } from '../support/relay.ts';
import { note, reply, wrapped } from '../support/replies.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start()));
test.afterEach(async () => relay.end());

const bob = 'bob@example.com';

/** Sends, and gives what leaves. */
async function relayed(from: string, to: string, message: string): Promise<Mail> {
  const before = new Set(mails(relay.outbox).map((mail) => mail.path));
  const said = send(relay.smtpPort, from, to, message);
  expect(said.status, said.text).toBe(0);
  await waitForMail(relay.outbox, before.size + 1);
  return mails(relay.outbox).filter((mail) => !before.has(mail.path))[0];
}

/** All that would name the person: the address in its parts, the certificate, what the client says of itself. */
function telling(openssl: OpenSsl, sealed: Mail): Needle[] {
  const certificate = new X509Certificate(readFileSync(openssl.user));
  const identifier = must('openssl', ['x509', '-in', openssl.user, '-noout', '-ext', 'subjectKeyIdentifier'])
    .toString().trim().split('\n').pop()!.replace(/[\s:]/g, '');
  const texts = [
    person.address, 'ann.lee@', 'example.org', 'Ann Lee', '192.0.2.77', '127.0.0.1', 'Thunderbird', 'laptop.example',
    relayAddress(sealed), sealed.header('Message-ID')!.replace(/[<>]/g, ''),
  ];
  return [
    ...texts.flatMap((text) => needles(text, Buffer.from(text))),
    ...needles('serial number', Buffer.from(certificate.serialNumber, 'hex')),
    ...needles('key identifier', Buffer.from(identifier, 'hex')),
    ...needles('certificate', certificate.raw.subarray(0, 60)),
    ...needles('public key', certificate.raw.subarray(300, 360)),
  ];
}

function relayAddress(sealed: Mail): string {
  return /<(r-[0-9a-f]{32}@relay\.localhost)>/.exec(sealed.header('From')!)![1];
}

async function ready(page: Page): Promise<{ alias: string; p12: string }> {
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  const p12 = await person.exportKey(page, 'modern');
  await person.activate(page);
  return { alias, p12 };
}

test('OpenSSL and NSS answer, and the outside sender gets plain mail from the alias', async ({ page }) => {
  const { alias, p12 } = await ready(page);
  await person.openAlias(page, relay, alias, 'Settings');
  await page.getByLabel("Sender's name").fill('A. Reader');
  await page.getByRole('button', { name: 'Save name' }).click();
  await expect(page.getByText('The name is saved.')).toBeVisible();

  const openssl = new OpenSsl(p12, person.passphrase, false);
  const nss = new Nss(p12, person.passphrase, openssl.root());
  const sealed = await relayed(bob, alias, letter(alias));
  const { signer } = openssl.open(sealed);
  nss.open(sealed);
  nss.learn();
  const secrets = telling(openssl, sealed);
  const to = relayAddress(sealed);

  const answers: [string, string][] = [
    ['OpenSSL, DER', wrapped(openssl.encrypt(openssl.sign(note('one'), []), signer, []))],
    ['OpenSSL, BER', wrapped(openssl.encrypt(openssl.sign(note('two'), ['-nodetach', '-stream']), signer, ['-stream']))],
    ['OpenSSL, GCM', wrapped(openssl.encrypt(openssl.sign(note('three'), []), signer, [], '-aes-256-gcm'))],
    ['NSS', wrapped(nss.encrypt(wrapped(nss.sign(note('four')), 'signed-data'), to))],
  ];
  for (const [index, [client, entity]] of answers.entries()) {
    const words = ['one', 'two', 'three', 'four'][index];
    const message = reply(sealed, to, `answer-${words}@laptop.example`, entity);
    expect(search(secrets)(Buffer.from(message), 'what was sent').length).toBeGreaterThan(8);
    const left = await relayed(person.address, to, message);
    expectPlain(left, alias, bob, `Below the oak, ${words}.`, secrets);
    expect(left.header('From'), client).toContain('A. Reader');
    // Neither the client's signature nor DKIM covers the Subject that was sent.
    expect(left.header('Subject'), client).toBe('Re: Where it is');
    expect(left.header('In-Reply-To')).toBe('<first@example.com>');
    expect(left.header('Message-ID')).toMatch(/@relay\.localhost>$/);

    // Bob's answer to it refers to the person's own message.
    const next = letter(alias).replace('Message-ID: <first@example.com>',
      `Message-ID: <next-${index}@example.com>\r\nIn-Reply-To: ${left.header('Message-ID')}`);
    const back = await relayed(bob, alias, next);
    expect(back.header('In-Reply-To')).toBe(`<answer-${words}@laptop.example>`);

    // A copy that somebody kept is worth nothing.
    const before = mails(relay.outbox).length;
    expect(send(relay.smtpPort, 'eve@example.net', to, message).status).toBe(0);
    await new Promise((done) => setTimeout(done, 500));
    expect(mails(relay.outbox)).toHaveLength(before);
  }

  // Nor is a message that only says that it is from the person.
  const forged = reply(sealed, to, 'forged@laptop.example', note('five'));
  expect(send(relay.smtpPort, person.address, to, forged).text).toContain('550 5.7.1');

  // None of it was ever written down.
  const stored = ['sealpost.db', 'sealpost.db-wal'].map((name) => readFileSync(join(relay.data, name)));
  for (const bytes of stored) expect(bytes.includes('Below the oak')).toBe(false);
  expect(relay.log).not.toContain('Below the oak');
});

test('"Start Email Thread", and the answer reaches the recipient', async ({ page }) => {
  const { alias, p12 } = await ready(page);
  const before = mails(relay.outbox).length;
  await person.openAlias(page, relay, alias);
  await page.getByLabel("Recipient's address").fill(bob);
  await page.getByRole('button', { name: 'Start Email Thread' }).click();
  await expect(page.getByText('is on its way to your mailbox')).toBeVisible();
  const invitation = await waitForMail(relay.outbox, before + 1);

  const openssl = new OpenSsl(p12, person.passphrase, false);
  const { signer } = openssl.open(invitation);
  const to = relayAddress(invitation);
  const fields = [`From: Ann Lee <${person.address}>`, `To: ${to}`, 'Subject: Where it was'];
  const entity = wrapped(openssl.encrypt(openssl.sign(note('first', fields), []), signer, []));
  const left = await relayed(person.address, to, reply(invitation, to, 'new@laptop.example', entity));
  expectPlain(left, alias, bob, 'Below the oak, first.', telling(openssl, invitation));
  expect(left.header('In-Reply-To')).toBeUndefined();
  expect(left.header('Subject')).toBe('Where it was');

  const sealed = await relayed(bob, alias, letter(alias).replace('Message-ID:', `In-Reply-To: ${left.header('Message-ID')}\r\nMessage-ID:`));
  expect(relayAddress(sealed)).toBe(to);
  expect(sealed.header('In-Reply-To')).toBe('<new@laptop.example>');
});
