// BouncyCastle with an S/MIME profile: what it opens, and which of its ways to sign and encrypt an answer the relay reads.
import { test, expect } from '@playwright/test';
import { copyFileSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { folder, must, OpenSsl } from '../support/clients.ts';
import { expectPlain } from '../support/left.ts';
import { domain, Relay } from '../support/relay.ts';
import { note, reply } from '../support/replies.ts';
import { send } from '../support/smtp.ts';
import { cases, ordinary, type Case } from './messages.ts';
import { addSmime, ann, passphrase, relayAddress, relayed, telling, type SmimePerson } from './people.ts';
import { expectInside } from './reading.ts';

/** Where Debian's libbcmail-java puts them. */
const JARS = ['bcmail', 'bcpkix', 'bcprov', 'bcutil', 'javax.mail', 'javax.activation'].map((name) => `/usr/share/java/${name}.jar`);

/** Ways that the relay does not read, and what it says of them. */
const UNREAD: Record<string, string> = {
  'camellia-256-cbc': 'not support the form of the message: it is .*Camellia',
  'cast5-cbc': 'not support the form of the message: it is .*CAST',
  'seed-cbc': 'not support the form of the message: it is .*SEED',
  'signed-sha-1': 'not authorised',
  // Without signed attributes it does not say when it was made.
  'signed-without-attributes': 'has no time',
};

let relay: Relay;
let person: SmimePerson;
let modern: SmimePerson;

test.beforeAll(async () => {
  relay = await Relay.start({
    prepare: (data) => {
      person = addSmime(data, ann);
      const other = { name: 'Ann Lee', address: 'ann@example.net', alias: `quiet-heron-208@${domain}` };
      modern = addSmime(data, other, { modern: true });
    },
  });
});
test.afterAll(async () => relay?.end());

function bouncyCastle(...args: string[]): void {
  // JavaMail keeps the octets of header fields that are not UTF-8.
  must('java', ['-Dmail.mime.allowutf8=false', '-cp', JARS.join(':'), fileURLToPath(new URL('BouncyCastle.java', import.meta.url)), ...args]);
}

test('BouncyCastle opens and verifies every message', async () => {
  const home = folder();
  for (const [to, file] of [[person, person.modern], [person, person.compatible], [modern, modern.modern]] as const) {
    const sealed: [string, Buffer, Case][] = [];
    for (const [index, each] of cases.entries()) {
      const message = each.message(to.alias);
      const path = join(home, `${index}.eml`);
      copyFileSync((await relayed(relay, each.from, to.alias, message)).path, path);
      sealed.push([path, message, each]);
    }
    bouncyCastle('open', file, passphrase, to.root, ...sealed.map(([path]) => path));
    for (const [path, message, each] of sealed) {
      expectInside(readFileSync(`${path}.entity`), message, each);
    }
  }
});

test("the relay reads BouncyCastle's answers", async () => {
  const home = folder();
  const sealed = await relayed(relay, ordinary.from, ann.alias, ordinary.message(ann.alias));
  const [contact, entity] = [join(home, 'contact.pem'), join(home, 'entity')];
  writeFileSync(contact, new OpenSsl(person.modern, passphrase, false).open(sealed).signer);
  writeFileSync(entity, note('WAY'));
  const answers = folder();
  bouncyCastle('answer', person.modern, passphrase, contact, entity, answers);
  const ways = readdirSync(answers);
  for (const way of ways) {
    const answer = Buffer.from(reply(sealed, relayAddress(sealed), `${way}@laptop.example`, readFileSync(join(answers, way), 'latin1')), 'latin1');
    if (UNREAD[way]) {
      const said = send(relay.smtpPort, ann.address, relayAddress(sealed), answer);
      expect(said.status, way).not.toBe(0);
      expect(said.text, way).toMatch(new RegExp(`550 5\\.[67]\\.\\d .*${UNREAD[way]}`));
      continue;
    }
    const left = await relayed(relay, ann.address, relayAddress(sealed), answer);
    expectPlain(left, ann.alias, ordinary.from, `Below the oak, ${way}. Grüße`, telling(ann, sealed, answer));
  }
  expect(ways).toEqual(expect.arrayContaining(Object.keys(UNREAD)));
  expect(ways.length).toBeGreaterThan(20);
});
