// OpenPGP.js with a PGP profile: what it opens, and which of its ways to sign and encrypt an answer the relay reads.
import { test, expect } from '@playwright/test';
import * as openpgp from 'openpgp';
import { expectPlain } from '../support/left.ts';
import type { Mail } from '../support/outbox.ts';
import { domain, Relay } from '../support/relay.ts';
import { note, reply } from '../support/replies.ts';
import { send } from '../support/smtp.ts';
import { cases, ordinary } from './messages.ts';
import { addPgp, ann, relayAddress, relayed, telling, type Person } from './people.ts';
import { expectInside } from './reading.ts';

const { compression, symmetric, aead } = openpgp.enums;

/** The keys of the people who use it. */
const KEYS: Record<string, Partial<openpgp.KeyOptions>> = {
  'curve25519-legacy': { type: 'ecc', curve: 'curve25519Legacy' },
  'nist-p256': { type: 'ecc', curve: 'nistP256' },
  'rsa-3072': { type: 'rsa', rsaBits: 3072 },
  'curve25519-v6': { type: 'curve25519', config: { v6Keys: true, aeadProtect: true } },
};

/** How an answer is written. */
const WAYS: Record<string, openpgp.PartialConfig> = {
  'as it comes': {},
  'aes-128': { preferredSymmetricAlgorithm: symmetric.aes128 },
  compressed: { preferredCompressionAlgorithm: compression.zlib },
  'sha-512': { preferredHashAlgorithm: openpgp.enums.hash.sha512 },
};

type Reader = Person & { key: openpgp.PrivateKey };

let relay: Relay;
const people: Reader[] = [];

test.beforeAll(async () => {
  for (const [index, [name, options]] of Object.entries(KEYS).entries()) {
    const address = `ann.lee@${name}.example`;
    const { privateKey } = await openpgp.generateKey({ ...options, userIDs: [{ name: 'Ann Lee', email: address }], format: 'object' });
    people.push({ name: 'Ann Lee', address, alias: `amber-otter-${417 + index}@${domain}`, key: privateKey });
  }
  relay = await Relay.start({
    prepare: (data) => {
      for (const person of people) addPgp(data, person, person.key.toPublic().armor());
    },
  });
});
test.afterAll(async () => relay?.end());

/** The contact's key, as Autocrypt brings it. */
async function contactKey(sealed: Mail): Promise<openpgp.PublicKey> {
  const data = /keydata=([^;]+)/.exec(sealed.header('Autocrypt')!)![1];
  return (await openpgp.readKey({ binaryKey: Buffer.from(data.replace(/\s/g, ''), 'base64') })) as openpgp.PublicKey;
}

/** Decrypts, and verifies the contact's signature. */
async function open(sealed: Mail, reader: Reader): Promise<Buffer> {
  const armored = /-----BEGIN PGP MESSAGE-----[^]*-----END PGP MESSAGE-----/.exec(sealed.body)![0];
  const { data, signatures } = await openpgp.decrypt({
    message: await openpgp.readMessage({ armoredMessage: armored }),
    decryptionKeys: reader.key,
    verificationKeys: await contactKey(sealed),
    format: 'binary',
  });
  expect(signatures).toHaveLength(1);
  await signatures[0].verified;
  return Buffer.from(data);
}

for (const name of Object.keys(KEYS)) {
  test(`OpenPGP.js, ${name}: opens and verifies every message`, async () => {
    const reader = people.find(({ address }) => address.endsWith(`@${name}.example`))!;
    for (const each of cases) {
      const message = each.message(reader.alias);
      const inside = await open(await relayed(relay, each.from, reader.alias, message), reader);
      expectInside(inside, message, each);
    }
  });

  test(`OpenPGP.js, ${name}: the relay reads its answers`, async () => {
    const reader = people.find(({ address }) => address.endsWith(`@${name}.example`))!;
    const sealed = await relayed(relay, ordinary.from, reader.alias, ordinary.message(reader.alias));
    for (const [way, config] of Object.entries(WAYS)) {
      const answer = await answered(reader, sealed, way, config);
      const left = await relayed(relay, reader.address, relayAddress(sealed), answer);
      expectPlain(left, reader.alias, ordinary.from, `Below the oak, ${way}. Grüße`, telling(reader, sealed, answer));
    }
    const unsigned = await answered(reader, sealed, 'unsigned', {}, false);
    expect(send(relay.smtpPort, reader.address, relayAddress(sealed), unsigned).text).toContain('550 5.7.1');
  });
}

/** The person's answer in PGP/MIME (RFC 3156 §6.2). */
async function answered(reader: Reader, sealed: Mail, way: string, config: openpgp.PartialConfig, signed = true): Promise<Buffer> {
  const message = await openpgp.encrypt({
    message: await openpgp.createMessage({ binary: Buffer.from(note(way).replaceAll(ann.address, reader.address)) }),
    encryptionKeys: await contactKey(sealed),
    ...(signed ? { signingKeys: reader.key } : {}),
    config,
  });
  const entity = [
    'Content-Type: multipart/encrypted; protocol="application/pgp-encrypted"; boundary="enc"', '',
    '--enc', 'Content-Type: application/pgp-encrypted', '', 'Version: 1', '',
    '--enc', 'Content-Type: application/octet-stream; name="encrypted.asc"', '', message.trim().replace(/\r?\n/g, '\r\n'), '--enc--', '',
  ].join('\r\n');
  const id = `${way.replace(/ /g, '-')}@laptop.example`;
  return Buffer.from(reply(sealed, relayAddress(sealed), id, entity).replaceAll(ann.address, reader.address));
}
