// Thunderbird with a PGP profile: it opens what the relay seals, and its answers leave as plain mail from the alias.
import { test, expect } from '@playwright/test';
import { Gnupg } from '../support/gnupg.ts';
import { expectPlain } from '../support/left.ts';
import { domain, Relay } from '../support/relay.ts';
import { cases, hidden, html, ordinary } from './messages.ts';
import { addPgp, ann, relayAddress, relayed, telling } from './people.ts';
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

/** What Thunderbird shows of a message to an alias, after the person accepted the contact's key once. */
async function read(from: string, alias: string, message: Buffer) {
  const sealed = await relayed(relay, from, alias, message);
  const uri = await thunderbird.receive(sealed.raw);
  let shown = await thunderbird.open(uri);
  const contact = relayAddress(sealed);
  if (!accepted.has(contact)) {
    expect(shown, JSON.stringify(shown)).toMatchObject({ technology: 'OpenPGP', encrypted: 'ok', signed: 'unknown' });
    await thunderbird.acceptKey(contact);
    accepted.add(contact);
    shown = await thunderbird.open(uri);
  }
  expect(shown, JSON.stringify(shown)).toMatchObject({ technology: 'OpenPGP', encrypted: 'ok', signed: 'unverified' });
  return { sealed, uri, shown };
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

for (const [each, type] of [[ordinary, 'text/plain'], [html, 'multipart/alternative']] as const) {
  test(`OpenPGP: an answer to "${each.name}"`, async () => {
    const { sealed, uri } = await read(each.from, ann.alias, each.message(ann.alias));
    const way = await thunderbird.answer(uri, 'Below the oak. Grüße');
    expect(way).toMatchObject({ technology: 'OpenPGP', encrypted: true, signed: true });
    const answer = provider.submitted.at(-1)!;
    expect(answer.raw.toString()).toContain('multipart/encrypted');
    const left = await relayed(relay, answer.from, answer.to[0], answer.raw);
    expectPlain(left, ann.alias, each.from, 'Below the oak. Grüße', telling(ann, sealed, answer.raw), type);
    expect(left.header('Subject')).toBe(`Re: ${each.name}`);
  });
}
