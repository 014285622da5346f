// The user key, the root key and the passphrase: what never happens to them. The root key is made findable by the test build,
// in which it comes from a fixed seed.
import { test, expect } from '@playwright/test';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OpenSsl, must } from '../support/clients.ts';
import { letter, secret } from '../support/messages.ts';
import { needles, ofKey, pieces, search, type Needle } from '../support/needles.ts';
import { waitForMail } from '../support/outbox.ts';
import * as person from '../support/person.ts';
import { Relay, root } from '../support/relay.ts';
import { send } from '../support/smtp.ts';

let relay: Relay;
test.beforeEach(async () => void (relay = await Relay.start({ site: 'target/site-findable' })));
test.afterEach(async () => relay.end());

function files(folder: string): string[] {
  return readdirSync(folder).flatMap((name) => {
    const path = join(folder, name);
    return statSync(path).isDirectory() ? files(path) : [path];
  });
}

test('neither key nor passphrase is sent, stored or logged', async ({ page, context }) => {
  const sent: Buffer[] = [];
  // The context sees the page's and the worker's requests alike.
  context.on('request', (request) => {
    sent.push(Buffer.from(`${request.method()} ${request.url()}\n${JSON.stringify(request.headers())}\n`));
    const body = request.postDataBuffer();
    if (body) sent.push(body);
  });
  await person.signUp(page, relay);
  const alias = await person.takeAlias(page, relay);
  await person.issue(page, relay);
  const modern = await person.exportKey(page, 'modern');
  const openssl = new OpenSsl(modern, person.passphrase, false);
  const find = search([...secretsOf(openssl), ...needles('passphrase', Buffer.from(person.passphrase))]);
  const found = () => [
    ...files(relay.data).flatMap((path) => find(readFileSync(path), path)),
    ...find(Buffer.concat(sent), 'what the browser sent'),
    ...find(Buffer.from(relay.log), 'the log'),
  ];
  expect(found(), 'after the first export').toEqual([]);

  // The second export, in the other form, holds the same key.
  const compatible = new OpenSsl(await person.exportKey(page, 'compatible'), person.passphrase, true);
  expect(readFileSync(compatible.key, 'utf8')).toContain(readFileSync(openssl.key, 'utf8').match(/-----BEGIN[^]*/)![0]);
  expect(found(), 'after the second export').toEqual([]);

  await person.activate(page);
  await expect(page.getByText(/sealed/i).first()).toBeVisible();
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).status).toBe(0);
  await waitForMail(relay.outbox, 2);
  expect(found(), 'after the first message').toEqual([]);
  expect(sent.length).toBeGreaterThan(10);
  expect(relay.log.length).toBeGreaterThan(100);

  // The search finds what is there: the public part is in the database, whole or cut by its pages.
  const certificate = must('openssl', ['x509', '-in', openssl.root(), '-outform', 'DER']);
  const findPublic = search(pieces('root certificate', certificate));
  expect(files(relay.data).flatMap((path) => findPublic(readFileSync(path), path)).length).toBeGreaterThan(10);

  // Nor is the message, the password or a code anywhere but in the outbox as mail.
  const others = files(relay.data).filter((path) => !path.startsWith(relay.outbox));
  const findPlain = search([...needles('message', Buffer.from(secret)), ...needles('password', Buffer.from(person.password))]);
  expect(others.flatMap((path) => findPlain(readFileSync(path), path))).toEqual([]);
  expect(findPlain(Buffer.from(relay.log), 'the log')).toEqual([]);
});

/** The user key out of the exported file, and the root key that the test build makes. */
function secretsOf(openssl: OpenSsl): Needle[] {
  const rootDer = Buffer.from(readFileSync(join(root, 'target/site-findable-root-key.hex'), 'utf8').trim(), 'hex');
  const rootText = must('openssl', ['pkey', '-inform', 'DER', '-noout', '-text'], { input: rootDer }).toString();
  // It is the key of the root that was installed: else the search would prove nothing.
  const modulus = (args: string[], input?: Buffer) => must('openssl', [...args, '-noout', '-modulus'], { input }).toString();
  expect(modulus(['rsa', '-inform', 'DER'], rootDer)).toBe(modulus(['x509', '-in', openssl.root()]));
  return [
    ...ofKey(
      'user key',
      must('openssl', ['pkey', '-in', openssl.key, '-noout', '-text']).toString(),
      must('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', openssl.key, '-outform', 'DER']),
    ),
    ...ofKey('root key', rootText, rootDer),
  ];
}
