// Thunderbird with an S/MIME profile: it opens what the relay seals, and its answers leave as plain mail from the alias.
import { test, expect } from '@playwright/test';
import type { Mail } from '../support/outbox.ts';
import { domain, Relay } from '../support/relay.ts';
import { expectAnswered, type Answer } from './answering.ts';
import { cases, copies, hidden, html, ordinary, replyTo, type Case } from './messages.ts';
import { addSmime, ann, passphrase, relayed, type SmimePerson } from './people.ts';
import { Provider } from './provider.ts';
import { expectRead, expectReadHidden } from './reading.ts';
import { Thunderbird } from './thunderbird.ts';

let relay: Relay;
let person: SmimePerson;
let hiding: SmimePerson;
let provider: Provider;
let thunderbird: Thunderbird;

test.beforeAll(async () => {
  relay = await Relay.start({
    prepare: (data) => {
      person = addSmime(data, ann);
      const other = { name: 'Ann Lee', address: 'ann@example.net', alias: `quiet-heron-208@${domain}` };
      hiding = addSmime(data, other, { hideSubject: true });
    },
  });
  provider = await Provider.start();
  thunderbird = await Thunderbird.start(ann, provider.port);
  console.log(`Thunderbird ${await thunderbird.version()}`);
  for (const { modern } of [person, hiding]) expect(await thunderbird.importPkcs12(modern, passphrase)).toBe(0);
  expect(await thunderbird.trustRoots()).toHaveLength(2);
  await thunderbird.chooseCertificate(ann.address);
});
test.afterAll(async () => {
  await thunderbird?.end();
  provider?.end();
  await relay?.end();
});

/** What Thunderbird shows of a message to an alias; its seal must be whole and its signature good. */
async function read(from: string, alias: string, message: Buffer) {
  const sealed = await relayed(relay, from, alias, message);
  const uri = await thunderbird.receive(sealed.raw);
  const shown = await thunderbird.open(uri);
  expect(shown, JSON.stringify(shown)).toMatchObject({ technology: 'S/MIME', encrypted: 'ok', signed: 'ok' });
  return { sealed, uri, shown };
}

for (const each of cases) {
  test(`S/MIME: ${each.name}`, async () => {
    const { shown } = await read(each.from, ann.alias, each.message(ann.alias));
    expectRead(shown, each);
  });
}

for (const each of hidden) {
  test(`S/MIME: ${each.name}`, async () => {
    const { sealed, shown } = await read(each.from, hiding.alias, each.message(hiding.alias));
    expect(sealed.raw.toString()).not.toContain(each.name);
    expectReadHidden(shown, each);
  });
}

async function answer(of: Case, answer: Omit<Answer, 'technology'>): Promise<Mail[]> {
  const { sealed, uri } = await read(of.from, ann.alias, of.message(ann.alias));
  return expectAnswered({ relay, provider, thunderbird, person: ann }, { sealed, uri, of }, { technology: 'S/MIME', ...answer });
}

for (const [each, type] of [[ordinary, 'text/plain'], [html, 'multipart/alternative']] as const) {
  test(`S/MIME: an answer to "${each.name}"`, async () => {
    await answer(each, { to: 'sender', contacts: [each.from], text: 'Below the oak. Grüße', type });
  });
}

test('S/MIME: an answer goes where Reply-To says', async () => {
  await answer(replyTo, { to: 'sender', contacts: ['sales@shop.example'], text: 'To the sales, below the oak.' });
});

test('S/MIME: an answer to all reaches all', async () => {
  await answer(copies, { to: 'all', contacts: ['bob@example.com', 'dave@else.example', 'erin@third.example'], text: 'To all, below the oak.' });
});

test('S/MIME: the compatible file', async () => {
  const other = await Thunderbird.start(ann, provider.port);
  try {
    expect(await other.importPkcs12(person.compatible, passphrase)).toBe(0);
    await other.trustRoots();
    const sealed = await relayed(relay, ordinary.from, ann.alias, ordinary.message(ann.alias));
    const shown = await other.open(await other.receive(sealed.raw));
    expect(shown).toMatchObject({ encrypted: 'ok', signed: 'ok' });
    expectRead(shown, ordinary);
  } finally {
    await other.end();
  }
});
