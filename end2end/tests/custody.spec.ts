// DESIGN §3: what the user key, the root key and the passphrase never do. The root key is made findable by the test build,
// in which it comes from a fixed seed.
import { test, expect } from '@playwright/test';
import { readFileSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { OpenSsl, must } from '../support/clients.ts';
import { letter } from '../support/messages.ts';
import { findings, needles, ofKey } from '../support/needles.ts';
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
  const p12 = await person.exportKey(page, 'modern');
  await person.activate(page);
  await expect(page.getByText(/sealed/i).first()).toBeVisible();
  expect(send(relay.smtpPort, 'bob@example.com', alias, letter(alias)).status).toBe(0);
  await waitForMail(relay.outbox, 2);

  const openssl = new OpenSsl(p12, person.passphrase, false);
  const user = ofKey(
    'user key',
    must('openssl', ['pkey', '-in', openssl.key, '-noout', '-text']).toString(),
    must('openssl', ['pkcs8', '-topk8', '-nocrypt', '-in', openssl.key, '-outform', 'DER']),
  );
  const rootDer = Buffer.from(readFileSync(join(root, 'target/findable/root-key.hex'), 'utf8').trim(), 'hex');
  const rootText = must('openssl', ['pkey', '-inform', 'DER', '-noout', '-text'], { input: rootDer }).toString();
  const secrets = [...user, ...ofKey('root key', rootText, rootDer), ...needles('passphrase', Buffer.from(person.passphrase))];
  const encoded = Buffer.from(encodeURIComponent(person.passphrase));
  secrets.push({ what: 'passphrase, percent-encoded', bytes: encoded });

  // It is the key of the root that was installed: else the search would prove nothing.
  const modulus = (args: string[], input?: Buffer) => must('openssl', [...args, '-noout', '-modulus'], { input }).toString();
  expect(modulus(['rsa', '-inform', 'DER'], rootDer)).toBe(modulus(['x509', '-in', openssl.root()]));
  // And the search finds what is there: the public part is in the database.
  const kept = files(relay.data);
  const certificate = must('openssl', ['x509', '-in', openssl.root(), '-outform', 'DER']);
  expect(kept.some((path) => readFileSync(path).includes(certificate))).toBe(true);

  const found = kept.flatMap((path) => findings(readFileSync(path), path, secrets));
  found.push(...findings(Buffer.concat(sent), 'what the browser sent', secrets));
  found.push(...findings(Buffer.from(relay.log), 'the log', secrets));
  expect(sent.length).toBeGreaterThan(10);
  expect(relay.log.length).toBeGreaterThan(100);
  expect(found).toEqual([]);

  // Nor is the message, the password or a code anywhere but in the outbox as mail.
  const others = kept.filter((path) => !path.startsWith(relay.outbox));
  const plain = needles('message', Buffer.from('The treasure is under the old oak.')).concat(
    needles('password', Buffer.from(person.password)),
  );
  expect(others.flatMap((path) => findings(readFileSync(path), path, plain))).toEqual([]);
  expect(findings(Buffer.from(relay.log), 'the log', plain)).toEqual([]);
});
