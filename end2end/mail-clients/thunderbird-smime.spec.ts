// Thunderbird with an S/MIME profile: it opens what the relay seals, and its answers leave as plain mail from the alias.
import { test, expect } from '@playwright/test';
import { expectPlain } from '../support/left.ts';
import { domain, Relay } from '../support/relay.ts';
import { cases, hidden, html, ordinary } from './messages.ts';
import { addSmime, ann, passphrase, relayed, telling, type SmimePerson } from './people.ts';
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

for (const [each, type] of [[ordinary, 'text/plain'], [html, 'multipart/alternative']] as const) {
  test(`S/MIME: an answer to "${each.name}"`, async () => {
    const { sealed, uri } = await read(each.from, ann.alias, each.message(ann.alias));
    const way = await thunderbird.answer(uri, 'Below the oak. Grüße');
    expect(way).toMatchObject({ technology: 'S/MIME', encrypted: true, signed: true });
    const answer = provider.submitted.at(-1)!;
    expect(answer.raw.toString()).toContain('smime-type=enveloped-data');
    const left = await relayed(relay, answer.from, answer.to[0], answer.raw);
    expectPlain(left, ann.alias, each.from, 'Below the oak. Grüße', telling(ann, sealed, answer.raw), type);
    expect(left.header('Subject')).toBe(`Re: ${each.name}`);
  });
}

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
