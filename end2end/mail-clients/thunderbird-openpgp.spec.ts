// Thunderbird with a PGP profile: it opens what the relay seals, and its answers leave as plain mail from the alias.
import { test, expect } from '@playwright/test';
import { Gnupg } from '../support/gnupg.ts';
import type { Mail } from '../support/outbox.ts';
import { domain, Relay } from '../support/relay.ts';
import { expectAnswered, type Answer } from './answering.ts';
import { cases, copies, hidden, html, ordinary, replyTo, type Case } from './messages.ts';
import { addPgp, ann, relayAddress, relayed } from './people.ts';
import { Provider } from './provider.ts';
import { expectRead, expectReadHidden } from './reading.ts';
import { Thunderbird } from './thunderbird.ts';

const hiding = { name: 'Ann Lee', address: 'ann@example.net', alias: `quiet-heron-208@${domain}` };

let gpg: Gnupg;
let relay: Relay;
let provider: Provider;
let thunderbird: Thunderbird;
const accepted = new Set<string>();

test.beforeAll(async () => {
  gpg = new Gnupg(`${ann.name} <${ann.address}>`);
  const key = gpg.publicKey(ann.address);
  relay = await Relay.start({
    prepare: (data) => {
      addPgp(data, ann, key);
      addPgp(data, hiding, key, { hideSubject: true });
    },
  });
  provider = await Provider.start();
  thunderbird = await Thunderbird.start(ann, provider.port);
  console.log(`Thunderbird ${await thunderbird.version()}`);
  await thunderbird.chooseSecretKey(gpg.secretKey(ann.address));
});
test.afterAll(async () => {
  await thunderbird?.end();
  provider?.end();
  await relay?.end();
  gpg?.end();
});

/** What Thunderbird shows of a message to an alias, after the person accepted the keys of all whom it names once. */
async function read(from: string, alias: string, message: Buffer) {
  const sealed = await relayed(relay, from, alias, message);
  const uri = await thunderbird.receive(sealed.raw);
  let shown = await thunderbird.open(uri);
  const fields = ['From', 'Reply-To', 'To', 'Cc'].map((name) => sealed.header(name) ?? '').join();
  const contacts = new Set(fields.match(/r-[0-9a-f]{32}@relay\.localhost/g));
  if (!accepted.has(relayAddress(sealed))) {
    expect(shown, JSON.stringify(shown)).toMatchObject({ technology: 'OpenPGP', encrypted: 'ok', signed: 'unknown' });
  }
  for (const contact of contacts) {
    if (accepted.has(contact)) continue;
    // Of itself Thunderbird takes the keys of From, To and Cc only.
    if (sealed.header('Reply-To')?.includes(contact)) await importAttached(sealed, contact);
    else await thunderbird.acceptKey(contact);
    accepted.add(contact);
    shown = await thunderbird.open(uri);
  }
  expect(shown, JSON.stringify(shown)).toMatchObject({ technology: 'OpenPGP', encrypted: 'ok', signed: 'unverified' });
  return { sealed, uri, shown };
}

/** The person opens the attached key of a contact. */
async function importAttached(sealed: Mail, contact: string): Promise<void> {
  const keys = gpg.open(sealed).match(/-----BEGIN PGP PUBLIC KEY BLOCK-----[^]*?-----END PGP PUBLIC KEY BLOCK-----/g) ?? [];
  for (const key of keys) gpg.run(['--import'], key);
  await thunderbird.importKey(gpg.publicKey(contact));
}

for (const each of cases) {
  test(`OpenPGP: ${each.name}`, async () => {
    const { shown } = await read(each.from, ann.alias, each.message(ann.alias));
    expectRead(shown, each);
  });
}

for (const each of hidden) {
  test(`OpenPGP: ${each.name}`, async () => {
    const { sealed, shown } = await read(each.from, hiding.alias, each.message(hiding.alias));
    expect(sealed.raw.toString()).not.toContain(each.name);
    expectReadHidden(shown, each);
    expect(shown.subject).toBe(each.sees.subject);
  });
}

async function answer(of: Case, answer: Omit<Answer, 'technology'>): Promise<Mail[]> {
  const { sealed, uri } = await read(of.from, ann.alias, of.message(ann.alias));
  return expectAnswered({ relay, provider, thunderbird, person: ann }, { sealed, uri, of }, { technology: 'OpenPGP', ...answer });
}

for (const [each, type] of [[ordinary, 'text/plain'], [html, 'multipart/alternative']] as const) {
  test(`OpenPGP: an answer to "${each.name}"`, async () => {
    await answer(each, { to: 'sender', contacts: [each.from], text: 'Below the oak. Grüße', type });
  });
}

test('OpenPGP: an answer goes where Reply-To says', async () => {
  await answer(replyTo, { to: 'sender', contacts: ['sales@shop.example'], text: 'To the sales, below the oak.' });
});

test('OpenPGP: an answer to all reaches all', async () => {
  await answer(copies, { to: 'all', contacts: ['bob@example.com', 'dave@else.example', 'erin@third.example'], text: 'To all, below the oak.' });
});
